"""Deliveries at the same moment, each with a connection of its own."""

from collections import Counter

import pytest

from stripe_django.models import Customer, Event, HandlerRun, InboxEvent, PendingRead
from stripe_django.sync.events import retry, store
from stripe_django.webhooks import on
from tests.posting import START, at, customer, event, heard, make_due, post, states
from tests.threads import needs_threads, together

pytestmark = [
    needs_threads,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("endpoint"),
]

ROUNDS = 5
THREADS = 6


def post_together(payloads, **signing):
    responses = together(*(lambda each=each: post(each, **signing) for each in payloads))
    assert {response.status_code for response in responses} == {200}


def test_duplicates_are_one_event_that_is_applied_once():
    called = Counter()
    on("*")(lambda event, row: called.update([event.stripe_id]))
    with heard() as signals:
        for number in range(ROUNDS):
            post_together([event(number)] * THREADS)
    assert len(signals) == len(set(signals)) == 2 * ROUNDS
    each_once = {f"evt_{number}": 1 for number in range(ROUNDS)}
    assert called == each_once
    assert dict(InboxEvent.objects.values_list("event_id", "attempts")) == each_once
    assert Counter(HandlerRun.objects.values_list("event_id", flat=True)) == each_once
    assert Counter(Event.objects.values_list("stripe_id", flat=True)) == each_once
    assert set(HandlerRun.objects.values_list("status", flat=True)) == {"done"}


def test_events_of_one_object_end_with_the_newest():
    for turn in range(ROUNDS):
        name = f"cus_{turn}"
        post_together(
            event(number, obj=customer(number, name), id=f"evt_{turn}_{number}")
            for number in range(THREADS)
        )
        row = Customer.objects.get(stripe_id=name)
        assert (row.balance, row.as_of, row.ambiguous) == (THREADS - 1, at(THREADS - 1), False)
    assert set(states().values()) == {"applied"}


@pytest.mark.parametrize("is_over", [True, False])
def test_events_of_one_second_are_settled_by_one_read(running, is_over):
    rounds = ROUNDS if is_over else 1
    for turn in range(rounds):
        name = f"cus_{turn}"
        running.add(customer(0, name))
        second = int(running.now.timestamp()) - 100 * is_over
        first, *others = [
            event(second - START, obj=customer(number, name), id=f"evt_{turn}_{number}")
            for number in range(THREADS)
        ]
        assert post(first).status_code == 200  # what a read shows was seen, so none confirms it
        post_together(others)
        if not is_over:  # a request waits for the end of a second no longer than it may
            make_due()
            retry.run_due()
        row = Customer.objects.get(stripe_id=name)
        assert (row.balance, row.as_of_kind, row.ambiguous) == (0, "read", False)
    assert rounds <= len(running.requests) <= rounds + 2 * (not is_over)
    assert not PendingRead.objects.exists()


def test_what_is_due_is_done_once_however_many_look():
    called = Counter()
    on("*")(lambda event, row: called.update([event.stripe_id]))
    for number in range(20):
        store.store(event(number, obj=customer(1, f"cus_{number}")), sent_at=at(number))
    make_due()
    assert sum(together(*[retry.run_due] * THREADS)) == 20
    assert set(called.values()) == {1}
    assert set(InboxEvent.objects.values_list("status", "attempts")) == {("applied", 1)}
