"""Error messages of commands."""

from __future__ import annotations

from django.utils.translation import gettext as _

from stripe_django.exceptions import StripeDjangoError
from stripe_django.lazy_sdk import stripe
from stripe_django.sync.backfill.engine import unreachable


def explained(error: Exception) -> str:
    """One line for readers; for an unreachable Stripe, the error of the network."""
    if isinstance(error, stripe.AuthenticationError):
        return _("Stripe rejects the key: %(user_message)s") % {"user_message": error.user_message}
    if isinstance(error, stripe.APIConnectionError):
        return unreachable(error)
    if isinstance(error, StripeDjangoError):
        return str(error)
    return f"{type(error).__name__}: {' '.join(str(error).split())}"
