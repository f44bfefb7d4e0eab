"""Ids that are unique in one account and one mode only, with these in front."""

from __future__ import annotations

import re
from hashlib import blake2b

from stripe_django.fields.references import ID_LENGTH

MODES = ("live", "test")
QUALIFIED = re.compile(r"(acct_\w+)?:(live|test):")


def qualified_id(account: str, mode: str, api_id: str) -> str:
    """The ``stripe_id`` of what an account has under this id in one of the modes."""
    return shortened(f"{account}:{mode}:{api_id}")


def bare_id(stripe_id: str) -> str:
    """The id as Stripe's API knows it, unless it had to be shortened."""
    qualifier = QUALIFIED.match(stripe_id)
    return stripe_id[qualifier.end() :] if qualifier else stripe_id


def shortened(text: str) -> str:
    """The text itself, or one that ends in a hash instead of being too long for an id."""
    if len(text) <= ID_LENGTH:
        return text
    digest = blake2b(text.encode(), digest_size=16).hexdigest()
    return f"{text[: ID_LENGTH - len(digest) - 1]}~{digest}"
