"""What ends its process is counted, dead-lettered, and takes nothing else along."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from stripe_django.models import Customer, HandlerRun, InboxEvent
from stripe_django.sync.backoff import ATTEMPTS
from stripe_django.sync.events import backlog, batches, retry, store
from stripe_django.webhooks import on
from tests.posting import at, customer, event, heard, make_due, post, states

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]


class Killer:
    """Ends the process, as ``SystemExit`` does, at a statement about one of the customers."""

    def __init__(self, name):
        self.name = name
        self.deaths = 0

    def __call__(self, execute, sql, params, many, context):
        if "INTO" in sql and "stripe_django_customer" in sql and self.name in repr(params):
            self.deaths += 1
            raise SystemExit
        return execute(sql, params, many, context)


def stored(*names):
    for name in names:
        payload = event(1, obj=customer(1, name), id=f"evt_{name}")
        store.store(payload, sent_at=at(1))


def survive(step):
    """Do a step as processes would that are started again after each death."""
    with pytest.raises(SystemExit):
        step()


def retried(killer, turns):
    with connection.execute_wrapper(killer):
        for _ in range(turns):
            make_due()
            try:
                retry.run_due()
            except SystemExit:
                continue


def test_an_event_that_kills_is_dead_after_its_attempts():
    stored("cus_killer")
    killer = Killer("cus_killer")
    with heard() as signals:
        retried(killer, 2 * ATTEMPTS)
    [dead] = InboxEvent.objects.all()
    assert (dead.status, dead.attempts, killer.deaths) == ("dead", ATTEMPTS, ATTEMPTS)
    assert "ended the process" in dead.reason
    assert signals == [("failed", "evt_cus_killer")]


def test_in_a_batch_it_takes_no_attempt_of_the_others():
    names = [f"cus_{number}" for number in range(9)]
    stored(*names[:5], "cus_killer", *names[5:])
    killer = Killer("cus_killer")
    with connection.execute_wrapper(killer):
        survive(batches.process_received)
    assert set(InboxEvent.objects.values_list("status", "attempts")) == {("received", 0)}
    assert batches.process_received() == 0  # none of them is in a batch again
    retried(killer, ATTEMPTS + 1)
    innocent = InboxEvent.objects.exclude(event_id="evt_cus_killer")
    assert set(innocent.values_list("status", "attempts")) == {("applied", 1)}
    assert states()["evt_cus_killer"] == "dead"
    assert killer.deaths == ATTEMPTS + 1  # the batch, then alone
    assert Customer.objects.count() == len(names)


def test_a_handler_that_kills_is_dead_after_its_attempts():
    calls = []

    @on("*")
    def deadly(event, row):
        calls.append(event.stripe_id)
        raise SystemExit

    @on("*")
    def harmless(event, row):
        pass

    survive(lambda: post(event()))
    for _ in range(2 * ATTEMPTS):
        make_due()
        try:
            retry.run_due()
        except SystemExit:
            continue
    runs = {
        run.handler.rpartition(".")[2]: (run.status, run.attempts)
        for run in HandlerRun.objects.all()
    }
    assert runs == {"deadly": ("dead", ATTEMPTS), "harmless": ("done", 1)}
    assert len(calls) == ATTEMPTS


def test_a_dead_one_may_be_retried_by_hand():
    test_an_event_that_kills_is_dead_after_its_attempts()
    done = retry.run(backlog.failed(dead_only=True))
    assert (done.events, states()) == ({"applied": 1}, {"evt_cus_killer": "applied"})


def test_what_a_process_works_on_is_left_to_it():
    stored("cus_1")
    InboxEvent.objects.update(
        claimed_at=timezone.now(), attempts=1, next_attempt_at=timezone.now() + timedelta(minutes=1)
    )
    assert batches.process_received() == 0
    assert batches.process(["evt_cus_1"]) == []
    assert post(event(1, obj=customer(1, "cus_1"), id="evt_cus_1")).status_code == 200
    assert (states(), InboxEvent.objects.get().attempts) == ({"evt_cus_1": "received"}, 1)
    make_due()
    assert (retry.run_due(), states()) == (1, {"evt_cus_1": "applied"})


@pytest.mark.parametrize("size", [1, 10**6])
def test_a_batch_is_bounded_in_size(monkeypatch, size):
    sizes = []
    monkeypatch.setattr(batches, "LARGEST", 5 * len(json.dumps(event())) if size == 1 else size)
    apply = batches._apply
    monkeypatch.setattr(
        batches, "_apply", lambda events: sizes.append(len(events)) or apply(events)
    )
    stored(*(f"cus_{number}" for number in range(20)))
    assert batches.process_received() == 20
    assert set(states().values()) == {"applied"}
    assert (max(sizes) < 10) == (size == 1)
