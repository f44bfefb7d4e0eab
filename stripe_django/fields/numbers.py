"""Numbers, flags and times."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import models

from stripe_django.money import format_money

from .base import StripeField

DIGITS = re.compile(r"-?\d{1,30}(\.\d{1,30})?", re.ASCII)
EXACT_DIGITS = 15  # what SQLite, which keeps decimals as doubles, gives back unchanged


class Whole(StripeField):
    """A whole number between two bounds; what lies outside stays in ``extra``."""

    lowest: int
    highest: int

    def from_payload(self, value: Any) -> int | None:
        if type(value) is int and self.lowest <= value <= self.highest:
            return value
        return None


class Amount(Whole):
    """Money in the smallest unit of a currency.

    A row has it as formatted text, too: ``charge.amount_money`` is ``"$10.99"`` for an ``amount``
    of 1099. ``currency`` is the name of the column with its currency.
    """

    def __init__(self, *, currency: str = "currency", **kwargs: Any) -> None:
        self.currency = currency
        super().__init__(**kwargs)

    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = False
    ) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, f"{name}_money", property(self.money_of))

    def money_of(self, row: models.Model) -> str:
        """The amount of a row in the format of the active language; empty where there is none."""
        amount = getattr(row, self.attname)
        return "" if amount is None else format_money(amount, getattr(row, self.currency, None))


class AmountField(Amount, models.BigIntegerField):
    """Money in the smallest unit of the row's currency; negative for a debit."""

    lowest, highest = -(2**63), 2**63 - 1


class PositiveAmountField(Amount, models.PositiveBigIntegerField):
    """Money in the smallest unit of the row's currency, never below zero."""

    lowest, highest = 0, 2**63 - 1


class IntegerField(Whole, models.IntegerField):
    """A whole number of 32 bits."""

    lowest, highest = -(2**31), 2**31 - 1


class CountField(Whole, models.PositiveIntegerField):
    """A count: a whole number of 32 bits, never below zero."""

    lowest, highest = 0, 2**31 - 1


class QuantityField(Whole, models.PositiveIntegerField):
    """How many units: a whole number of 64 bits, never below zero."""

    lowest, highest = 0, 2**63 - 1

    def get_internal_type(self) -> str:
        return "PositiveBigIntegerField"


class SignedQuantityField(Whole, models.BigIntegerField):
    """The same where units that are taken back count below zero."""

    lowest, highest = -(2**63), 2**63 - 1


class FlagField(StripeField, models.BooleanField):
    """True, false, or null where Stripe says nothing."""

    def from_payload(self, value: Any) -> bool | None:
        return value if type(value) is bool else None


class DecimalField(StripeField, models.DecimalField):
    """A number with a fraction, as a ``Decimal``.

    ``as_text`` says that Stripe writes it as a string of digits.
    """

    def __init__(self, *, as_text: bool = False, **kwargs: Any) -> None:
        self.as_text = as_text
        super().__init__(**{"max_digits": 24, "decimal_places": 12} | kwargs)

    def from_payload(self, value: Any) -> Decimal | None:
        if type(value) not in ((str,) if self.as_text else (int, float, Decimal)):
            return None
        if self.as_text and not DIGITS.fullmatch(value):
            return None
        # repr() of a float is the number that was written, str() of the others too.
        number = Decimal(repr(value) if type(value) is float else value)
        return number if number.is_finite() and self._holds(number) else None

    def to_payload(self, value: Decimal | None) -> Decimal | str | None:
        return f"{value.normalize():f}" if self.as_text and value is not None else value

    def _holds(self, number: Decimal) -> bool:
        _, digits, exponent = number.as_tuple()
        assert isinstance(exponent, int)  # only the non-finite have letters here
        return (
            len(digits) <= EXACT_DIGITS
            and -exponent <= self.decimal_places
            and number.adjusted() < self.max_digits - self.decimal_places
        )


class PercentField(DecimalField):
    """A percentage as a ``Decimal``: 12.5 is twelve and a half per cent."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 18} | kwargs)


class Unit(StrEnum):
    """How a payload writes a moment."""

    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    TEXT = "text"  # RFC 3339


# Once: Python 3.11 takes as long to find a member of an enum as to call a function.
MILLISECONDS, TEXT = Unit.MILLISECONDS, Unit.TEXT


class TimestampField(StripeField, models.DateTimeField):
    """A moment as an aware ``datetime`` in UTC.

    ``unit`` is what Stripe writes whole numbers in, or ``TEXT``; RFC 3339 text is taken in any
    case. Whole numbers outside the years 1000 to 9999, which no database here holds alike, stay
    in ``extra``.
    """

    def __init__(self, *, unit: Unit = Unit.SECONDS, **kwargs: Any) -> None:
        self.unit = unit
        super().__init__(**kwargs)

    lowest = int(datetime(1000, 1, 1, tzinfo=UTC).timestamp())
    highest = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())

    def from_payload(self, value: Any) -> datetime | None:
        if type(value) is int:
            if self.unit is MILLISECONDS:
                return self._from_milliseconds(value)
            if self.lowest <= value <= self.highest:
                return datetime.fromtimestamp(value, UTC)
        elif type(value) is str:
            return self._from_text(value)
        return None

    def _from_milliseconds(self, value: int) -> datetime | None:
        seconds, milliseconds = divmod(value, 1000)
        if self.lowest <= seconds <= self.highest:
            return datetime.fromtimestamp(seconds, UTC) + timedelta(milliseconds=milliseconds)
        return None

    def _from_text(self, value: str) -> datetime | None:
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                return None
            moment = moment.astimezone(UTC)
        except (ValueError, OverflowError):
            return None
        return moment if moment.year >= 1000 else None

    def to_payload(self, value: datetime | None) -> int | str | None:
        if value is None:
            return None
        if self.unit is TEXT:
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        seconds = int(value.timestamp())
        if self.unit is MILLISECONDS:
            return seconds * 1000 + value.microsecond // 1000
        return seconds
