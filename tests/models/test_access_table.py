"""Each row of the table in ``docs/howto/access.rst``, by payloads as Stripe sends them."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from stripe_django import sync
from stripe_django.models import Customer
from tests.asking import NOW

pytestmark = pytest.mark.django_db

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "access.rst"
ROW = re.compile(r"^   \* - (.+)\n     - (yes|no)\n     - (yes|no)$", re.MULTILINE)
TABLE = {
    text: (alone == "yes", graced == "yes") for text, alone, graced in ROW.findall(PAGE.read_text())
}

NAME = "cus_NffrFeUfNV2Hib"


def after(days):
    return int((NOW + timedelta(days)).timestamp())


def price_of(product, **values):
    recurring = {"interval": "month", "interval_count": 1, "usage_type": "licensed"}
    recurring |= values.pop("recurring", {})
    known = {"id": f"price_{product}", "object": "price", "product": product, "currency": "eur"}
    return {**known, "type": "recurring", "recurring": recurring, **values}


def item_of(product="prod_team", number=1, **values):
    price = values.pop("price", None) or price_of(product)
    plan = {"id": price["id"], "object": "plan", "product": product, "interval": "month"}
    known = {"id": f"si_{number}", "object": "subscription_item", "quantity": 1}
    period = {"current_period_start": after(-3), "current_period_end": after(27)}
    return {**known, **period, "price": price, "plan": plan, **values}


def subscription(status="active", *items, id="sub_1", **values):
    listed = {"object": "list", "has_more": False, "url": "/v1/subscription_items"}
    known = {"id": id, "object": "subscription", "customer": NAME, "created": after(-60)}
    of_period = {
        key: values.pop(key)
        for key in ("current_period_start", "current_period_end")
        if key in values
    }
    data = [each | of_period for each in items or (item_of(number=id),)]
    return {**known, "status": status, "items": {**listed, "data": data}, **values}


def invoice(made, number=1, **values):
    about = {"type": "subscription_details", "subscription_details": {"subscription": "sub_1"}}
    known = {"id": f"in_{number}", "object": "invoice", "created": after(made), "parent": about}
    return {**known, "status": "open", "amount_due": 900, "amount_remaining": 900, **values}


def applied(*payloads, **options):
    customer = {"id": NAME, "object": "customer", "livemode": False}
    sync.apply(customer, as_of=NOW - timedelta(1))
    for number, each in enumerate(payloads):
        sync.apply({"livemode": False, **each}, as_of=NOW + timedelta(seconds=number), **options)


def removed():
    applied(
        subscription("active", item_of("prod_team", 1), item_of("prod_other", 2)),
        subscription("active", item_of("prod_other", 2)),
    )


def scheduled():
    phases = [{"items": [{"price": f"price_{name}"}]} for name in ("prod_other", "prod_team")]
    schedule = {"id": "sub_sched_1", "object": "subscription_schedule", "phases": phases}
    applied(
        {**schedule, "subscription": "sub_1", "status": "active", "customer": NAME},
        subscription("active", item_of("prod_other"), schedule="sub_sched_1"),
    )


def of_another_account():
    applied()
    account = "acct_1032D82eZvKYlo2C"
    sync.apply({"id": NAME, "object": "customer", "livemode": False}, as_of=NOW, account=account)
    given = subscription("active", item_of("prod_team"), livemode=False)
    sync.apply(given, as_of=NOW, account=account)


def of_the_other_mode():
    applied(subscription("active", item_of("prod_other")))
    live = subscription(
        "active", item_of("prod_team", 9, livemode=True), id="sub_live", livemode=True
    )
    sync.apply(live, as_of=NOW)


def before_2018(plan):
    item = {"id": "si_1", "object": "subscription_item", "plan": plan, "quantity": 1}
    return {"items": {"object": "list", "data": [item], "has_more": False, "url": "/v1/x"}}


def plan_alone(values):
    plan = {"id": "gold", "object": "plan", "amount": 900, "currency": "eur", "interval": "month"}
    known = {**subscription(), "plan": plan, "quantity": 1}
    del known["items"]
    applied({**plan, "product": "prod_team"}, known | values(plan))


def bought_once():
    line = {"id": "il_1", "object": "line_item", "quantity": 1}
    line["pricing"] = {"price_details": {"price": "price_prod_team", "product": "prod_team"}}
    lines = {"object": "list", "data": [line], "has_more": False, "url": "/v1/invoices/in_1/lines"}
    applied(invoice(-3, status="paid", parent=None, customer=NAME, lines=lines))


def given(*arguments, others=(), **values):
    """What applies a subscription, and before it other objects."""
    return lambda: applied(*others, subscription(*arguments, **values))


BEFORE_2018 = (
    "An item with a plan, whose product only the row of the plan names (API versions before 2018)"
)
OVER = {"current_period_end": after(-1)}
SITUATIONS = {
    "``trialing``": given("trialing", trial_end=after(9)),
    "``trialing``, and the trial has ended, but no other status has arrived yet": given(
        "trialing", trial_end=after(-1)
    ),
    "``active``": given("active"),
    "``active``, and the period has ended, but its renewal has not arrived yet": given(
        "active", **OVER
    ),
    "``active`` with ``cancel_at_period_end``, until the period ends": given(
        "active", cancel_at_period_end=True
    ),
    "``active`` with ``cancel_at_period_end``, once the period has ended": given(
        "active", cancel_at_period_end=True, **OVER
    ),
    "``active`` with ``cancel_at`` in the future": given("active", cancel_at=after(1)),
    "``active`` with ``cancel_at`` in the past, but the cancellation has not arrived yet": given(
        "active", cancel_at=after(-1)
    ),
    "``past_due``, and the invoice could not be charged 3 days ago": given(
        "past_due", others=[invoice(-3)]
    ),
    "``past_due``, and the invoice could not be charged 8 days ago": given(
        "past_due", others=[invoice(-8)]
    ),
    "``past_due``, and an invoice that was sent was due 3 days ago": given(
        "past_due", others=[invoice(-33, due_date=after(-3))]
    ),
    "``past_due``, with unpaid invoices of two periods": given(
        "past_due", others=[invoice(-3, 1), invoice(-33, 2)]
    ),
    "``past_due``, the period began 3 days ago, and no invoice is in the mirror": given("past_due"),
    "``past_due`` with ``cancel_at`` in the past": given("past_due", cancel_at=after(-1)),
    "``canceled``, also in the middle of a period": given("canceled", ended_at=after(-1)),
    **{
        f"``{status}``": given(status)
        for status in ("unpaid", "paused", "incomplete", "incomplete_expired")
    },
    "A status that Stripe adds in the future": given("a_new_one"),
    "``active``, and the collection of payments is paused (``pause_collection``)": given(
        "active", pause_collection={"behavior": "void", "resumes_at": None}
    ),
    "Several items, one of them of the product": given(
        "active", item_of("prod_other", 1), item_of("prod_team", 2)
    ),
    "An item of the product was removed": removed,
    "An item of the product with the quantity 0": given("active", item_of(quantity=0)),
    "A metered item of the product, which has no quantity": given(
        "active",
        item_of(price=price_of("prod_team", recurring={"usage_type": "metered"}), quantity=None),
    ),
    "A canceled and an active subscription to the product": given(
        "active", id="sub_2", others=[subscription("canceled")]
    ),
    "A subscription to another product": given("active", item_of("prod_other")),
    "A schedule will change to the product in its next phase": scheduled,
    "A change to the product waits for its payment (``pending_update``)": given(
        "active", item_of("prod_other"), pending_update={"subscription_items": [item_of(number=2)]}
    ),
    "The customer was deleted": given(
        "active", others=[{"id": NAME, "object": "customer", "deleted": True}]
    ),
    "A customer with the same id in another account has the subscription": of_another_account,
    "A subscription in live mode to a product in test mode with the same id": of_the_other_mode,
    BEFORE_2018: lambda: plan_alone(before_2018),
    "A subscription with a plan and no items (API versions before July 2016)": lambda: plan_alone(
        lambda plan: {}
    ),
    "The product was bought once, without a subscription": bought_once,
}


def test_the_table_has_each_situation():
    assert list(TABLE) == list(SITUATIONS)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_row_of_the_table(situation, both_modes):
    SITUATIONS[situation]()
    customer = Customer.objects.get(stripe_id=NAME)
    for grace_days, expected in zip((0, 7), TABLE[situation], strict=True):
        options = {"at": NOW, "grace_days": grace_days}
        assert customer.has_access_to("prod_team", **options) is expected
        found = Customer.objects.filter(pk=customer.pk).with_access_to("prod_team", **options)
        assert found.exists() is expected
        assert (
            Customer.objects.with_access("prod_team", **options).get(pk=customer.pk).has_access
            is expected
        )


def test_paused_collection_can_be_excluded():
    SITUATIONS["``active``, and the collection of payments is paused (``pause_collection``)"]()
    customer = Customer.objects.get()
    assert customer.has_access_to("prod_team", at=NOW)
    assert not customer.has_access_to("prod_team", at=NOW, collection_paused=False)
    assert not customer.active_subscriptions(at=NOW, collection_paused=False)
