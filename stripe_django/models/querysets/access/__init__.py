"""Who has access to what, in SQL."""
