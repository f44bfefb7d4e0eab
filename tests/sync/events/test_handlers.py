"""The project's own code for events: what it is told, and what comes of what it raises."""

import asyncio
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection
from django.utils import timezone

from stripe_django import sync
from stripe_django.models import Customer, Event, HandlerRun, InboxEvent
from stripe_django.sync.backoff import ATTEMPTS, LEASE
from stripe_django.sync.events import handlers, retry
from stripe_django.webhooks import on
from tests.posting import at, customer, event, make_due, post, states

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]


def runs():
    return [
        (run.handler.rpartition(".")[2], run.status, run.attempts)
        for run in HandlerRun.objects.order_by("pk")
    ]


@pytest.fixture
def calls():
    """A handler for each pattern, with the types of the events that it was called for."""
    found = {}

    def listen(*patterns):
        def note(event, row):
            found.setdefault(patterns, []).append(event.type)

        note.__qualname__ = " ".join(patterns)
        on(*patterns)(note)

    listen.found = found
    return listen


def test_handlers_get_the_rows_of_the_event_and_of_its_object():
    told = []
    on("customer.updated")(lambda event, row: told.append((event, row)))
    post(event())
    assert told == [(Event.objects.get(), Customer.objects.get())]
    [run] = HandlerRun.objects.values()
    assert run.pop("id")
    assert run.pop("finished_at") <= timezone.now()
    assert run == {
        "event_id": "evt_1",
        "handler": f"{__name__}.test_handlers_get_the_rows_of_the_event_and_of_its_object"
        ".<locals>.<lambda>",
        "status": "done",
        "error": "",
        "attempts": 1,
        "next_attempt_at": None,
        "claimed_at": None,
    }


def test_patterns(calls):
    for patterns in (["*"], ["customer.*"], ["invoice.paid", "customer.updated"], ["customer"]):
        calls(*patterns)
    post(event(1))
    post(event(2, kind="customer.subscription.updated"))
    post(event(3, kind="CUSTOMER.updated"))
    updated, other, upper = "customer.updated", "customer.subscription.updated", "CUSTOMER.updated"
    assert calls.found == {
        ("*",): [updated, other, upper],
        ("customer.*",): [updated, other],
        ("invoice.paid", updated): [updated],
    }


def test_patterns_may_be_given_one_by_one():
    seen = []

    @on("charge.*")
    @on("customer.*")
    def note(event, row):
        seen.append(event.type)

    post(event(1))
    post(event(2, kind="charge.succeeded"))
    assert seen == ["customer.updated", "charge.succeeded"]


def test_they_run_in_the_order_of_their_definition(calls):
    for pattern in ("c*", "*", "customer.*"):
        calls(pattern)
    post(event())
    assert [name for (name,) in calls.found] == ["c*", "*", "customer.*"]


@pytest.mark.parametrize(
    "payload",
    [
        event(obj={"id": "x_1", "object": "unheard_of"}),
        event(obj={"object": "invoice"}),
        event(data={}),
    ],
)
def test_without_a_row_they_get_none(payload):
    told = []
    on("*")(lambda event, row: told.append((event.stripe_id, row)))
    post(payload)
    assert (told, states()) == ([("evt_1", None)], {"evt_1": "ignored"})


def test_each_is_in_a_transaction_of_its_own_after_the_event_is_applied():
    depths, outside = [], len(connection.atomic_blocks)

    @on("*")
    def note(event, row):
        depths.append((InboxEvent.objects.get().status, len(connection.atomic_blocks) - outside))

    post(event())
    assert depths == [("applied", 1)]


def test_they_are_told_what_changed():
    told = []
    on("*")(lambda event, row: told.append(event.previous_attributes))
    changed = {"balance": 0, "address": {"city": "Rome"}}
    post(event(1, data={"object": customer(1), "previous_attributes": changed}))
    post(event(2))
    post(event(3, data={"object": customer(3), "previous_attributes": None}))
    assert told == [changed, {}, {}]


class Trouble(Exception):
    pass


@pytest.fixture
def fragile():
    """A handler that writes and then raises, between two that do neither; ``False`` mends it."""
    on("*")(lambda event, row: None)
    state = {"fails": True, "seen": []}

    @on("*")
    def fragile(event, row):
        Group.objects.create(name=f"{event.stripe_id} {len(state['seen'])}")
        state["seen"].append(row.balance)
        if state["fails"]:
            raise Trouble("NUL \0 and half a character \ud83d")

    @on("*")
    def last(event, row):
        return None

    return state


def test_what_one_raises_undoes_its_own_writes_and_nothing_else(fragile):
    assert post(event()).status_code == 200
    assert runs() == [("<lambda>", "done", 1), ("fragile", "failed", 1), ("last", "done", 1)]
    assert (Group.objects.count(), Customer.objects.get().balance) == (0, 1)
    assert states() == {"evt_1": "applied"}


def test_it_is_recorded_with_its_traceback_and_tried_again_later(fragile):
    post(event())
    run = HandlerRun.objects.get(status="failed")
    assert run.error.startswith("Traceback")
    assert "Trouble: NUL \\0 and half a character \\ud83d" in run.error
    assert timedelta(seconds=5) < run.next_attempt_at - timezone.now() < timedelta(seconds=15)
    assert (run.finished_at, retry.run_due()) == (None, 0)


def test_it_is_tried_again_alone(fragile):
    post(event())
    fragile["fails"] = False
    make_due()
    assert retry.run_due() == 1
    assert runs() == [("<lambda>", "done", 1), ("fragile", "done", 2), ("last", "done", 1)]
    assert [group.name for group in Group.objects.all()] == ["evt_1 1"]
    assert (fragile["seen"], InboxEvent.objects.get().attempts) == ([1, 1], 1)
    assert HandlerRun.objects.exclude(error="").count() == 0


def test_later_it_sees_the_row_as_it_is_then(fragile):
    post(event(1))
    post(event(2))
    fragile["fails"] = False
    make_due()
    retry.run_due()
    assert fragile["seen"] == [1, 2, 2, 2]


def test_after_the_last_attempt_it_is_dead_and_visible(fragile):
    post(event())
    for _ in range(2 * ATTEMPTS):
        make_due()
        retry.run_due()
    run = HandlerRun.objects.get(status="dead")
    assert (run.attempts, run.next_attempt_at) == (ATTEMPTS, None)
    assert "Trouble" in run.error
    assert run.finished_at
    assert (len(fragile["seen"]), InboxEvent.objects.get().attempts) == (ATTEMPTS, 1)


def test_a_dead_one_is_run_again_by_hand(fragile):
    test_after_the_last_attempt_it_is_dead_and_visible(fragile)
    fragile["fails"] = False
    handlers.run(HandlerRun.objects.get(status="dead").pk)
    assert set(HandlerRun.objects.values_list("status", flat=True)) == {"done"}


def test_done_is_done(calls):
    calls("*")
    post(event())
    handlers.run(HandlerRun.objects.get().pk)
    handlers.run(0)
    make_due()
    assert (retry.run_due(), calls.found) == (0, {("*",): ["customer.updated"]})


def test_an_event_that_is_applied_again_runs_only_new_handlers(calls):
    calls("customer.*")
    post(event())
    calls("*")
    InboxEvent.objects.update(next_attempt_at=at(1))
    assert retry.run_due() == 1
    assert calls.found == {("customer.*",): ["customer.updated"], ("*",): ["customer.updated"]}
    assert HandlerRun.objects.count() == 2


def test_a_handler_that_is_no_longer_in_the_code_fails_visibly(monkeypatch, fragile):
    post(event())
    monkeypatch.setattr(handlers, "_handlers", {})
    make_due()
    assert retry.run_due() == 1
    run = HandlerRun.objects.get(status="failed")
    assert run.error == f"There is no handler {run.handler} any more."


def test_an_error_of_the_database_that_it_hides_is_an_error():
    Group.objects.create(name="taken")

    @on("*")
    def careless(event, row):
        Group.objects.create(name="lost")
        try:
            Group.objects.create(name="taken")
        except IntegrityError:
            return

    post(event())
    run = HandlerRun.objects.get()
    assert run.status == "failed"
    assert Group.objects.count() == 1


def test_one_that_died_is_run_again():
    deaths = [SystemExit]

    @on("*")
    def mortal(event, row):
        Group.objects.create(name="once")
        if deaths:
            raise deaths.pop()

    with pytest.raises(SystemExit):
        post(event())
    [run] = HandlerRun.objects.all()
    assert (run.status, run.attempts, Group.objects.count()) == ("waiting", 1, 0)
    assert timedelta() < run.next_attempt_at - timezone.now() <= LEASE
    make_due()
    assert (retry.run_due(), runs(), Group.objects.count()) == (1, [("mortal", "done", 2)], 1)


def test_a_coroutine_function_is_awaited():
    seen = []

    @on("*")
    async def handler(event, row):
        await asyncio.sleep(0)
        seen.append((event, await Customer.objects.aget(pk=row.pk)))
        await Group.objects.acreate(name="made")

    post(event())
    assert seen == [(Event.objects.get(), Customer.objects.get())]
    assert (runs(), Group.objects.count()) == ([("handler", "done", 1)], 1)


def test_what_a_coroutine_writes_is_undone_with_it():
    @on("*")
    async def handler(event, row):
        await Group.objects.acreate(name="made")
        raise ValueError("no")

    post(event())
    assert (runs(), Group.objects.count()) == ([("handler", "failed", 1)], 0)
    assert "ValueError: no" in HandlerRun.objects.get().error


def test_a_coroutine_may_read_from_stripe(fake):
    fake.add(customer(7))

    @on("*")
    async def handler(event, row):
        await sync.afetch(Customer, row.stripe_id)

    post(event())
    assert (runs(), Customer.objects.get().balance) == ([("handler", "done", 1)], 7)
