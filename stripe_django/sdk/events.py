"""The types of events that the SDK knows, and the objects they are about."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from .annotations import Kind
from .objects import names, sdk_object

# Where the object's name does not stand in the type.
NAMED_OTHERWISE = {
    "account.external_account": ("bank_account", "card"),
    "application_fee.refund": ("fee_refund",),
    "billing.alert": ("billing.alert_triggered",),
    "customer.source": ("bank_account", "card", "source"),
    "entitlements.active_entitlement_summary": ("entitlements.active_entitlement_summary",),
    "source.transaction": ("source_transaction",),
}


@cache
def event_types() -> tuple[str, ...]:
    """The types of snapshot events, such as ``charge.succeeded``."""
    declared = sdk_object("event").fields["type"].annotation
    assert declared.kind is Kind.ENUM
    return declared.values


@cache
def objects_of(event_type: str) -> tuple[str, ...]:
    """The names of the objects that events of a type carry; none if that is not known."""
    words = event_type.split(".")[:-1]
    subject = ".".join(words)
    if subject in NAMED_OTHERWISE:
        return NAMED_OTHERWISE[subject]
    return next(((name,) for name in _candidates(words) if name in names()), ())


def _candidates(words: list[str]) -> Iterator[str]:
    """``customer.subscription`` may be about that or a ``subscription``, ``issuing_card`` about
    an ``issuing.card``.
    """
    for start in range(len(words)):
        yield ".".join(words[start:])
        yield ".".join(words[start:]).replace("_", ".", 1)
