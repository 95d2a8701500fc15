"""The corpus room: from articles and annotations to checked tables that load, and back into memory."""
