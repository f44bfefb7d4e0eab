"""Faults: requests that fail, and cards that are declined."""
