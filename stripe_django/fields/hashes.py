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


def decode_column(text: str | None) -> Any:
    """The value of a JSON column from its text in the database; ``None`` for null."""
    return None if text is None else json.loads(text, cls=ExactDecoder)


class HashField(StripeField, models.JSONField):
    """A nested value as a whole, in JSON that each database can query by key.

    ``opaque`` marks a hash whose nested objects are snapshots of the past and never become rows.
    ``owned`` is true if the Stripe objects in it belong to this object, and so are as fresh as
    it; false if they are embedded copies of unknown age; ``None`` if it has none.
    """

    def __init__(self, *, opaque: bool = False, owned: bool | None = None, **kwargs: Any) -> None:
        self.opaque = opaque
        self.owned = owned
        super().__init__(**{"decoder": ExactDecoder} | kwargs)

    def from_payload(self, value: Any) -> Any:
        return value


class MetadataField(HashField):
    """The keys and values that the merchant put on the object."""


class VariantField(HashField):
    """The hashes of an object's variants, by key: ``card``, ``sepa_debit`` …

    One JSON column for every hash that has no column of its own, so that a new variant needs no
    migration.
    """

    sources = ()
