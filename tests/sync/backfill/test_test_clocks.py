"""What is on a test clock: Stripe leaves it out of lists that name neither a clock nor an owner."""

import pytest
import stripe

from stripe_django import registry
from stripe_django.models import (
    Charge,
    Customer,
    Invoice,
    Quote,
    Subscription,
    SyncRange,
    SyncRun,
)
from stripe_django.models import TestHelpersTestClock as Clock
from stripe_django.sync.backfill.list_endpoints import TEST_CLOCK_LISTS
from tests.sync.backfill.test_checkpoints import ids, stopped, sync

pytestmark = pytest.mark.django_db

CLOCK = "clock_1"


def add_clock(fake, clock=CLOCK, count=1):
    """A clock with a customer and what that has."""
    fake.create("test_helpers.test_clock", id=clock)
    for number in range(count):
        owner = f"cus_{clock}_{number:03}"
        fake.create("customer", id=owner, test_clock=clock)
        own = {"customer": owner, "test_clock": clock}
        fake.create("subscription", id=f"sub_{owner}", status="active", **own)
        fake.create("quote", id=f"qt_{owner}", **own)
        fake.create("invoice", id=f"in_{owner}", **own)
        fake.create("charge", id=f"ch_{owner}", customer=owner)


def test_the_first_run_reads_them(fake_stripe):
    add_clock(fake_stripe)
    fake_stripe.create("customer", id="cus_real")
    done = sync()
    assert not any(run.is_failure for run in done.runs)
    assert ids(Customer) == ["cus_clock_1_000", "cus_real"]
    for model in (Subscription, Quote, Invoice, Charge):
        assert len(ids(model)) == 1, model
    assert (done.kind, done.deleted) == ("full", 0)


def test_all_pages_of_all_clocks(fake_stripe):
    add_clock(fake_stripe, count=103)
    add_clock(fake_stripe, "clock_2")
    sync(Clock, Customer, Charge)
    assert (len(ids(Customer)), len(ids(Charge))) == (104, 104)


def test_named_objects_need_no_run_for_the_clocks(fake_stripe):
    add_clock(fake_stripe)
    done = sync(Subscription)
    assert len(ids(Subscription)) == 1
    assert SyncRun.objects.get().objects_read == ["subscription"]
    assert {run.model for run in done.runs} == {Subscription, Clock}


def test_later_runs_read_them(fake_stripe):
    add_clock(fake_stripe)
    sync()
    fake_stripe.advance(hours=1)
    add_clock(fake_stripe, "clock_2")
    done = sync()
    assert (done.kind, len(ids(Invoice)), len(ids(Quote))) == ("changes", 2, 2)
    fake_stripe.advance(hours=1)
    fake_stripe.delete("sub_cus_clock_2_000", stub=False)
    done = sync(full=True)
    assert (done.deleted, len(ids(Subscription))) == (1, 1)
    unfinished = SyncRange.objects.filter(run__kind="full", kind="clock").exclude(status="done")
    assert not unfinished


def test_an_interrupted_run_is_resumed(fake_stripe):
    add_clock(fake_stripe, count=150)
    run = stopped(3, Clock, Customer, workers=1)
    assert run.ranges.get(kind="clock").pages == 1
    assert sync(Clock, Customer).is_resumed
    assert len(ids(Customer)) == 150
    assert {each.status for each in run.ranges.all()} == {"done"}


def test_without_clocks_nothing_more_is_asked_for(fake_stripe):
    fake_stripe.create("customer", id="cus_real")
    sync()
    assert not [
        each for each in fake_stripe.requests if {"test_clock", "customer"} & {*each.params}
    ]
    assert not SyncRange.objects.filter(kind="clock").exists()


def test_live_mode_has_no_clocks(fake_stripe, settings):
    fake_stripe.key = "sk_live_of_the_fake"
    settings.STRIPE_DJANGO |= {"API_KEY": fake_stripe.key}
    fake_stripe.create("customer", id="cus_real")
    sync(Customer)
    assert len(fake_stripe.asked("/v1/customers")) == 1
    assert not fake_stripe.asked("/v1/test_helpers/test_clocks")


def test_an_account_without_clocks(fake_stripe):
    fake_stripe.create("customer", id="cus_real")
    fake_stripe.fail(status=403, path="/v1/test_helpers/test_clocks")
    done = sync()
    assert not any(run.is_failure for run in done.runs)
    assert ids(Customer) == ["cus_real"]


def test_stripe_has_these_parameters():
    """By the SDK: each list takes its parameter, and no other list takes a clock."""
    clocked, known = set(), set()
    for model in registry.models():
        name = "".join(
            part.title() for part in model.stripe.object_name.replace(".", "_").split("_")
        )
        params = getattr(stripe.params, f"{model.__name__}ListParams", None) or getattr(
            stripe.params, f"{name}ListParams", None
        )
        if params is None:
            continue
        names = set(params.__annotations__)
        if "test_clock" in names:
            clocked.add(model.stripe.object_name)
        if model.stripe.object_name in TEST_CLOCK_LISTS:
            assert TEST_CLOCK_LISTS[model.stripe.object_name] in names
            known.add(model.stripe.object_name)
    assert clocked == {name for name, key in TEST_CLOCK_LISTS.items() if key == "test_clock"}
    assert len(known) > 8, "the SDK's classes are named differently now"
