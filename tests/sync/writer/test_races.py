"""What the writer makes of snapshots that two threads write at the same time."""

import threading
from collections import Counter
from random import Random

import pytest
from django.db import connection, transaction

from stripe_django import sync
from stripe_django.models import Charge
from tests.sync.writer.test_upsert import at, charge, counts, customer, event, listed
from tests.threads import needs_threads, together

pytestmark = [needs_threads, pytest.mark.django_db(transaction=True)]

ROUNDS = 15
OBJECTS = 6


@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize("size", [OBJECTS, 4 * OBJECTS])
def test_two_threads_that_race(size, stored):
    random = Random(7)
    for turn in range(ROUNDS):
        names = [f"ch_{turn}_{number}" for number in range(size)]
        times = [{name: random.randrange(1, 9) for name in names} for _ in range(2)]
        batches = [snapshots(each, random) for each in times]
        if stored:
            sync.apply([charge(0, name) for name in names], as_of=at(0))
        results = together(*(lambda batch=batch: sync.apply(batch) for batch in batches))
        total = sum((Counter(each.counts) for each in results), Counter())
        newest = {name: max(each[name] for each in times) for name in names}
        rows = Charge.objects.filter(stripe_id__in=names)
        assert {row.stripe_id: row.amount for row in rows} == newest
        assert {row.stripe_id: row.as_of for row in rows} == {n: at(newest[n]) for n in newest}
        assert not any(row.ambiguous for row in rows)
        assert sum(total.values()) == 4 * size  # each event, and each object in one
        assert total["created"] == (2 if stored else 3) * size
        assert total["conflicting"] == total["failed"] == 0
        same = sum(times[0][name] == times[1][name] for name in names)
        assert total["unchanged"] == same


def snapshots(times, random):
    events = [
        event(second, charge(second, name), id=f"evt_{random.random()}")
        for name, second in times.items()
    ]
    return random.sample(events, len(events))


def test_two_threads_with_opposite_orders():
    def nested(turn, number):
        card = {"id": f"card_{turn}_{number}", "object": "card"}
        owner = customer(id=f"cus_{turn}_{9 - number}", sources=listed(card))
        return charge(number, f"ch_{turn}_{number}", customer=owner)

    for turn in range(ROUNDS):
        batch = [nested(turn, number) for number in range(10)]
        batches = (batch, batch[::-1])
        results = together(
            *(lambda b=b, s=s: sync.apply(b, as_of=at(s)) for s, b in enumerate(batches))
        )
        total = sum((Counter(each.counts) for each in results), Counter())
        assert (total["created"], sum(total.values())) == (30, 60)


def test_the_loser_of_a_deadlock_tries_again():
    many = [charge(1, f"ch_{number:03}") for number in range(20)]
    sync.apply(many, as_of=at(1))
    last_is_locked = threading.Event()

    def lock_backwards():
        with transaction.atomic(), connection.cursor() as cursor:
            # Much is changed here, so that MariaDB undoes the other transaction, not this one.
            table = Charge._meta.db_table
            cursor.execute(f"UPDATE {table} SET amount = 5 WHERE stripe_id > 'ch_005'")
            last_is_locked.set()
            threading.Event().wait(0.5)
            cursor.execute(f"UPDATE {table} SET amount = 5 WHERE stripe_id = 'ch_000'")
        return "committed"

    def apply():
        last_is_locked.wait(10)
        return counts(sync.apply([{**each, "amount": 2} for each in many], as_of=at(2)))

    assert together(lock_backwards, apply) == ["committed", {"updated": 20}]
    assert set(Charge.objects.values_list("amount", flat=True)) == {2}
