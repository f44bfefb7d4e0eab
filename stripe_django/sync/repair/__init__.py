"""Reads again what events left ambiguous, and what Stripe no longer lists."""
