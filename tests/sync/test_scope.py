"""A project that keeps some of Stripe's objects."""

from datetime import UTC, datetime

import pytest

from stripe_django import sync
from stripe_django.models import Charge, Customer, Event, IssuingCard, IssuingCardholder
from stripe_django.sync.backfill.list_endpoints import listable
from stripe_django.sync.scope import models_in_scope

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CHARGE = {"id": "ch_1", "object": "charge", "customer": {"id": "cus_1", "object": "customer"}}


@pytest.fixture
def keep(settings):
    def keep(*names):
        settings.STRIPE_DJANGO = {"API_KEY": "sk_test_x", "OBJECTS": list(names)}

    return keep


def event(payload):
    return {
        "id": f"evt_{payload['id']}",
        "object": "event",
        "type": f"{payload['object']}.updated",
        "created": 1_700_000_000,
        "data": {"object": payload},
    }


def test_all_by_default():
    assert {Charge, Customer, Event, IssuingCard} <= models_in_scope()


def test_a_pattern_names_several(keep):
    keep("issuing.*", "charge")
    assert {Charge, Event, IssuingCard, IssuingCardholder} <= models_in_scope()
    assert Customer not in models_in_scope()


def test_only_what_is_kept_is_listed(keep):
    keep("customer")
    assert {model.stripe.object_name for model in listable()} == {
        "customer",
        "event",
        "v2.core.event",
    }


def test_only_what_is_kept_is_written(keep):
    keep("customer")
    result = sync.apply([CHARGE], as_of=NOW)
    assert (result.rows, result.failures) == ([], [])
    assert not Charge.objects.exists()
    assert [each.stripe_id for each in Customer.objects.all()] == ["cus_1"]


def test_an_event_is_kept_whatever_it_is_about(keep):
    keep("customer")
    result = sync.apply(event(CHARGE))
    assert [row.stripe_id for row in result.rows] == ["evt_ch_1"]
    assert Event.objects.get().to_stripe() == event(CHARGE)
    assert not Charge.objects.exists()
