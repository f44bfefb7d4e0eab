"""JSON: hashes and lists that have no table of their own."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.db import models

from .base import StripeField


def exact_number(text: str) -> float | Decimal:
    """A JSON number with a fraction: a float where that is exactly it, a ``Decimal`` otherwise."""
    number = float(text)
    exact = Decimal(text)
    return number if exact.is_finite() and Decimal(repr(number)) == exact else exact


class ExactDecoder(json.JSONDecoder):
    """Decodes JSON columns without losing digits."""

    def __init__(self) -> None:
        super().__init__(parse_float=exact_number)


class HashField(StripeField, models.JSONField):
    """A nested value kept whole, as JSON that each database can query by key.

    ``opaque`` marks a hash whose nested objects describe the past and never become rows.
    ``part`` says of one that has Stripe objects in it whether these are owned by this object, and
    so as fresh as it, or copies of unknown age; ``None`` where it has none.
    """

    def __init__(self, *, opaque: bool = False, part: bool | None = None, **kwargs: Any) -> None:
        self.opaque = opaque
        self.part = part
        super().__init__(**{"decoder": ExactDecoder} | kwargs)

    def from_payload(self, value: Any) -> Any:
        return value


class MetadataField(HashField):
    """The keys and values that the merchant put on the object."""


class VariantField(HashField):
    """The hashes of which a payload has one, or one for each kind: ``card``, ``sepa_debit`` …

    One JSON column, by key, with every hash that has no column of its own, so that a new kind
    needs none.
    """

    sources = ()
