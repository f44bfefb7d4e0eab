"""Whether a delivery is Stripe's."""

from __future__ import annotations

from datetime import UTC, datetime

import stripe

from stripe_django.conf import settings


def sent_at(body: str, header: str) -> datetime | None:
    """Stripe's time of a delivery (UTC), by its signature; ``None`` if nobody could vouch for it.

    Any of the secrets will do, so that one can take another's place without a gap.
    """
    tolerance = settings.webhook_tolerance
    for secret in settings.webhook_secrets:
        try:
            stripe.WebhookSignature.verify_header(body, header, secret, tolerance)
        except (stripe.SignatureVerificationError, TypeError):  # the latter for what is not ASCII
            continue
        return _timestamp(header)
    return None


def _timestamp(header: str) -> datetime:
    parts = (part.partition("=") for part in header.split(","))
    return next(datetime.fromtimestamp(int(value), UTC) for key, _, value in parts if key == "t")
