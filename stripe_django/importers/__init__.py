"""Fills the mirror from the tables of other packages, without Stripe's API."""
