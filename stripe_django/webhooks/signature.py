"""Whether a delivery is Stripe's."""

from __future__ import annotations

from datetime import UTC, datetime

import stripe

from stripe_django.conf import settings


def sent_at(body: str, header: str) -> datetime | None:
    """Stripe's time of a delivery (UTC), by its signature; ``None`` without a valid signature.

    The body may be signed with any of the secrets, so that they can be rotated without a gap.
    """
    # First, so that no error of it is raised from a function that has a secret among its variables.
    moment = _timestamp(header)
    return moment if moment and _is_signed(body, header) else None


def _timestamp(header: str) -> datetime | None:
    parts = dict(part.split("=", 1) for part in reversed(header.split(",")) if "=" in part)
    try:
        return datetime.fromtimestamp(int(parts["t"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def _is_signed(body: str, header: str) -> bool:
    tolerance = settings.webhook_tolerance
    for secret in settings.webhook_secrets:
        try:
            stripe.WebhookSignature.verify_header(body, header, secret, tolerance)
        except (stripe.SignatureVerificationError, TypeError):  # the latter for what is not ASCII
            continue
        return True
    return False
