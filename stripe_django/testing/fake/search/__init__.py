"""Stripe's search language, and what it finds."""
