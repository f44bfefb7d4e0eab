"""``stripe_import_djstripe``, on tables that dj-stripe 2.8 has filled: columns, no payloads."""

from datetime import UTC, datetime

import pytest
from django.db import models

from stripe_django import sync
from stripe_django.models import (
    Charge,
    Event,
    Invoice,
    PaymentMethod,
    Price,
    Subscription,
    SubscriptionItem,
)
from tests.round_trip import expected

from .test_djstripe import contents, imported, table

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize("peer", ["2.8"], indirect=True)]


def test_all_rows_come_once(peer):
    found = imported()
    assert (found["failures"], found["ambiguous"]) == ([], 0)
    for name, counts in found["tables"].items():
        assert counts["read"] == counts["incomplete"], name
        written = sum(found["objects"].get(counts["object"], {}).values())
        assert written >= counts["read"]
    before = contents()
    again = imported()["objects"]
    changes = {"created", "updated", "conflicting", "failed"}
    assert {name for name, counts in again.items() if changes & counts.keys()} == set()
    assert contents() == before


def test_the_values(peer):
    """As the event that created the object has them."""
    imported()
    source = table(peer, "charge").first()
    row = Charge.objects.get(stripe_id=source.id)
    assert row.amount == int(source.amount * 100)  # it has the main unit of the currency
    assert (row.as_of, row.livemode, row.deleted_at) == (None, False, None)
    assert row.created == source.created
    assert row.customer_id == source.customer_id_id
    assert row.payment_method_details == source.payment_method_details
    assert row.failure_message is None  # it has an empty text


def test_numbers_in_foreign_keys(peer):
    """Whatever DJSTRIPE_FOREIGN_KEY_TO_FIELD says, some hold dj-stripe's own number."""
    field = peer["djstripe_subscriptionitem"]._meta.get_field("price_id")
    assert isinstance(field.target_field, models.BigAutoField)
    imported()
    source = table(peer, "subscriptionitem").exclude(price_id=None).first()
    row = SubscriptionItem.objects.get(stripe_id=source.id)
    price = table(peer, "price").get(pk=source.price_id_id)
    assert (row.price_id, row.subscription_id) == (price.id, source.subscription_id_id)


def test_decimals(peer):
    imported()
    source = table(peer, "price").exclude(unit_amount=None).first()
    row = Price.objects.get(stripe_id=source.id)
    assert row.to_stripe()["unit_amount_decimal"] == str(source.unit_amount)
    source = table(peer, "invoice").first()
    row = Invoice.objects.get(stripe_id=source.id)
    assert (row.total, row.amount_due) == (int(source.total * 100), int(source.amount_due * 100))
    assert row.period_start == source.period_start


def test_a_payment_method_has_its_own_variant_only(peer):
    imported()
    row = PaymentMethod.objects.filter(type="card").first()
    assert {*row.to_stripe()} >= {"card"}
    assert "sepa_debit" not in row.to_stripe()


def test_an_event(peer):
    imported()
    source = table(peer, "event").first()
    row = Event.objects.get(stripe_id=source.id)
    assert (row.type, row.request, row.api_version) == (
        source.type,
        source.request_id or None,
        source.api_version or None,
    )
    assert row.snapshot == source.data["object"]


def test_it_changes_nothing_that_is_here(peer):
    source = table(peer, "charge").first()
    payload = {"id": source.id, "object": "charge", "amount": 1, "livemode": False}
    sync.apply(payload, as_of=datetime(2020, 1, 1, tzinfo=UTC))
    assert imported("charge")["objects"]["charge"]["stale"] == 1
    assert Charge.objects.get(stripe_id=source.id).to_stripe() == expected(payload)


def test_whatever_comes_replaces_it(peer):
    imported("subscription")
    source = table(peer, "subscription").first()
    assert Subscription.objects.get(stripe_id=source.id).status == source.status
    payload = {"id": source.id, "object": "subscription", "status": "paused", "livemode": False}
    sync.apply(payload, as_of=datetime(2020, 1, 1, tzinfo=UTC))
    row = Subscription.objects.get(stripe_id=source.id)
    assert (row.to_stripe(), row.ambiguous) == (expected(payload), False)
