"""Events that the endpoint only stores, and that another process applies, many at a time."""

import json
import os
import signal

import pytest
from django.db import connection

from stripe_django import signals
from stripe_django.models import Charge, Customer, Event, HandlerRun, InboxEvent, PendingRead
from stripe_django.sync.events import batches, processor, store
from stripe_django.webhooks import on
from tests.polls import Said
from tests.posting import START, at, customer, event, heard, post, reasons, states, thin
from tests.sync.events.test_statements import counted
from tests.threads import needs_threads, together

pytestmark = pytest.mark.usefixtures("endpoint")

THREADS = 4


@pytest.fixture
def later(endpoint, settings):
    settings.STRIPE_DJANGO |= {"APPLY_LATER": True}


def store_all(*payloads):
    for payload in payloads:
        store.store(payload, sent_at=at(100))


def customers(count):
    return [event(number, obj=customer(number, f"cus_{number:03}")) for number in range(count)]


@pytest.mark.django_db
@pytest.mark.usefixtures("later")
class TestEndpoint:
    def test_it_stores_by_one_statement(self):
        assert len(counted(lambda: post(event(1)))) == 1
        assert states() == {"evt_1": "received"}
        assert not Customer.objects.exists()

    def test_duplicates_are_one_event(self):
        assert [post(event(1)).status_code for _ in range(2)] == [200, 200]
        assert states() == {"evt_1": "received"}

    def test_no_task_is_made_of_it(self, settings):
        settings.STRIPE_DJANGO |= {"TASKS": "there is none of this name"}
        assert post(event(1)).status_code == 200
        assert states() == {"evt_1": "received"}


@pytest.mark.django_db
class TestCommand:
    def test_it_applies_what_waits(self):
        store_all(*customers(3))
        assert Said("apply").out == "events: 3 tried\n"
        assert set(states().values()) == {"applied"}
        assert [*Customer.objects.order_by("pk").values_list("balance", flat=True)] == [0, 1, 2]
        assert json.loads(Said("apply", "--json").out) == {"events": {"tried": 0}}

    @pytest.mark.django_db(transaction=True)
    def test_it_goes_on_until_it_is_asked_to_stop(self):
        def what_comes(sender, **what):
            if what["event"].event_id == "evt_1":
                store_all(event(2))
            else:
                os.kill(os.getpid(), signal.SIGTERM)

        store_all(event(1))
        signals.event_applied.connect(what_comes)
        try:
            assert Said("apply", "--follow", "--interval", "0.01").out == "events: 1 tried\n" * 2
        finally:
            signals.event_applied.disconnect(what_comes)
        assert states() == {"evt_1": "applied", "evt_2": "applied"}


@pytest.mark.django_db
class TestBatch:
    def test_statements_do_not_grow_with_the_events(self):
        store_all(event())
        batches.process_received()
        sent = []
        for size in (20, 100):
            store_all(*(event(n, id=f"evt_{size}_{n}") for n in range(2, size)))
            sent.append(len(counted(batches.process_received)))
        assert set(states().values()) == {"applied"}
        if connection.vendor != "sqlite":  # it runs one statement for each row
            assert sent[0] == sent[1] <= 20

    def test_an_event_is_as_one_that_came_alone(self):
        store_all(*customers(2))
        processor.process("evt_0")
        batches.process(["evt_1"])
        store_all(event(2), event(3))
        batches.process(["evt_2", "evt_3"])
        noted = InboxEvent.objects.values_list(
            "status", "reason", "attempts", "next_attempt_at", "body", "object_name"
        )
        assert set(noted) == {("applied", "", 1, None, "", "customer")}
        assert Event.objects.count() == 4

    def test_when_it_was_stored_stays(self):
        store_all(*customers(2))
        before = dict(InboxEvent.objects.values_list("event_id", "received_at"))
        with heard(lambda event: event.received_at) as found:
            batches.process_received()
        assert dict(InboxEvent.objects.values_list("event_id", "received_at")) == before
        assert [moment for _, moment in found] == list(before.values())

    def test_handlers_run_in_the_order_that_is_asked_for(self):
        called = []
        on("*")(lambda event, row: called.append((event.stripe_id, row.balance)))
        store_all(*customers(5))
        batches.process(["evt_3", "evt_1", "evt_2"])
        assert called == [("evt_3", 3), ("evt_1", 1), ("evt_2", 2)]
        batches.process_received()
        assert called[3:] == [("evt_0", 0), ("evt_4", 4)]
        assert set(HandlerRun.objects.values_list("status", "attempts")) == {("done", 1)}

    def test_the_object_ends_with_its_newest_event(self):
        store_all(event(3), event(1), event(2))
        batches.process_received()
        assert Customer.objects.values_list("balance", "as_of").get() == (3, at(3))

    def test_what_fails_is_found_and_noted_alone(self, monkeypatch):
        contents = batches.rows.contents

        def refusing(payload, **more):
            if payload["id"] in ("evt_3", "evt_8"):
                raise ValueError("not this one")
            return contents(payload, **more)

        monkeypatch.setattr(batches.rows, "contents", refusing)
        store_all(*customers(12))
        with heard() as found:
            assert batches.process_received() == 12
        assert {each for each, status in states().items() if status != "applied"} == {
            "evt_3",
            "evt_8",
        }
        assert set(reasons().values()) == {"ValueError: not this one"}
        assert set(InboxEvent.objects.values_list("attempts", flat=True)) == {1}
        assert Customer.objects.count() == 10
        assert len(found) == len(set(found)) == 12
        assert batches.process_received() == 0

    def test_an_event_of_no_known_object_is_ignored_with_its_reason(self):
        store_all(event(1), event(2, obj={"id": "x_1", "object": "unheard_of"}))
        batches.process_received()
        assert states() == {"evt_1": "applied", "evt_2": "ignored"}
        assert list(reasons()) == ["evt_2"]

    def test_what_is_done_is_not_done_again(self):
        store_all(*customers(3))
        batches.process_received()
        with heard() as found:
            batches.process(["evt_0", "evt_1", "evt_2", "evt_unheard_of"])
        assert found == []

    def test_more_than_one_transaction_has(self, monkeypatch):
        monkeypatch.setattr(batches, "SIZE", 4)
        store_all(*customers(10))
        batches.process([f"evt_{number}" for number in range(10)])
        assert set(states().values()) == {"applied"}

    def test_what_the_project_does_not_keep(self, settings):
        settings.STRIPE_DJANGO |= {"OBJECTS": ["customer"]}
        charge = {"id": "ch_1", "object": "charge"}
        store_all(event(1), event(2, kind="charge.succeeded", obj=charge))
        batches.process_received()
        assert states() == {"evt_1": "applied", "evt_2": "ignored"}
        assert not Charge.objects.exists()


@pytest.mark.django_db
class TestReads:
    def test_a_tie_takes_one_read(self, running):
        running.add(customer(3))
        second = int(running.now.timestamp()) - START - 100
        store_all(*(event(second, obj=customer(n), id=f"evt_{n}") for n in range(5)))
        batches.process_received()
        assert Customer.objects.values_list("balance", "ambiguous").get() == (3, False)
        assert len(running.requests) == 1
        assert not PendingRead.objects.exists()

    def test_a_thin_event_is_read_in_its_turn(self, running):
        called = []
        on("*")(lambda event, row: called.append(event.stripe_id))
        running.add(customer(7, "cus_1"))
        thin_one = thin(2)
        store_all(event(1), event(5, id="evt_1b"), thin_one, event(3), event(4))
        batches.process_received()
        assert called == ["evt_1", "evt_1b", thin_one["id"], "evt_3", "evt_4"]
        assert running.depths == {1}  # that of the test: no transaction waits for an answer
        assert set(states().values()) == {"applied"}


@needs_threads
@pytest.mark.django_db(transaction=True)
def test_each_event_is_for_one_process(monkeypatch):
    monkeypatch.setattr(batches, "SIZE", 7)
    called = []
    on("*")(lambda event, row: called.append(event.stripe_id))
    store_all(*customers(100))

    def work():
        count = 0
        while found := batches.process_received():
            count += found
        return count

    assert sum(together(*[work] * THREADS)) == 100
    assert sorted(called) == sorted(states())
    assert set(InboxEvent.objects.values_list("status", "attempts")) == {("applied", 1)}
