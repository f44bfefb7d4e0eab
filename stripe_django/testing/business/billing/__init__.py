"""Subscriptions, and the invoices that collect their payments."""
