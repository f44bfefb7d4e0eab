"""Payloads to rows: pure, with no I/O and no settings."""
