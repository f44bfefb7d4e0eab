"""Withholds personal data of erased customers from what is written, whoever writes it."""
