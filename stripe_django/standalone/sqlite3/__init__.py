"""Django's backend for SQLite, whose new files only their owner can read."""
