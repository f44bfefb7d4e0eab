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
    ``part`` marks one whose nested objects are owned by this object and are as fresh as it.
    """

    def __init__(self, *, opaque: bool = False, part: bool = False, **kwargs: Any) -> None:
        self.opaque = opaque
        self.part = part
        super().__init__(**{"decoder": ExactDecoder} | kwargs)

    def from_payload(self, value: Any) -> Any:
        return value


class MetadataField(HashField):
    """The keys and values that the merchant put on the object."""
