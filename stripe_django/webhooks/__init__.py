"""What Stripe posts, and the handlers for it: ``from stripe_django.webhooks import on``."""

from stripe_django.sync.events.handlers import on

__all__ = ["on"]
