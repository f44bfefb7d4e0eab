"""A payload from the columns of dj-stripe before 2.9, which has no payloads.

It is incomplete: dj-stripe has columns for a part of the keys, and does not store whether an empty
text was null.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from .facts import FACTS, PREFIX
from .references import References
from .tables import ID, Table

BASE = ("description", "metadata", "created", "livemode")  # of every table, used or not
LINE_ADDED = FACTS[f"{PREFIX}lineitem"].added
# Decimals that Stripe sends as text, and those that it sends as numbers; others are amounts.
TEXTS = frozenset({"amount_decimal", "unit_amount_decimal", "unit_amount_excluding_tax"})
OWN = frozenset(
    """
    coupon_id subscriber_id date_purged idempotency_key request_id tolerance
    """.split()
)

Decode = Callable[[Any], Any]


def payload_of(
    row: dict[str, Any], table: Table, references: References, decode: Decode
) -> dict[str, Any]:
    """The payload as far as the columns of a row have it."""
    payload: dict[str, Any] = {"id": row[ID], "object": table.facts.object_name}
    for name in table.content:
        if name in OWN or name not in row:
            continue
        key, value = _pair(name, row[name], table, references, decode)
        if key not in table.facts.added:
            payload[key] = value
    for key in ("created", "livemode"):
        if row.get(key) is not None:
            payload[key] = _plain(row[key])
    return _completed(_without_unset(payload, table), row, table)


def _pair(
    name: str, value: Any, table: Table, references: References, decode: Decode
) -> tuple[str, Any]:
    """The key and the value of a column."""
    if name in table.targets or (name.endswith("_id") and name.removesuffix("_id")):
        return name.removesuffix("_id"), references.id_of(table, name, value)
    if table.columns[name] == "JSONField":
        return name, decode(value)
    if table.columns[name] == "DecimalField":
        return name, None if value is None else _decimal(name, Decimal(str(value)), table)
    return name, _plain(value)


def _plain(value: Any) -> Any:
    """Times in Unix seconds; an empty text stands for null."""
    if isinstance(value, datetime):
        return int(value.timestamp())
    return None if value == "" else value


def _decimal(name: str, value: Decimal, table: Table) -> Any:
    if name in table.facts.cents:
        return int(value * 100)
    exact = value.normalize()
    if name in TEXTS:
        return f"{exact:f}"
    return int(value) if value == value.to_integral_value() else exact


def _without_unset(payload: dict[str, Any], table: Table) -> dict[str, Any]:
    """Without keys that Stripe leaves out where they are unset: not all objects have them."""
    optional = {*BASE, "deleted"}
    if table.facts.object_name == "payment_method":
        optional |= payload.keys()
    return {
        key: value
        for key, value in payload.items()
        if not (key in optional and (value is None or (value is False and key == "deleted")))
    }


def _completed(payload: dict[str, Any], row: dict[str, Any], table: Table) -> dict[str, Any]:
    """With what dj-stripe has moved within the payload."""
    if table.facts.object_name == "event":
        request = {"id": row.get("request_id") or None}
        payload["request"] = request | {"idempotency_key": row.get("idempotency_key") or None}
    if table.facts.object_name == "source" and isinstance(payload.get("type"), str):
        payload[payload["type"]] = row.get("source_data")
    return payload
