"""``stripe_django sync``: ``stripe_sync``, with a help that has this name."""

from stripe_django.management.commands.stripe_sync import Command

__all__ = ["Command"]
