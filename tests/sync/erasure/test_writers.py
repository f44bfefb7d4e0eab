"""Writers that were under way when a customer was erased, on connections of their own."""

import json
import threading
import time
from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from stripe_django import sync
from stripe_django.exceptions import UnfinishedErasureError
from stripe_django.models import Charge, Customer, Home, InboxEvent, Refund
from stripe_django.sync import home
from stripe_django.sync.database import older_transactions
from stripe_django.sync.erasure import customers
from tests.posting import event, post
from tests.threads import needs_threads

from .people import finds
from .test_reach import LATER, PERSON, WHEN, charge, person, refund

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("endpoint"),
    needs_threads,
]


@pytest.fixture(autouse=True)
def stored():
    Home.objects.create(livemode=False)
    sync.apply([person(), charge()], as_of=WHEN)


@contextmanager
def writer(write):
    """A writer in a thread, which has written and not committed until the block ends."""
    has_written, may_commit, errors = threading.Event(), threading.Event(), []

    def run():
        try:
            with transaction.atomic():
                write()
                has_written.set()
                may_commit.wait(30)
        except BaseException as error:
            errors.append(error)
        finally:
            has_written.set()
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    assert has_written.wait(30)
    try:
        yield may_commit
    finally:
        may_commit.set()
        thread.join(30)
    assert not errors


def erased_in_thread():
    errors = []

    def run():
        try:
            customers.erase("cus_1")
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, errors


@pytest.mark.parametrize(
    "write",
    [
        lambda: sync.apply(charge("ch_2"), as_of=LATER),
        lambda: sync.apply(refund(), as_of=LATER),
        lambda: InboxEvent.objects.create(
            event_id="evt_9", sent_at=LATER, body=json.dumps(event(9, "x", charge("ch_3")))
        ),
    ],
    ids=["a new charge", "a refund of a known charge", "the body of an event"],
)
def test_what_they_have_written_is_swept_once_they_have_ended(write):
    with writer(write) as may_commit:
        thread, errors = erased_in_thread()
        deadline = time.monotonic() + 10
        while not Home.objects.get().erasure_keys and time.monotonic() < deadline:
            time.sleep(0.02)
        thread.join(0.5)
        assert thread.is_alive()  # it waits
        may_commit.set()
        thread.join(30)
    assert not errors
    assert not finds([PERSON])


def test_it_does_not_wait_for_ever():
    with writer(lambda: sync.apply(charge("ch_2"), as_of=LATER)):
        with pytest.raises(UnfinishedErasureError):
            customers.erase("cus_1", patience=0.2)
        with pytest.raises(CommandError, match="Run the same command again") as failure:
            call_command("stripe_privacy", "resume", "--wait", "0.1")
        assert failure.value.returncode == 2
        customers.resume_due()
    assert finds([PERSON])
    customers.resume_due()
    assert not finds([PERSON])


def test_a_writer_that_knew_of_no_erasure_withholds_all_the_same():
    """It has mapped its rows, and has read your own account, before."""
    begun, erased = threading.Event(), threading.Event()

    def late():
        try:
            with transaction.atomic():
                pass
            begun.set()
            assert erased.wait(30)
            sync.apply(charge("ch_2"), as_of=LATER)
            post(event(3, "charge.updated", charge("ch_4")))
            post(event(4, "refund.created", refund()))
        finally:
            connections.close_all()

    thread = threading.Thread(target=late)
    thread.start()
    assert begun.wait(30)
    customers.erase("cus_1")
    erased.set()
    thread.join(30)
    assert Charge.objects.count() == 3
    assert not finds([PERSON])


@pytest.mark.parametrize("way", ["inline", "stored"])
def test_an_event_that_was_mapped_before(way, monkeypatch, settings):
    """What another process has erased meanwhile is unknown here until the insert."""
    if way == "stored":
        settings.STRIPE_DJANGO = {**settings.STRIPE_DJANGO, "APPLY_LATER": True}
    mine = home.known("default")
    customers.erase("cus_1")
    monkeypatch.setitem(home._remembered, "default", mine)  # as in the other process
    assert not mine.erasure_keys
    assert post(event(3, "charge.updated", charge("ch_4"))).status_code == 200
    assert not finds([PERSON])
    assert InboxEvent.objects.count() == 1


def test_two_objects_that_belong_together_and_are_written_at_the_same_time():
    """Neither transaction sees the other one: what is due afterwards finds it."""
    customers.erase("cus_1")
    with writer(lambda: sync.apply(refund(charge="ch_5"), as_of=LATER)):
        sync.apply(charge("ch_5"), as_of=LATER)
    assert {each[0] for each in finds([PERSON])} == {"Refund"}
    customers.resume_due()
    assert not finds([PERSON])
    assert Refund.objects.count() == 1


def test_it_waits_for_what_began_before_and_for_nothing_else():
    assert older_transactions.wait("default", 0)
    with writer(lambda: Customer.objects.count()) as may_commit:
        assert not older_transactions.wait("default", 0.2)
        may_commit.set()
        assert older_transactions.wait("default", 10)
