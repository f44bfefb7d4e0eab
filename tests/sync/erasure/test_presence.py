"""A wrong id is an error, and no erasure of nobody."""

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import override_settings

from stripe_django import sync
from stripe_django.exceptions import UnknownCustomerError
from stripe_django.models import Charge, Customer, Erasure, Home
from stripe_django.privacy.ids import prefix_of
from stripe_django.sync.erasure import customers
from stripe_django.testing.ids import PREFIXES
from tests.posting import event, post

from .people import finds
from .test_reach import PERSON, charge, person, stored_only

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]


@pytest.fixture(autouse=True)
def home():
    return Home.objects.create(livemode=False)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("cus_typo", "Nothing is stored of a customer cus_typo"),
        ("ch_1", "ch_1 is the id of another object than a customer"),
        (PERSON, "Check the id"),
        (" cus_1", "blanks around it"),
        ("", "no id"),
        ("acct_2:test:cus_1", "account that the customer lives in"),
    ],
)
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_wrong_id_erases_nobody_and_says_so(wrong, message, dry_run):
    sync.apply([person(), charge()])
    with pytest.raises(UnknownCustomerError, match=message):
        sync.erase(wrong, dry_run=dry_run)
    with pytest.raises(CommandError, match=message) as failure:
        call_command("stripe_privacy", "erase", wrong, "--no-input")
    assert failure.value.returncode == 1
    assert not Erasure.objects.exists()
    assert finds([PERSON])


@pytest.mark.parametrize("unsaved", [Customer(), Charge()])
def test_a_row_that_was_never_stored_erases_nobody(unsaved):
    sync.apply([person(), charge()])
    with pytest.raises(ValueError, match="no id"):
        sync.erase(unsaved, **({"force": True} if isinstance(unsaved, Customer) else {}))
    assert not Erasure.objects.exists()
    assert finds([PERSON])


def test_a_wrong_account_erases_nobody_though_events_of_another_one_name_the_id():
    post(event(1, "charge.succeeded", charge()))
    with pytest.raises(UnknownCustomerError):
        sync.erase("cus_1", account="acct_2")
    sync.erase("cus_1")
    assert not finds([PERSON])


def test_the_id_of_a_row_is_taken_as_it_is():
    sync.apply([person()], account="acct_1")
    with pytest.raises(UnknownCustomerError, match="another account than acct_2"):
        sync.erase("acct_1:test:cus_1", account="acct_2")
    assert sync.erase(Customer.objects.get().stripe_id).stripe_id == "acct_1:test:cus_1"
    assert not finds([PERSON])
    assert customers.lift_erasure("acct_1:test:cus_1")


@pytest.mark.parametrize("named_by", ["a row", "an event", "a body"])
def test_a_customer_without_a_row_is_known_by(named_by):
    if named_by == "a row":
        sync.apply(charge())
    elif named_by == "an event":
        post(event(1, "charge.succeeded", charge()))
        Charge._base_manager.all()._raw_delete("default")
    else:
        with stored_only():
            post(event(1, "charge.succeeded", charge()))
    assert finds([PERSON])
    sync.erase("cus_1")
    assert not finds([PERSON])
    assert sync.erase("cus_1").is_done  # once more


def test_a_customer_who_was_never_here_is_erased_by_force():
    with pytest.raises(UnknownCustomerError, match="another object"):
        sync.erase("ch_1", force=True)
    call_command("stripe_privacy", "erase", "cus_1", "--no-input", "--force")
    sync.apply([person(), charge()])
    assert not finds([PERSON])


def test_a_chosen_id_may_look_like_that_of_another_object():
    sync.apply(person(id="card_1"))
    sync.erase("card_1")
    assert not finds([PERSON])


def test_a_body_under_a_policy_says_that_the_customer_is_known():
    policy = {**settings.STRIPE_DJANGO, "PRIVACY": "minimal", "APPLY_LATER": True}
    with override_settings(STRIPE_DJANGO=policy):
        post(event(1, "charge.succeeded", charge()))
        assert sync.erase("cus_1").is_done


def test_the_prefixes_of_all_objects_are_known():
    assert [each for each in PREFIXES.values() if each and not prefix_of(each)] == []
