"""Stripe's own client, whose responses are written to the mirror before the project gets them."""

from .client import Client

__all__ = ["Client", "client"]

client = Client()
