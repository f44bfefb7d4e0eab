"""Payloads that worked examples are made of, and their events."""

from datetime import UTC, datetime

from stripe_django import statistics, sync
from stripe_django.statistics import versions

READ = datetime(2024, 1, 1, tzinfo=UTC)


def at(month, day=1, year=2025, hour=0):
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp())


def price(name, amount, *, product="gold", currency="eur", interval="month", count=1, **more):
    recurring = {"interval": interval, "interval_count": count, "usage_type": "licensed"}
    return {
        "id": name,
        "object": "price",
        "product": product,
        "currency": currency,
        "unit_amount": amount,
        "type": "recurring",
        "billing_scheme": "per_unit",
        "recurring": recurring | more.pop("recurring", {}),
    } | more


def item(name, price, quantity=1, created=None, discounts=()):
    return {
        "id": name,
        "object": "subscription_item",
        "price": price,
        "quantity": quantity,
        "created": created or at(1, year=2020),
        "discounts": list(discounts),
    }


BEGAN = at(1, 10)


def subscription(*items, name="sub_1", customer="cus_1", since=BEGAN, **more):
    listed = {"object": "list", "has_more": False, "data": list(items)}
    return {
        "id": name,
        "object": "subscription",
        "customer": customer,
        "livemode": False,
        "status": "active",
        "currency": items[0]["price"]["currency"],
        "created": since,
        "start_date": since,
        "trial_end": None,
        "ended_at": None,
        "discounts": [],
        "items": listed,
    } | more


def discount(name, coupon, since, **more):
    return {
        "id": name,
        "object": "discount",
        "coupon": {"object": "coupon", "duration": "forever", **coupon},
        "start": since,
        "end": None,
        "subscription": "sub_1",
    } | more


def happened(created, shown, verb="updated", **previous):
    """The event that shows an object as it is from then on."""
    kind = {"subscription": "customer.subscription", "discount": "customer.discount"}
    kind = kind.get(shown["object"], shown["object"])
    data = {"object": shown, **({"previous_attributes": previous} if previous else {})}
    return {
        "id": f"evt_{shown['id']}_{created}_{verb}",
        "object": "event",
        "type": f"{kind}.{verb}",
        "created": created,
        "livemode": False,
        "data": data,
    }


def store(*events, read=()):
    if read:
        sync.apply(list(read), as_of=READ)
    assert not sync.apply(list(events)).failures
    assert statistics.refresh(parts=[versions.steps])
