"""The guard in SQL takes nothing that the guard in Python would decide otherwise."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from random import Random

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from stripe_django.models import Customer
from stripe_django.sync.mapping import mapper
from stripe_django.sync.mapping.rows import COPY, Moment, NestedList, Rank
from stripe_django.sync.writer.backends import guarded, record, statements_for
from stripe_django.sync.writer.backends.base import STATE_COLUMNS, state_values
from stripe_django.sync.writer.precedence import Outcome, State, decide
from tests.posting import at, customer

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQL of PostgreSQL"),
]

SECONDS = (-86_400, -2, -1, -0.5, -0.000001, 0, 0.3, 1, 3_600)
DELETIONS = (None, -86_400, -1, 0, 1)
SOURCES = ("", "req_1", "req_2", "clock@1:2", "clock@1:2 req_1", "mixed")
PAIRS = 600


def snapshot(number, rank=Rank.EVENT, source="", **more):
    payload = customer(number, f"cus_{number}", **more)
    return mapper.to_rows(payload, moment=Moment(at(0), rank, source=source))[0]


def older(row, **changes):
    """The state of a stored row that this one is surely newer than, but for the changes."""
    state = State(None, at(-2), "event", "other", False, None, account=row.account)
    return state._replace(**changes)


def digests(row):
    content, separator, _ = row.digest.partition(".")
    return (row.digest, f"{content}{separator}asked", "other", "other.asked", "")


def drawn(draw, number):
    """A snapshot, and the state of the stored row."""
    row = snapshot(number, draw.choice((Rank.CREATED, Rank.EVENT)), draw.choice(("", "req_1")))
    as_of = draw.choice((None, *map(at, SECONDS)))
    kind = draw.choice(("event", "read")) if as_of else ""
    start = as_of - timedelta(seconds=draw.choice((0, 0.5, 90))) if kind == "read" else None
    gone = draw.choice((None, None, None, draw.choice(DELETIONS)))
    return row, State(
        None,
        as_of.replace(microsecond=0) if kind == "event" else as_of,
        kind,
        draw.choice(("other", "other.asked", draw.choice(digests(row)))),
        draw.random() < 0.2,
        None if gone is None else at(gone),
        start,
        draw.choice(SOURCES) if kind == "read" else draw.choice(SOURCES[:3]) if kind else "",
        draw.choice(("", "", "", "acct_1", None)),
    )


def store(pairs):
    made = [
        Customer(
            stripe_id=row.stripe_id,
            digest=seen.digest,
            synced_at=timezone.now(),
            balance=-1,
            **dict(zip(STATE_COLUMNS, state_values(seen), strict=True)),
        )
        for row, seen in pairs
    ]
    QuerySet(Customer).bulk_create(made)


def send(row, guard=None):
    """What the statement returns for a row: whether it is new, or nothing."""
    statements = statements_for(connection, row.model)
    values = guarded.texts(statements, record(decide(None, [row]), timezone.now()))
    marks = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    rules = guarded.GUARD if guard is None else guard
    source = (marks, "(SELECT 1) AS home")
    sql = guarded.inserting(statements, row.preserved_columns, source, rules.values())
    with connection.Database.RawCursor(connection.connection) as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


def stored(row):
    return Customer.objects.filter(stripe_id=row.stripe_id).values(
        *STATE_COLUMNS, "digest", "balance"
    )[0]


def expected(state, balance):
    found = dict(zip(STATE_COLUMNS, state_values(state), strict=True))
    return {**found, "digest": state.digest, "balance": balance}


def test_it_takes_only_what_python_takes_and_writes_the_same():
    draw = Random(22)
    pairs = [drawn(draw, number) for number in range(PAIRS)]
    store(pairs)
    ids = dict(Customer.objects.values_list("stripe_id", "id"))
    taken = 0
    for number, (row, without_id) in enumerate(pairs):
        seen = without_id._replace(id=ids[row.stripe_id])
        decision = decide(seen, [row], at(10))
        if send(row) is None:
            assert stored(row) == expected(seen, -1), seen
            continue
        taken += 1
        assert (decision.outcomes, decision.content) == ([Outcome.UPDATED], row), seen
        assert not decision.is_conflict
        assert stored(row) == expected(decision.state, number), seen
    assert PAIRS / 20 < taken < PAIRS / 2


BROKEN = {
    "its time is earlier": {"as_of": at(0)},
    "it is not ambiguous": {"ambiguous": True},
    "it was never deleted": {"deleted_at": at(-9)},
    "it is of the same account": {"account": "acct_1"},
}


@pytest.mark.parametrize("rule", guarded.GUARD)
def test_each_rule_keeps_something_out(rule):
    one, other = snapshot(1), snapshot(2)
    changes = BROKEN.get(rule)
    store(
        (row, older(row, **(changes or {"digest": row.digest.partition(".")[0]})))
        for row in (one, other)
    )
    assert send(one) is None
    without = {name: sql for name, sql in guarded.GUARD.items() if name != rule}
    assert send(other, without) == (False,)


def test_it_takes_what_is_surely_newer_and_what_is_new():
    present, new = snapshot(1), snapshot(2)
    store([(present, older(present))])
    assert (send(present), send(new)) == ((False,), (True,))
    assert stored(new) == expected(decide(None, [new]).state, 2)


@pytest.mark.parametrize("seconds", SECONDS)
@pytest.mark.parametrize("kind", ["event", "read"])
def test_times_are_disjoint_or_left_alone(seconds, kind):
    row = snapshot(1)
    as_of = at(seconds)
    as_of = as_of.replace(microsecond=0) if kind == "event" else as_of
    store([(row, older(row, as_of=as_of, as_of_kind=kind))])
    assert (send(row) is not None) is (as_of < at(0))


def test_only_snapshots_of_events_that_stand_alone_are_plain():
    row = snapshot(1)
    assert guarded.is_plain(row)
    moments = (
        COPY,
        Moment(at(0), Rank.READ),
        Moment(at(0), Rank.DELETION, deleted=True),
        Moment(at(0.5), Rank.EVENT),
    )
    others = [
        *(replace(row, moment=moment) for moment in moments),
        replace(row, has_content=False),
        replace(row, deleted_at=at(0)),
        replace(row, establishes_account=False),
        replace(row, links={"cards": []}),
        replace(row, incomplete=[NestedList("sources", "/", "card_1")]),
    ]
    assert not any(map(guarded.is_plain, others))


def test_ranks_and_requests_make_no_difference():
    for number, (rank, source) in enumerate(product((Rank.CREATED, Rank.EVENT), ("", "req_1"))):
        row = snapshot(number, rank, source)
        seen = older(row, as_of_kind="read", as_of_source="clock@1:2 req_1")
        store([(row, seen)])
        assert send(row) == (False,)
        found = decide(seen, [row], at(10)).state
        assert stored(row) == expected(found, number)
