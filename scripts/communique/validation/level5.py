"""L5, corpus: what only shows when articles are seen together."""
