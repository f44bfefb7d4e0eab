"""What rows are called: as people do, in any language of the amounts, and without a query."""

from datetime import UTC, datetime

import pytest
from django.db.models import JSONField

from stripe_django import registry
from stripe_django.models import (
    BankAccount,
    Card,
    Charge,
    Customer,
    Dispute,
    Invoice,
    PaymentMethod,
    Payout,
    Plan,
    Price,
    Product,
    Refund,
    Subscription,
    SubscriptionItem,
)
from tests.rows import row

EUR = {"currency": "eur"}
DAY = datetime(2026, 3, 4, tzinfo=UTC)

PRO = Plan(product=Product(name="Pro"), amount=2900, interval="month", interval_count=1, **EUR)

NAMES = [
    (
        SubscriptionItem(product=Product(name="Pro"), plan=PRO, quantity=3),
        "3 × Pro · €29.00 per month",
    ),
    (SubscriptionItem(product_id="prod_1", price_id="price_1", quantity=3), "id_1"),
    (Subscription(plan=PRO, quantity=3), "3 × Pro · €29.00 per month"),
    (Subscription(plan=PRO, quantity=1), "Pro · €29.00 per month"),
    (Subscription(plan_id="plan_1", quantity=3), "id_1"),
    (Customer(name="Ada Lovelace", email="ada@example.com"), "Ada Lovelace"),
    (Customer(email="ada@example.com"), "ada@example.com"),
    (Charge(amount=1200, description="Ten pens", **EUR), "€12.00 · Ten pens"),
    (Charge(amount=1200, brand="visa", last4="4242", **EUR), "€12.00 · Visa ••4242"),
    (Invoice(number="F00D-0042"), "F00D-0042"),
    (Refund(amount=500, reason="requested_by_customer", **EUR), "€5.00 · requested by customer"),
    (Dispute(amount=500, reason="fraudulent", **EUR), "€5.00 · fraudulent"),
    (Payout(amount=500, arrival_date=DAY, **EUR), "€5.00 · 2026-03-04"),
    (PaymentMethod(type="card", brand="amex", last4="0005"), "American Express ••0005"),
    (PaymentMethod(type="sepa_debit"), "sepa debit"),
    (Card(last4="4242"), "Card ••4242"),
    (BankAccount(bank_name="STRIPE TEST BANK", last4="6789"), "STRIPE TEST BANK ••6789"),
    (Price(nickname="Early bird"), "Early bird"),
    (Price(unit_amount=2900, interval="month", interval_count=1, **EUR), "€29.00 per month"),
    (Price(unit_amount=2900, interval="month", interval_count=3, **EUR), "€29.00 every 3 months"),
    (Price(billing_scheme="tiered", interval="year", **EUR), "in tiers per year"),
    (Price(unit_amount=2900, **EUR), "€29.00"),
    (Plan(amount=900, interval="week", interval_count=1, **EUR), "€9.00 per week"),
]


@pytest.mark.parametrize(("made", "name"), NAMES, ids=lambda value: str(value)[:30])
def test_a_row_is_called(made, name):
    made.stripe_id = "id_1"
    assert str(made) == name


@pytest.mark.parametrize("model", registry.models(), ids=lambda model: model.__name__)
def test_a_row_without_anything_is_called_by_its_id(model):
    assert str(model(stripe_id="id_1")) == "id_1"


@pytest.mark.django_db
@pytest.mark.parametrize("model", registry.models(), ids=lambda model: model.__name__)
def test_a_name_takes_no_query(model, django_assert_num_queries):
    """Also where hashes were not read, as in the lists."""
    row(model, "id_1")
    hashes = [field.name for field in model._meta.fields if isinstance(field, JSONField)]
    found = model._default_manager.defer(*hashes).get()
    with django_assert_num_queries(0):
        assert str(found)
