"""What is withheld of an erased customer's objects: all that is personal."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from stripe_django.privacy.named import POLICY_SEPARATOR
from stripe_django.privacy.policy import Policy


def withhold(payload: Mapping[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = _policy().withhold(payload, name)
    return found


def named(digest: str) -> str:
    """A digest behind the version of the policy."""
    return _policy().version + POLICY_SEPARATOR + digest.rpartition(POLICY_SEPARATOR)[2]


@cache
def _policy() -> Policy:
    return Policy().withholding_all()
