"""An erasure finds all, in whatever order things were stored that say whose the others are."""

import pytest
from django.conf import settings
from django.test import override_settings

from stripe_django import sync
from stripe_django.models import Erasure, Home, InboxEvent, Refund
from stripe_django.sync.erasure import customers
from tests.posting import event, post

from .people import finds
from .test_reach import PERSON, WHEN, charge, person, refund, stored_only

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]


@pytest.fixture(autouse=True)
def home():
    return Home.objects.create(livemode=False)


def erased():
    expected = sync.erase("cus_1", dry_run=True)
    report = sync.erase("cus_1")
    assert report.is_done
    assert (report.rows, report.values) == (expected.rows, expected.values)
    assert not finds([PERSON])
    return report


def of_refund(number, **more):
    return event(number, "refund.created", refund(**more))


def test_of_two_bodies_the_later_one_says_whose_the_earlier_one_is():
    with stored_only():
        post(of_refund(2))
        post(event(3, "charge.succeeded", charge()))
    InboxEvent.objects.update(status="dead", next_attempt_at=None)
    assert erased().rows["inbox event"] == 2


def test_of_two_events_without_rows_the_later_one_says_whose_the_earlier_one_is():
    only = {**settings.STRIPE_DJANGO, "OBJECTS": ["customer"]}
    with override_settings(STRIPE_DJANGO=only):
        post(of_refund(1))
        post(event(2, "charge.succeeded", charge()))
        assert not Refund.objects.exists()
        assert erased().rows["event"] == 2


def test_an_event_says_whose_a_body_is_and_a_body_whose_an_event_is():
    with stored_only():
        post(event(1, "charge.succeeded", charge("ch_2", None, payment_intent="pi_1")))
        intent = {"id": "pi_1", "object": "payment_intent", "livemode": False}
        post(event(2, "payment_intent.created", intent | {"customer": "cus_1"}))
    InboxEvent.objects.update(status="dead", next_attempt_at=None)
    post(of_refund(3, charge="ch_2"))
    Refund._base_manager.all()._raw_delete("default")
    erased()


def test_an_event_whose_row_is_missing_is_found():
    post(event(1, "charge.succeeded", charge()))
    post(of_refund(2))
    Refund._base_manager.all()._raw_delete("default")
    sync.apply(person(), as_of=WHEN)
    erased()


def test_one_that_was_interrupted_is_resumed_until_nothing_is_found():
    with stored_only():
        post(of_refund(1))
        post(event(2, "charge.succeeded", charge()))
    InboxEvent.objects.update(status="dead", next_attempt_at=None)

    def interrupt(name, number):
        if name == "inbox event":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        customers.erase("cus_1", progress=interrupt)
    assert finds([PERSON])
    assert customers.resume() == 1
    assert not finds([PERSON])
    assert Erasure.objects.get().finished_at
