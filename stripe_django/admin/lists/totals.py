"""What the amounts of a filtered list add up to, by currency."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.formats import number_format

from stripe_django import models
from stripe_django.fields import Amount
from stripe_django.money import format_money

CURRENCY = "currency"
PRICED = (models.Coupon, models.Plan, models.Price)  # amounts that mean nothing together


@dataclass(frozen=True, slots=True)
class Line:
    currency: str
    amounts: list[str]


@dataclass(frozen=True, slots=True)
class Totals:
    """``is_counted`` is false where the list has more rows than are added up."""

    names: list[str]
    lines: list[Line] = field(default_factory=list)
    is_counted: bool = True
    limit: str = ""


def amounts(shown: Any) -> list[Any]:
    """The fields of the columns that are amounts in the currency of their row."""
    fields = (getattr(each, "field", None) for each in shown)
    return [
        it
        for it in fields
        if isinstance(it, Amount) and _has_currency(it) and it.model not in PRICED
    ]


def _has_currency(amount: Any) -> bool:
    names = {each.name for each in amount.model._meta.fields}
    return amount.currency == CURRENCY and CURRENCY in names


def totals(rows: QuerySet, shown: Any, limit: int, *, has_more: bool) -> Totals | None:
    """One query, or none where there is nothing to add up or too much of it."""
    added = amounts(shown)
    if not added:
        return None
    names = [str(each.verbose_name) for each in added]
    if has_more:
        return Totals(names, is_counted=False, limit=number_format(limit, force_grouping=True))
    sums = {f"sum_{each.name}": Sum(each.name) for each in added}
    found: Any = rows.order_by().values("currency").annotate(**sums).order_by("currency")
    return Totals(names, [_line(each, sums) for each in found])


def _line(found: dict[str, Any], sums: Any) -> Line:
    currency = found["currency"]
    shown = (found[name] for name in sums)
    return Line(
        (currency or "").upper(),
        ["" if each is None else format_money(int(each), currency) for each in shown],
    )
