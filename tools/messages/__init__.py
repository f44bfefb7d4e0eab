"""Keeps the catalogs of translations equal to the messages in the source."""
