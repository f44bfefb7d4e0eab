"""The MRR of a row's subscriptions."""

from __future__ import annotations

from typing import Any

from .summary import Amounts

RUNNING = ("active", "past_due", "trialing", "unpaid")


def mrr(subscriptions: Any) -> Amounts:
    """By currency. To build that query takes Django half a second: it is for those that run."""
    if not subscriptions.alive().filter(status__in=RUNNING).exists():
        return {}
    found: Amounts = subscriptions.mrr()
    return found
