"""The static site that people open before they read a table."""
