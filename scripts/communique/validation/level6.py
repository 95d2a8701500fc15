"""L6, release: what only shows against an earlier version."""
