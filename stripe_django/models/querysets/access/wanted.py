"""What access is asked for: rows, ids or querysets of products and prices, and options."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypedDict

from django.db.models import Model, QuerySet
from django.utils import timezone

ANY: Final = object()  # not None, which a lookup without a result would pass

PRICES = ("price_", "plan_")  # how Stripe's ids of prices begin
KINDS = {"product": ("product",), "price": ("price", "plan")}


class AccessOptions(TypedDict, total=False):
    """The options of each question about access.

    ``price`` is a price or plan, its id, or a list or queryset of these: access is then given by
    items with one of them. ``grace_days`` is the number of days, 0 by default, that access lasts
    while a payment is late. ``collection_paused=False`` means that no access is given while the
    collection of payments is paused. ``at`` is the moment that dates are compared with, now by
    default; statuses are always those of the rows.
    """

    price: Any
    grace_days: float
    collection_paused: bool
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question about access. ``None`` for products or prices stands for all of them."""

    products: list[str] | QuerySet | None
    prices: list[str] | QuerySet | None
    at: datetime
    grace: timedelta
    collection_paused: bool


def wanted(
    product: Any = ANY,
    *,
    price: Any = ANY,
    grace_days: float = 0,
    collection_paused: bool = True,
    at: datetime | None = None,
) -> Wanted:
    """Raises ``TypeError`` and ``ValueError`` for what is no product, price or number of days."""
    if grace_days < 0:
        raise ValueError(f"grace_days must not be negative: {grace_days}.")
    if at is not None and at.tzinfo is None:
        raise ValueError("at= needs a moment that is aware of its time zone.")
    return Wanted(
        products=None if product is ANY else ids_of(product, "product"),
        prices=None if price is ANY else ids_of(price, "price"),
        at=at or timezone.now(),
        grace=timedelta(days=grace_days),
        collection_paused=collection_paused,
    )


def ids_of(given: Any, kind: str) -> list[str] | QuerySet:
    """The Stripe ids in a row, an id, a list of these or a queryset, which remains a query."""
    if isinstance(given, QuerySet):
        _check(given.model, kind)
        return given.values_list("stripe_id", flat=True)
    if isinstance(given, Model):
        _check(type(given), kind)
        return [given.stripe_id]  # type: ignore[attr-defined]
    if given and isinstance(given, str):
        if kind == "product" and given.startswith(PRICES):
            raise ValueError(f"{given!r} is no product: pass it as price=.")
        return [given]
    if given and isinstance(given, Iterable) and not isinstance(given, bytes | dict):
        return [each for inner in given for each in ids_of(inner, kind)]
    if isinstance(given, list | tuple | set | frozenset):
        return []
    raise ValueError(f"A {kind} or its id is needed, not {given!r}.")


def _check(model: type[Model], kind: str) -> None:
    if model._meta.model_name not in KINDS[kind]:
        raise TypeError(f"A {model.__name__} is no {kind}: pass it as price= or product=.")
