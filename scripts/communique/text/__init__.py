"""Canonical text, spans, offsets and re-anchoring. Knows nothing of annotation."""
