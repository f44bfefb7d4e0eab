"""Compares the mirror with Stripe; see ``stripe_verify`` and ``stripe_reconcile``."""
