"""Policies by their version, which the digests of rows name."""

from __future__ import annotations

from .policy import Policy
from .rules import Rule, everything

_named: dict[str, Policy] = {}


def remember(rules: tuple[Rule, ...]) -> None:
    policy = Policy(rules)
    _named[policy.version] = policy


def policy_named(version: str) -> Policy:
    """The policy of a version; of one that the settings no longer have, all that is personal."""
    return _named.get(version) or Policy(everything())
