"""Functions that map payloads of one shape to rows: their source, written and compiled."""
