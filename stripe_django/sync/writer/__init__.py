"""Rows to the database: the only writer of mirrored tables and the only SQL."""
