"""The colours of statuses: good, waiting, bad or over."""

from __future__ import annotations

GOOD = frozenset(
    """
    active approved applied available complete completed done enabled live open paid posted
    succeeded succeeded_with_refund trialing verified won yes
    """.split()
)
WAITING = frozenset(
    """
    draft in_review in_transit incomplete interrupted needs_response new past_due paused
    pending processing received requested requires_action requires_capture requires_confirmation
    requires_input requires_payment_method running scheduled under_review warning_needs_response
    warning_under_review waiting
    """.split()
)
BAD = frozenset(
    """
    blocked charge_refunded dead declined disabled failed incomplete_expired lost rejected
    restricted returned stopped uncollectible unpaid unverified
    """.split()
)


def tone(code: str) -> str:
    """``good``, ``waiting``, ``bad``, or ``over`` for final and unknown statuses."""
    for name, codes in (("good", GOOD), ("waiting", WAITING), ("bad", BAD)):
        if code in codes:
            return name
    return "over"
