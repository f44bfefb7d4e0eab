"""What is withheld of an erased customer's objects: all that is personal."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from stripe_django.privacy.policy import Policy
from stripe_django.privacy.separator import POLICY_SEPARATOR
from stripe_django.sync.mapping.rows import policy_of


def withhold(payload: Mapping[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = _policy().withhold(payload, name)
    return found


def named(digest: str, before: str, *, is_erased: bool) -> str:
    """A digest behind the version of this policy; behind that of ``before``, which the row had, if
    only objects inside of it are an erased customer's: what else it says is under the same policy.
    """
    version = _policy().version if is_erased else policy_of(before)
    content = digest.rpartition(POLICY_SEPARATOR)[2]
    return f"{version}{POLICY_SEPARATOR}{content}" if version else content


@cache
def _policy() -> Policy:
    return Policy().withholding_all()
