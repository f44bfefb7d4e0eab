"""What a row that is billed by a price or a plan costs each period, and how long that is."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, F, Field, JSONField, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, NullIf

from ..arithmetic import NUMBER, Product, Whole, WholeProduct, known
from ..json import FractionUnder, Member, WholeUnder
from .tiers import InTiers, Packages

JSON = JSONField()
TIMES_A_YEAR = {"day": 365, "week": 52, "month": 12, "year": 1}


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to terms, and what the columns behind it are called.

    ``options`` are the same terms in other currencies, which plans have not.
    """

    name: str
    amount: str
    fraction: str
    packages: str
    options: str | None = None

    def __getitem__(self, column: str) -> str:
        return f"{self.name}__{column}"


PRICE = Reference(
    "price", "unit_amount", "unit_amount_decimal", "transform_quantity", "currency_options"
)
PLAN = Reference("plan", "amount", "amount_decimal", "transform_usage")


class Terms:
    """The terms of rows that have a quantity and these references.

    A price never changes at Stripe, and a plan is its older form, so it does not matter which of
    the two has arrived.
    """

    def __init__(self, *references: Reference) -> None:
        self.references = references

    def amount(self, currency: Combinable) -> Case:
        """What a period costs in the smallest unit of a currency, or of its own if that is null.

        Null where that is not fixed, or not known in this currency.
        """
        quantity = known(F("quantity"), 1)
        mode, packages = (self._known("tiers_mode"), self._known("packages"))
        by_package = Packages(quantity, packages)
        option = self._option(currency)
        whole = self._in("amount", currency, NUMBER, option and WholeUnder(option, PRICE.amount))
        fraction = self._in(
            "fraction", currency, NUMBER, option and FractionUnder(option, PRICE.fraction)
        )
        tiers = self._in("tiers", currency, JSON, option and Member(option, Value("tiers")))
        return Case(
            When(self._either(usage_type="metered"), then=None),
            When(self._either(billing_scheme="tiered"), then=InTiers(tiers, mode, quantity)),
            default=known(Product(Whole(whole), by_package), WholeProduct(fraction, by_package)),
            output_field=NUMBER,
        )

    def _option(self, currency: Combinable) -> Member | None:
        """The price's terms in another currency than its own; a plan has none."""
        options = [F(each[each.options]) for each in self.references if each.options]
        return Member(options[0], currency) if options else None

    def _in(
        self, column: str, currency: Combinable, kind: Field, option: Combinable | None
    ) -> Case:
        """A value of the first of the references that has it in a currency, or else the option."""
        ways, owns = [], []
        for each in self.references:
            name = each[getattr(each, column, column)]
            is_own = Q(**{each["currency"]: Coalesce(currency, F(each["currency"]))})
            owns.append(When(is_own, then=None))  # or the option of its own currency would count
            ways.append(When(is_own & Q(**{f"{name}__isnull": False}), then=F(name)))
        return Case(*ways, *owns, default=option, output_field=kind)

    def _known(self, column: str) -> Combinable:
        found = [F(each[getattr(each, column, column)]) for each in self.references]
        return Coalesce(*found) if len(found) > 1 else found[0]

    def times(self) -> Case:
        """How often the unit of the interval fits into a year; null where that is not known."""
        units = TIMES_A_YEAR.items()
        whens = (When(self._either(interval=unit), then=Value(times)) for unit, times in units)
        return Case(*whens, output_field=NUMBER)

    def count(self) -> Combinable:
        """How many of these units are one period."""
        return known(*(NullIf(F(each["interval_count"]), 0) for each in self.references), 1)

    def _either(self, **values: str) -> Q:
        found = Q()
        for each in self.references:
            for column, value in values.items():
                found |= Q(**{each[column]: value})
        return found
