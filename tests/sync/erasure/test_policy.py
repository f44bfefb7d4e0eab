"""An erasure beside a policy: what the policy withholds from others is withheld from them still."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from stripe_django import sync
from stripe_django.models import Event, Home, Invoice
from stripe_django.sync.erasure import tombstones
from stripe_django.sync.privacy.counts import row_counts
from tests.posting import customer, event, post
from tests.privacy.policies import under

from .people import finds
from .test_reach import PERSON, charge, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]

LATER = datetime(2026, 1, 2, tzinfo=UTC)
BOB = "bob@example.com"


@pytest.fixture(autouse=True)
def home():
    return Home.objects.create(livemode=False)


def invoice(**more):
    found = {"id": "in_2", "object": "invoice", "customer": "cus_2", "customer_email": BOB}
    return {**found, "note": [charge()], "livemode": False, **more}


@pytest.mark.parametrize("policy", ["minimal", {"*": {"emails": "drop"}}])
def test_rows_with_an_erased_customers_object_inside_come_under_the_policy(policy):
    sync.apply([person(), customer(1, "cus_2")])
    sync.erase("cus_1")
    sync.apply(invoice(), as_of=LATER)
    post(event(1, "order.created", {"object": "order", "email": BOB, "payment": charge()}))
    assert not finds([PERSON])
    assert not Invoice.objects.get().withheld
    with under(policy):
        call_command("stripe_privacy", "apply")
        assert not finds([BOB])
        version = Invoice.objects.get().digest.partition("!")[0]
        others = {each.object_name: each.others for each in row_counts(version)}
    assert others["invoice"] == others["event"] == 0


def test_rows_with_an_erased_customers_object_inside_keep_their_policy():
    with under({"*": {"phones": "drop"}}):
        sync.apply([person(), charge(), customer(1, "cus_2"), invoice(customer_phone="+49")])
        post(event(1, "invoice.paid", invoice(customer_phone="+49")))
        models = (Invoice, Event)
        before = [model.objects.get().digest.partition("!")[0] for model in models]
        sync.erase("cus_1")
        sync.apply(invoice(customer_phone="+49", number="7"), as_of=LATER)
        assert [model.objects.get().digest.partition("!")[0] for model in models] == before
        assert Invoice.objects.get().withheld == {"customer_phone": "drop"}
        assert {each[0] for each in finds([PERSON])} == set()


def test_a_row_of_before_the_sweep_is_the_same_and_loses_what_is_inside():
    sync.apply([person(), invoice()], as_of=LATER)
    post(event(1, "invoice.paid", invoice()))
    tombstones.begin("cus_1", "default")
    assert "conflicting" not in sync.apply(invoice(), as_of=LATER).counts
    assert {name for name, *_ in finds([PERSON])} >= {"Event"}
    assert "Invoice" not in {name for name, *_ in finds([PERSON])}
