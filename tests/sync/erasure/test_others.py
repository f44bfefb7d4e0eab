"""What is another customer's stays, though an erased customer's objects are named beside it."""

from datetime import UTC, datetime

import pytest

from stripe_django import sync
from stripe_django.models import Home, PaymentMethod
from tests.posting import customer, event, post

from .people import finds
from .test_reach import PERSON, charge, method, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]

LATER = datetime(2026, 1, 2, tzinfo=UTC)
BOB = "bob@example.com"


@pytest.fixture(autouse=True)
def home():
    return Home.objects.create(livemode=False)


def test_evidence_that_names_a_charge_as_a_duplicate_is_not_of_its_customer():
    evidence = {"duplicate_charge_id": "ch_1", "customer_name": BOB}
    dispute = {"id": "dp_1", "object": "dispute", "charge": "ch_2", "evidence": evidence}
    things = [charge(), charge("ch_2", "cus_2"), {**dispute, "livemode": False}]
    sync.apply([person(), customer(1, "cus_2"), *things])
    post(event(1, "charge.dispute.created", things[-1]))
    before = {each[:3] for each in finds([BOB])}
    assert {name for name, *_ in before} == {"Dispute", "DisputeEvidence", "Event"}
    sync.erase("cus_1")
    sync.apply({**things[-1], "amount": 6}, as_of=LATER)
    assert {each[:3] for each in finds([BOB])} == before
    sync.erase("cus_2")
    assert not finds([BOB])


def bobs_method(**more):
    return method(customer="cus_2", billing_details={"email": BOB}, **more)


@pytest.mark.parametrize("shown", ["by its id", "in full"])
def test_a_payment_method_of_another_customer_stays(shown):
    paid = charge(payment_method="pm_1" if shown == "by its id" else bobs_method())
    sync.apply([person(), customer(1, "cus_2"), bobs_method(), paid])
    sync.erase("cus_1")
    assert PaymentMethod.objects.get().billing_details == {"email": BOB}
    sync.apply(charge("ch_3", payment_method="pm_1"), as_of=LATER)
    assert PaymentMethod.objects.get().billing_details == {"email": BOB}
    assert not finds([PERSON])
    sync.erase("cus_2")
    assert not finds([BOB])


def test_a_payment_method_of_the_customer_goes_by_way_of_what_names_no_customer():
    paid = charge(owner=None, payment_intent="pi_1", payment_method="pm_1")
    intent = {"id": "pi_1", "object": "payment_intent", "customer": "cus_1"}
    sync.apply([person(), intent, paid, method(customer="cus_1")])
    sync.erase("cus_1")
    assert not finds([PERSON])
