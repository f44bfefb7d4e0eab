"""A customer who was erased in an account stays so when the account turns out to be your own."""

import pytest
from django.db import transaction

from stripe_django import sync
from stripe_django.models import Charge, Customer, Erasure, Home
from stripe_django.sync.erasure import customers
from stripe_django.sync.writer.adoption import adopt
from tests.posting import customer

from .people import finds
from .test_reach import LATER, PERSON, WHEN, charge, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]


@pytest.fixture(autouse=True)
def home():
    return Home.objects.create(livemode=False)


def learn():
    with transaction.atomic():
        adopt("acct_1", "default")
        Home.objects.update(account="acct_1")


@pytest.mark.parametrize("with_row", [True, False])
def test_nothing_of_the_customer_comes_back(with_row):
    sync.apply([person(), customer(1, "cus_2", email="b@example.com"), charge()], account="acct_1")
    if not with_row:
        Customer._base_manager.filter(stripe_id="acct_1:test:cus_1")._raw_delete("default")
    sync.erase("cus_1", account="acct_1")
    learn()
    assert Charge.objects.get().customer_id == "cus_1"
    sync.apply([person(balance=5), charge("ch_2")], as_of=LATER)
    assert not finds([PERSON])
    assert Customer.objects.get(stripe_id="cus_2").email == "b@example.com"
    assert customers.resume() == 1
    assert sync.erase("cus_1").is_done
    assert Erasure.objects.count() == 1
    assert customers.lift_erasure("cus_1")
    sync.apply(person(balance=6), as_of=LATER.replace(year=2030))
    assert finds([PERSON])


def test_one_who_was_erased_under_both_ids_stays_so():
    for account in ("", "acct_1"):
        sync.apply(person(), as_of=WHEN, account=account)
        sync.erase("cus_1", account=account)
    learn()
    sync.apply(person(balance=5), as_of=LATER)
    assert not finds([PERSON])
