"""What the revenue of a subscription depends on, from payloads and from rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stripe_django.fields.hashes import decode_column
from stripe_django.models import Subscription, SubscriptionItem
from stripe_django.sync.mapping import mapper
from stripe_django.sync.mapping.identity import HomeAccount
from stripe_django.sync.mapping.rows import Row
from stripe_django.sync.mapping.schema import schema_for

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    """An item, as its version stores it."""

    stripe_id: str
    price_id: str | None
    plan_id: str | None
    product_id: str | None
    quantity: int | None
    created: datetime | None
    deleted_at: datetime | None
    discounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class State:
    """A subscription, as its version stores it."""

    customer_id: str | None
    status: str | None
    currency: str | None
    plan_id: str | None
    quantity: int | None
    start: datetime | None
    start_date: datetime | None
    created: datetime | None
    canceled_at: datetime | None
    ended_at: datetime | None
    trial_start: datetime | None
    trial_end: datetime | None
    discounts: tuple[str, ...]
    items: tuple[Item, ...]

    @property
    def began_at(self) -> datetime | None:
        return self.start_date or self.created or self.start


RENEWED = frozenset(
    {"latest_invoice", "current_period_start", "current_period_end", "billed_until", "metadata"}
)
OWN = [name for name in State.__dataclass_fields__ if name not in ("discounts", "items")]
OF_ITEM = [
    name
    for name in Item.__dataclass_fields__
    if name not in ("stripe_id", "deleted_at", "discounts")
]


def of_payload(payload: Mapping[str, Any], home: HomeAccount) -> State:
    """The state that an event shows."""
    rows = mapper.to_rows(payload, livemode=home.livemode, home=home)
    items = [
        _item(row.stripe_id, _values(row), None) for row in rows if row.model is SubscriptionItem
    ]
    return _state(_values(rows[0]), items)


def of_row(row: Subscription, items: Iterable[SubscriptionItem]) -> State:
    """The state that a row shows, with the items that were removed."""
    return _state(vars(row), [of_item(each) for each in items])


def of_item(row: SubscriptionItem) -> Item:
    lives = row.deleted_at is None or (row.as_of is not None and row.as_of > row.deleted_at)
    return _item(row.stripe_id, vars(row), None if lives else row.deleted_at)


def essence(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A payload without the keys that every renewal changes, and on which no state depends."""
    found = {key: value for key, value in payload.items() if key not in RENEWED}
    items = payload.get("items")
    if isinstance(items, Mapping) and isinstance(items.get("data"), list):
        found["items"] = [
            {key: value for key, value in item.items() if key not in RENEWED}
            for item in items["data"]
            if isinstance(item, Mapping)
        ]
    return found


def is_complete(payload: Mapping[str, Any]) -> bool:
    """Whether all items are in the payload, and not only the first of many."""
    items = payload.get("items")
    return not (isinstance(items, Mapping) and items.get("has_more"))


def _state(values: Values, items: list[Item]) -> State:
    names = _names(values["discounts"])
    first = values["discount_id"]
    discounts = names if first is None or first in names else (first, *names)
    ordered = tuple(sorted(items, key=lambda item: item.stripe_id))
    return State(**{name: values[name] for name in OWN}, discounts=discounts, items=ordered)


def _item(stripe_id: str, values: Values, deleted_at: datetime | None) -> Item:
    return Item(
        stripe_id=stripe_id,
        deleted_at=deleted_at,
        discounts=_names(values["discounts"]),
        **{name: values[name] for name in OF_ITEM},
    )


def _names(discounts: Any) -> tuple[str, ...]:
    """The ids of discounts, which may be in full."""
    listed = discounts if isinstance(discounts, list) else []
    ids = (each.get("id") if isinstance(each, dict) else each for each in listed)
    return tuple(each for each in ids if isinstance(each, str))


def _values(row: Row) -> dict[str, Any]:
    """The columns of a mapped row, by the names of their attributes."""
    columns = schema_for(row.model).columns
    return {
        column.attname: decode_column(value) if column.is_json else value
        for column, value in zip(columns, row.values, strict=True)
    }
