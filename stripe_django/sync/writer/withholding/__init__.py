"""Withholds personal data of erased customers from whatever is written, on every way."""
