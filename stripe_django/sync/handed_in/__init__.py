"""What the project hands in: which objects, of which account, and when they were so."""
