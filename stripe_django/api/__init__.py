"""Stripe's API, through the ``stripe`` SDK."""
