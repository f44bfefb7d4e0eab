"""An erasure finds all, in whatever order things were stored that say whose the others are."""

import pytest
from django.conf import settings
from django.test import override_settings

from stripe_django import sync
from stripe_django.models import Customer, CustomerCreation, Erasure, Home, InboxEvent, Refund
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


def creation(**more):
    made = {"model": "auth.user", "object_pk": "1", "stripe_account": "", "livemode": False}
    times = {"key_from": WHEN, "first_sent_at": WHEN, "last_sent_at": WHEN}
    params = f'{{"email": "{PERSON}"}}'
    return CustomerCreation.objects.create(
        **{**made, **times, "token": "t", "idempotency_key": "k", "params": params, **more}
    )


def as_row(sent):
    sync.apply(sent, as_of=WHEN)


def as_event(sent):
    post(event(1, "customer.created", sent))
    Customer._base_manager.all()._raw_delete("default")


def as_body(sent):
    with stored_only():
        post(event(1, "customer.created", sent))


@pytest.mark.parametrize("arrive", [as_row, as_event, as_body])
def test_a_creation_whose_response_was_lost_is_found_by_the_token(arrive):
    creation()
    creation(object_pk="2", token="other", params="of somebody else", idempotency_key="k2")
    arrive(person(metadata={"stripe_django": "t"}))
    assert erased().rows["customer creation"] == 1
    found = {each.object_pk: each for each in CustomerCreation.objects.all()}
    assert (found["1"].status, found["1"].customer_id) == ("created", "cus_1")
    assert (found["2"].status, found["2"].params) == ("pending", "of somebody else")
