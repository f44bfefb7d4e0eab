"""The colours of statuses: good, waiting, bad or over."""

from __future__ import annotations

from typing import Any

from stripe_django.models import Invoice

GOOD = frozenset(
    """
    active approved applied available complete completed done enabled live paid posted
    succeeded succeeded_with_refund trialing verified won yes
    """.split()
)
WAITING = frozenset(
    """
    appeal_under_review draft due_soon in_review in_transit incomplete interrupted new open paused
    pending processing received requested requires_action requires_capture requires_confirmation
    requires_input requires_payment_method running scheduled under_review warning_under_review
    waiting
    """.split()
)
BAD = frozenset(
    """
    appeal_needs_response blocked charge_refunded dead declined delinquent disabled disputed
    elevated failed highest incomplete_expired lost needs_response overdue past_due refunded
    rejected restricted returned stopped uncollectible unpaid unverified warning_needs_response
    """.split()
)
ALARMS = frozenset({"delinquent", "disputed", "refunded"})  # flags that are bad if they are true


def tone(code: str) -> str:
    """``good``, ``waiting``, ``bad``, or ``over`` for final and unknown statuses."""
    for name, codes in (("good", GOOD), ("waiting", WAITING), ("bad", BAD)):
        if code in codes:
            return name
    return "over"


def tone_of(row: Any, code: str) -> str:
    """The tone of a row's status, which for an open invoice depends on the rest of it."""
    if isinstance(row, Invoice) and code == "open" and has_failed(row):
        return "bad"
    return tone(code)


def has_failed(invoice: Invoice) -> bool:
    """Whether an attempt to collect it was made, and something is owed."""
    owed = invoice.amount_due if invoice.amount_remaining is None else invoice.amount_remaining
    return bool(invoice.attempted and owed)
