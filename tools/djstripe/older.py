"""Objects as the API version of 2020-08-27 has them, which dj-stripe 2.8 needs."""

from __future__ import annotations

from typing import Any

from stripe_django.testing import FakeStripe


def make_older(stripe: FakeStripe) -> None:
    """Give subscriptions and invoices the keys that later API versions have moved."""
    records = [record for same in stripe._engine.store.records.values() for record in same.values()]
    steps = (
        ("subscription_item", _item),
        ("subscription", _subscription),
        ("invoice", _invoice),
        ("invoiceitem", _item),
    )
    for name, keys in steps:
        for each in [record.id for record in records if record.name == name]:
            stripe.update(each, **keys(stripe.get(each)))


def _item(payload: dict[str, Any]) -> dict[str, Any]:
    return {"tax_rates": payload["tax_rates"] or []}


def _subscription(payload: dict[str, Any]) -> dict[str, Any]:
    [item, *_] = payload["items"]["data"]
    known = {key: item[key] for key in ("current_period_start", "current_period_end", "plan")}
    return {**known, "quantity": item["quantity"], "default_tax_rates": []}


def _invoice(payload: dict[str, Any]) -> dict[str, Any]:
    details = (payload.get("parent") or {}).get("subscription_details") or {}
    lines = payload["lines"]
    return {
        "default_tax_rates": [],
        "paid": payload["status"] == "paid",
        "subscription": details.get("subscription"),
        "tax": payload["total"] - payload["total_excluding_tax"],
        "lines": {**lines, "data": [_line(each) for each in lines["data"]]},
    }


def _line(line: dict[str, Any]) -> dict[str, Any]:
    parent = line["parent"] or {}
    details = parent.get("subscription_item_details") or parent.get("invoice_item_details") or {}
    price = ((line["pricing"] or {}).get("price_details") or {}).get("price")
    return {
        **line,
        "type": "subscription" if parent.get("subscription_item_details") else "invoiceitem",
        "amount_excluding_tax": line["subtotal"],
        "price": {"id": price, "object": "price"},
        "proration": details.get("proration", False),
        "proration_details": {"credited_items": None},
        "subscription": details.get("subscription"),
        "subscription_item": details.get("subscription_item"),
        "invoice_item": details.get("invoice_item"),
        "tax_rates": [],
        "tax_amounts": [],
    }
