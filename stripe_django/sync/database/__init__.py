"""Statements that several parts of the sync share: claims, locks, and tables by their keys."""
