"""Stored events: applied once, tried again when that fails, and never lost or hidden."""

import re
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection
from django.utils import timezone

from stripe_django.models import Customer, Event, HandlerRun, InboxEvent
from stripe_django.sync import backoff
from stripe_django.sync.backoff import ATTEMPTS, LEASE
from stripe_django.sync.events import processor, retry, store
from stripe_django.webhooks import on
from tests.posting import at, customer, event, heard, make_due, post, reasons, rows, states

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]


FAILING = OperationalError("disk full")


@contextmanager
def refusing(statement, error=FAILING):
    """A database that answers some statements with an error."""

    def refuse(execute, sql, params, many, context):
        if re.search(statement, sql):
            raise error
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


def contents():
    hidden = {"synced_at", "received_at", "finished_at"}
    return [
        {key: value for key, value in row.items() if key not in hidden}
        for model in (InboxEvent, Event, Customer, HandlerRun)
        for row in model.objects.order_by("pk").values()
    ]


def test_delivered_twice_it_is_applied_once():
    with heard() as signals:
        assert [post(event()).status_code for _ in range(3)] == [200] * 3
    assert signals == [("received", "evt_1"), ("applied", "evt_1")]
    assert InboxEvent.objects.get().attempts == 1


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1)])
def test_replaying_everything_changes_nothing(order):
    on("*")(lambda event, row: None)
    for number in order:
        post(event(number))
    before = contents()
    for number in (*order, *order[::-1]):
        assert post(event(number)).status_code == 200
    assert (contents(), retry.run_due()) == (before, 0)
    assert Customer.objects.get().balance == 3


def test_a_second_delivery_applies_what_the_first_left():
    store.store(event(), sent_at=at(1))
    assert states() == {"evt_1": "received"}
    assert post(event()).status_code == 200
    assert states() == {"evt_1": "applied"}


def test_what_was_stored_by_a_process_that_died_is_applied_later():
    store.store(event(), sent_at=at(1))
    assert retry.run_due() == 0
    left = InboxEvent.objects.get().next_attempt_at - timezone.now()
    assert LEASE - timedelta(minutes=1) < left <= LEASE
    make_due()
    assert (retry.run_due(), states()) == (1, {"evt_1": "applied"})


CUSTOMERS = 'INTO ["`]stripe_django_customer["`]'


def test_a_failure_is_noted_and_tried_again():
    with refusing(CUSTOMERS), heard() as signals:
        assert post(event()).status_code == 200
    failed = InboxEvent.objects.get()
    assert (failed.status, failed.attempts, failed.finished_at) == ("failed", 1, None)
    assert "disk full" in failed.reason
    assert timedelta(seconds=5) < failed.next_attempt_at - timezone.now() < timedelta(seconds=15)
    assert retry.run_due() == 0
    make_due()
    with heard() as later:
        assert retry.run_due() == 1
    done = InboxEvent.objects.get()
    assert (done.status, done.reason, done.attempts, done.body) == ("applied", "", 2, "")
    assert Customer.objects.get().balance == 1
    assert signals == [("received", "evt_1"), ("failed", "evt_1")]
    assert later == [("applied", "evt_1")]


@pytest.mark.parametrize(
    "error",
    [
        FAILING,
        DataError("bad value"),
        InterfaceError("connection already closed"),
        KeyError("a mistake"),
        TypeError("NUL \0 and half a character \ud83d"),
        ValueError("NUL \0 and half a character \ud83d"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_goes_wrong_is_noted(error):
    with refusing(CUSTOMERS, error):
        assert post(event()).status_code == 200
    assert states() == {"evt_1": "failed"}
    assert type(error).__name__ in reasons()["evt_1"]


def test_what_lies_around_a_refused_row_is_kept():
    card = {"id": "card_1", "object": "card", "customer": "cus_1"}
    payload = event(obj=customer(default_source=card))
    with refusing(CUSTOMERS, DataError("bad value")):
        post(payload)
    assert rows() == {"InboxEvent": 1, "Event": 1, "Card": 1, "Home": 1}
    assert reasons() == {"evt_1": "customer cus_1: DataError: bad value"}


def test_after_the_last_attempt_it_is_dead_and_visible():
    with refusing(CUSTOMERS):
        post(event())
        for _ in range(ATTEMPTS):
            make_due()
            retry.run_due()
    dead = InboxEvent.objects.get()
    assert (dead.status, dead.attempts, dead.next_attempt_at) == ("dead", ATTEMPTS, None)
    assert "disk full" in dead.reason
    assert dead.finished_at
    assert (retry.run_due(), states()) == (0, {"evt_1": "dead"})


def test_a_dead_one_is_tried_again_by_hand():
    test_after_the_last_attempt_it_is_dead_and_visible()
    InboxEvent.objects.update(next_attempt_at=timezone.now())
    processor.process("evt_1")
    assert states() == {"evt_1": "applied"}


def test_the_waits_grow_to_hours_and_add_up_to_about_a_day():
    waits = [backoff.next_attempt(tried) - timezone.now() for tried in range(1, ATTEMPTS)]
    assert timedelta(seconds=7) < waits[0] < timedelta(seconds=13)
    assert all(wait < timedelta(hours=8) for wait in waits)
    assert timedelta(hours=4) < sum(waits, timedelta()) < timedelta(hours=36)
    assert backoff.next_attempt(ATTEMPTS) is None


@pytest.mark.parametrize("error", [FAILING, InterfaceError("closed"), IntegrityError("not null")])
def test_what_cannot_be_stored_is_left_to_stripe(error):
    with refusing('INTO ["`]stripe_django_inboxevent["`]', error), heard() as signals:
        response = post(event())
    assert (response.status_code, response.content) == (503, b"not stored")
    assert (rows(), signals) == ({}, [])
    assert post(event()).status_code == 200
    assert states() == {"evt_1": "applied"}


@pytest.mark.django_db(transaction=True)
def test_a_failure_that_cannot_even_be_noted_loses_nothing():
    with refusing('stripe_django_customer|UPDATE ["`]stripe_django_inboxevent["`]'):
        assert post(event()).status_code == 200
    assert states() == {"evt_1": "received"}
    make_due()
    assert (retry.run_due(), states()) == (1, {"evt_1": "applied"})


def test_the_others_are_tried_after_one_that_fails():
    with refusing(CUSTOMERS):
        for number in (1, 2, 3):
            post(event(number, obj=customer(number, f"cus_{number}")))
    make_due()
    with refusing(CUSTOMERS, FAILING):
        assert retry.run_due() == 3
    assert {each.attempts for each in InboxEvent.objects.all()} == {2}


def test_a_limit_is_for_each_kind():
    for number in (1, 2, 3):
        store.store(event(number), sent_at=at(number))
    make_due()
    assert [retry.run_due(2), retry.run_due(2), retry.run_due(2)] == [2, 1, 0]


def test_no_two_processes_try_the_same():
    others = []

    @on("*")
    def fail(event, row):
        others.append(retry.run_due())
        raise ValueError

    post(event())
    make_due()
    assert (retry.run_due(), others) == (1, [0, 0])


def test_the_next_events_bring_what_is_due(monkeypatch):
    store.store(event(1), sent_at=at(1))
    store.store(event(2), sent_at=at(1))
    make_due()
    post(event(3))
    assert states() == {"evt_1": "received", "evt_2": "received", "evt_3": "applied"}
    monkeypatch.setattr(retry, "_looked_at", {"default": time.monotonic() - retry.PAUSE})
    post(event(4))
    assert set(states().values()) == {"applied"}


def test_a_request_is_not_kept_for_long(monkeypatch):
    for number in (1, 2, 3):
        store.store(event(number), sent_at=at(1))
    make_due()
    assert retry.run_due(seconds=0) == 1
    assert sorted(states().values()) == ["applied", "received", "received"]


def test_a_receiver_that_raises_stops_nothing():
    def fail(event):
        raise ValueError(event)

    on("*")(lambda event, row: None)
    with heard(fail), heard() as signals:
        assert post(event()).status_code == 200
    assert signals == [("received", "evt_1"), ("applied", "evt_1")]
    assert HandlerRun.objects.get().status == "done"
