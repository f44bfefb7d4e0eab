"""Removes personal data: of a customer, of a single row, of a whole account."""
