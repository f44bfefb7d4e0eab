"""What a row that is billed by a price or a plan costs each period, and how long that is."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, F, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import NullIf

from .arithmetic import NUMBER, Whole, WholeProduct, known

TIMES_A_YEAR = {"day": 365, "week": 52, "month": 12, "year": 1}


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to terms, and what the columns behind it are called."""

    name: str
    amount: str
    fraction: str
    packages: str

    def __getitem__(self, column: str) -> str:
        return f"{self.name}__{column}"


PRICE = Reference("price", "unit_amount", "unit_amount_decimal", "transform_quantity")
PLAN = Reference("plan", "amount", "amount_decimal", "transform_usage")


class Terms:
    """The terms of rows that have a quantity and these references.

    A price never changes at Stripe, and a plan is its older form, so it does not matter which of
    the two has arrived.
    """

    def __init__(self, *references: Reference) -> None:
        self.references = references

    def amount(self) -> Case:
        """What a period costs in the smallest unit; null where that is not fixed, or not known."""
        quantity = known(F("quantity"), 1)
        amounts = (Whole(F(each[each.amount])) * quantity for each in self.references)
        fractions = (WholeProduct(F(each[each.fraction]), quantity) for each in self.references)
        is_open = self._either(usage_type="metered", billing_scheme="tiered")
        for each in self.references:
            is_open |= Q(**{f"{each[each.packages]}__isnull": False})
        return Case(When(is_open, then=None), default=known(*amounts, *fractions))

    def times(self) -> Case:
        """How often the unit of the interval fits into a year; null where that is not known."""
        units = TIMES_A_YEAR.items()
        whens = (When(self._either(interval=unit), then=Value(times)) for unit, times in units)
        return Case(*whens, output_field=NUMBER)

    def count(self) -> Combinable:
        """How many of these units are one period."""
        return known(*(NullIf(F(each["interval_count"]), 0) for each in self.references), 1)

    def is_in(self, currency: str) -> Q:
        """Whether the amounts are in the currency that a column names, as far as is known."""
        return self._either(currency=F(currency)) | Q(**{currency: None})

    def _either(self, **values: str | F) -> Q:
        found = Q()
        for each in self.references:
            for column, value in values.items():
                found |= Q(**{each[column]: value})
        return found
