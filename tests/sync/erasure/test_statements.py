"""What erasures cost the writers, in statements."""

import pytest
from django.db import connection

from stripe_django import sync
from stripe_django.models import Home
from tests.posting import customer, event, post
from tests.sync.events.test_statements import counted

from .test_reach import LATER, PERSON, WHEN, charge, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]


@pytest.fixture(autouse=True)
def stored():
    Home.objects.create(livemode=False)
    sync.apply([person(), customer(1, "cus_2", email="b@example.com")], as_of=WHEN)
    post(event(1, "customer.created", customer(1, "cus_3")))


def statements():
    """Those of a page, and of an event, of a customer who is not erased."""
    other = [charge(f"ch_{number}", "cus_2") for number in range(20)]
    page = counted(lambda: sync.apply([customer(2, "cus_2"), *other], as_of=LATER))
    number = (Home.objects.get().erasure_keys and 3) or 2
    one = counted(lambda: post(event(number, "customer.updated", customer(3, "cus_3"))))
    return len(page), len(one)


def test_a_transaction_sends_one_more_once_a_customer_is_erased():
    before = statements()
    sync.erase("cus_1")
    page, one = statements()
    assert (page, one) <= (before[0] + 1, before[1] + 1)
    assert PERSON not in str(list(connection.queries))


def test_of_the_erased_customer_what_belongs_to_the_objects_is_looked_up_too():
    sync.erase("cus_1")
    paid = charge(payment_method="pm_1")
    sync.apply([paid], as_of=WHEN)
    sent = counted(lambda: sync.apply([person(balance=5), paid | {"amount": 6}], as_of=LATER))
    assert len([each for each in sent if "erasedobject" in each]) == 2
