"""The same answer from payloads of any API version."""

from datetime import UTC, datetime

import pytest

from stripe_django import sync
from stripe_django.models import (
    Charge,
    Invoice,
    InvoiceItem,
    InvoiceLineItem,
    PaymentIntent,
    PromotionCode,
    Subscription,
)

pytestmark = pytest.mark.django_db

START, END = 1_700_000_000, 1_702_592_000


def payload(name, stripe_id, **values):
    return {"id": stripe_id, "object": name, **values}


def page(*members):
    return {"object": "list", "data": list(members), "has_more": False, "url": "/v1/x"}


@pytest.mark.parametrize(
    ("model", "values", "column", "value"),
    [
        (Invoice, {"subscription": "sub_1"}, "subscription_id", "sub_1"),
        (
            Invoice,
            {"parent": {"subscription_details": {"subscription": "sub_1"}}},
            "subscription_id",
            "sub_1",
        ),
        (Subscription, {"current_period_end": END}, "current_period_end", END),
        (
            Subscription,
            {"items": page(payload("subscription_item", "si_1", current_period_end=END))},
            "current_period_end",
            END,
        ),
        (PaymentIntent, {"latest_charge": "ch_1"}, "latest_charge_id", "ch_1"),
        (PaymentIntent, {"charges": page(payload("charge", "ch_1"))}, "latest_charge_id", "ch_1"),
        (PromotionCode, {"coupon": payload("coupon", "gold")}, "coupon_id", "gold"),
        (PromotionCode, {"promotion": {"coupon": "gold"}}, "coupon_id", "gold"),
        (InvoiceItem, {"price": payload("price", "price_1")}, "price_id", "price_1"),
        (InvoiceItem, {"plan": payload("plan", "gold")}, "price_id", "gold"),
        (InvoiceItem, {"pricing": {"price_details": {"price": "price_1"}}}, "price_id", "price_1"),
        (InvoiceLineItem, {"price": payload("price", "price_1")}, "price_id", "price_1"),
        (
            InvoiceLineItem,
            {"pricing": {"price_details": {"price": "price_1", "product": "prod_1"}}},
            "product_id",
            "prod_1",
        ),
        (
            InvoiceLineItem,
            {"parent": {"subscription_item_details": {"subscription": "sub_1"}}},
            "subscription_id",
            "sub_1",
        ),
        (
            InvoiceLineItem,
            {"parent": {"invoice_item_details": {"proration": True}}},
            "proration",
            True,
        ),
    ],
)
def test_what_moved_is_in_the_same_column(model, values, column, value):
    row = sync.apply(payload(model.stripe.object_name, "x_1", **values)).row
    found = getattr(row, column)
    assert (int(found.timestamp()) if isinstance(found, datetime) else found) == value


NEW_PAYMENT = payload(
    "invoice_payment",
    "inpay_1",
    invoice="in_1",
    payment={"type": "payment_intent", "payment_intent": "pi_1"},
)


@pytest.mark.parametrize(
    "payloads",
    [
        [payload("charge", "ch_1", invoice="in_1"), payload("invoice", "in_1")],
        [payload("charge", "ch_1"), payload("invoice", "in_1", charge="ch_1")],
        [
            payload("charge", "ch_1", payment_intent="pi_1"),
            payload("invoice", "in_1"),
            NEW_PAYMENT,
        ],
        [
            payload("charge", "ch_1"),
            payload(
                "invoice", "in_1", payments=page({**NEW_PAYMENT, "payment": {"charge": "ch_1"}})
            ),
        ],
    ],
    ids=["on the charge", "on the invoice", "by a payment's intent", "by a payment"],
)
def test_a_charge_and_its_invoice_find_each_other(payloads):
    sync.apply(
        [*payloads, payload("charge", "ch_2"), payload("invoice", "in_2")],
        as_of=datetime(2026, 1, 1, tzinfo=UTC),
    )
    charge, invoice = Charge.objects.get(stripe_id="ch_1"), Invoice.objects.get(stripe_id="in_1")
    assert [each.stripe_id for each in charge.paid_invoices] == ["in_1"]
    assert [each.stripe_id for each in invoice.paying_charges] == ["ch_1"]
    assert list(Charge.objects.get(stripe_id="ch_2").paid_invoices) == []


def test_the_column_keeps_what_the_payload_said():
    sync.apply([payload("charge", "ch_1", payment_intent="pi_1"), NEW_PAYMENT])
    assert Charge.objects.get().invoice_id is None
