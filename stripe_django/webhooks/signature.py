"""Whether a delivery is Stripe's."""

from __future__ import annotations

import hmac
import time
from datetime import UTC, datetime
from typing import NamedTuple

from stripe_django import credentials
from stripe_django.conf import settings

SCHEME = "v1"


class UnverifiedError(Exception):
    """A delivery is not known to be Stripe's; the text says why."""


class Delivery(NamedTuple):
    """Stripe's time of a delivery (UTC), and the account whose endpoint received it: one with a key
    of its own, or empty for your own.
    """

    sent_at: datetime
    platform: str


def delivery(body: str, header: str) -> Delivery:
    """What a valid signature says of a delivery; raises ``UnverifiedError`` without one.

    The body may be signed with any of the secrets, so that they can be rotated without a gap.
    """
    # First, so that no error of it is raised from a function that has a secret among its variables.
    moment = _timestamp(header)
    if moment is None:
        raise UnverifiedError("without a signature of Stripe's" if header else "not signed")
    platform = _signer(body, header, moment)
    if platform is None:
        raise UnverifiedError("not signed with a secret that is known here")
    if not _is_recent(moment):
        raise UnverifiedError("signed too long ago, or the clock of this server is wrong")
    return Delivery(moment, platform)


def _timestamp(header: str) -> datetime | None:
    parts = dict(part.split("=", 1) for part in reversed(header.split(",")) if "=" in part)
    try:
        return datetime.fromtimestamp(int(parts["t"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def _is_recent(moment: datetime) -> bool:
    tolerance = settings.webhook_tolerance  # seconds
    return not tolerance or moment.timestamp() >= time.time() - tolerance


def _signer(body: str, header: str, moment: datetime) -> str | None:
    """The account whose secret has signed the body; ``None`` if no known secret has."""
    parts = (part.partition("=") for part in header.split(","))
    given = [value.encode() for name, _, value in parts if name == SCHEME]
    signed = f"{int(moment.timestamp())}.{body}".encode()
    for secret, account in credentials.webhook_secrets():
        if not secret.strip():  # everybody could sign with it
            continue
        expected = hmac.new(secret.encode(), signed, "sha256").hexdigest().encode()
        if any(hmac.compare_digest(expected, each) for each in given):
            return account
    return None
