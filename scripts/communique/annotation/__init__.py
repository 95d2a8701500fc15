"""The annotation room: what people decided about one article, loaded, saved and derived from."""
