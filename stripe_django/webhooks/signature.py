"""Whether a delivery is Stripe's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

import stripe

from stripe_django import credentials
from stripe_django.conf import settings


class Delivery(NamedTuple):
    """Stripe's time of a delivery (UTC), and the account whose endpoint received it: one with a key
    of its own, or empty for your own.
    """

    sent_at: datetime
    platform: str


def delivery(body: str, header: str) -> Delivery | None:
    """What a valid signature says of a delivery; ``None`` without one.

    The body may be signed with any of the secrets, so that they can be rotated without a gap.
    """
    # First, so that no error of it is raised from a function that has a secret among its variables.
    moment = _timestamp(header)
    platform = _signer(body, header) if moment else None
    return Delivery(moment, platform) if moment and platform is not None else None


def _timestamp(header: str) -> datetime | None:
    parts = dict(part.split("=", 1) for part in reversed(header.split(",")) if "=" in part)
    try:
        return datetime.fromtimestamp(int(parts["t"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def _signer(body: str, header: str) -> str | None:
    """The account whose secret has signed the body; ``None`` if no known secret has."""
    tolerance = settings.webhook_tolerance
    for secret, account in credentials.webhook_secrets():
        try:
            stripe.WebhookSignature.verify_header(body, header, secret, tolerance)
        except (stripe.SignatureVerificationError, TypeError):  # the latter for what is not ASCII
            continue
        return account
    return None
