"""Stores events in the inbox, applies them, runs handlers, retries and polls."""
