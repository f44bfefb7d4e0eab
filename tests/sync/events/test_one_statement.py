"""On PostgreSQL, an ordinary event is written by one statement, and any other one as before."""

import json
import time
from contextlib import contextmanager
from functools import partial
from random import Random

import pytest
from django.db import DatabaseError, connection, connections
from django.test.utils import CaptureQueriesContext

from stripe_django import sync
from stripe_django.models import Charge, Customer, Event, HandlerRun, Home, InboxEvent, NewChange
from stripe_django.sync import home
from stripe_django.sync.events import batches
from stripe_django.webhooks import on
from tests.posting import at, customer, event, heard, make_due, post, states
from tests.sync.events.test_processor import refusing
from tests.sync.events.test_statements import counted
from tests.threads import together

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("endpoint"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="a statement of PostgreSQL"),
]

ONE, LIMIT, INBOX = "WITH home AS", "SELECT set_config(", 'INSERT INTO "stripe_django_inboxevent"'
TABLES = (InboxEvent, Event, Customer, Charge, HandlerRun)
KEYS = dict.fromkeys((InboxEvent, HandlerRun), "event_id")
OURS = {"id", "synced_at", "received_at", "finished_at", "sent_at", "next_attempt_at"}
THREADS = 6
alone = pytest.mark.django_db(transaction=True)  # with no transaction around it


@pytest.fixture(autouse=True)
def settled(endpoint):
    """A database whose mode is settled."""
    home.set_mode("default", livemode=False)


def charge(number=1, **more):
    return {"id": f"ch_{number}", "object": "charge", "amount": number, "customer": "cus_1", **more}


def is_taken(payload):
    """Whether a delivery is written by the one statement."""
    connection.ensure_connection()
    sent = counted(lambda: post(payload))
    assert states()[payload["id"]] in ("applied", "ignored")
    return not any(each.startswith(INBOX) for each in sent)


def contents():
    return [
        {key: value for key, value in row.items() if key not in OURS}
        for model in TABLES
        for row in model.objects.order_by(KEYS.get(model, "stripe_id")).values()
    ]


def empty():
    for model in TABLES:
        model._base_manager.get_queryset()._raw_delete("default")


@contextmanager
def the_other_way():
    with refusing(f"^{ONE}", DatabaseError("not this way")):
        yield


@pytest.mark.parametrize(
    "payload",
    [
        event(2, kind="charge.succeeded", obj=charge()),
        event(2, kind="customer.created"),
        event(2, obj={"id": "x_1", "object": "unheard_of"}),
        event(2, obj={"id": "gold", "object": "coupon"}, account="acct_1"),
        event(2, kind="customer.subscription.deleted", obj=customer()),
    ],
    ids=["new", "created", "without a model", "of another account", "no deletion"],
)
def test_it_takes_what_is_ordinary(payload):
    assert is_taken(payload)


@alone
def test_it_is_one_statement_with_the_limit_before_it():
    connection.close()
    for number in (1, 2, 3):
        connection.ensure_connection()
        with heard(lambda event: (event.pk, event.status)) as signals:
            sent = counted(partial(post, event(number)))
        latest = (InboxEvent.objects.latest("pk").pk, "applied")
        assert signals == [("received", latest), ("applied", latest)]
        # The second time it is prepared, by one that does nothing.
        assert len(sent) == (3 if number == 2 else 2), sent
        assert sent[0].startswith(LIMIT)
        assert all(each.startswith(ONE) for each in sent[1:])
        assert connection.connection.prepare_threshold is None
    assert Customer.objects.get().balance == 3


def test_it_is_not_taken_where_it_is_not_wanted(settings):
    settings.STRIPE_DJANGO |= {"SINGLE_STATEMENT": ""}
    assert not is_taken(event())


def test_it_takes_what_is_newer_than_the_row():
    for number in (1, 2, 5):
        assert is_taken(event(number))
    row = Customer.objects.get()
    assert (row.balance, row.as_of, row.ambiguous) == (5, at(5), False)


def test_handlers_are_scheduled_with_it():
    called = []
    for name in "ab":

        def handler(event, row, name=name):
            called.append((name, event.stripe_id, row.stripe_id))

        handler.__qualname__ = name
        on("customer.*")(handler)
    with heard(lambda event: (event.pk, event.status)) as signals:
        post(event())
    assert called == [("a", "evt_1", "cus_1"), ("b", "evt_1", "cus_1")]
    pk = InboxEvent.objects.get().pk
    assert signals == [("received", (pk, "applied")), ("applied", (pk, "applied"))]
    assert set(HandlerRun.objects.values_list("status", "attempts")) == {("done", 1)}


@pytest.mark.parametrize(
    ("before", "payload"),
    [
        (event(3), event(2)),
        (event(2), event(2, obj=customer(9), id="evt_9")),
        (event(2), event(3, obj=customer(2))),
        (event(3, kind="customer.deleted"), event(4)),
        (event(1), event(3, kind="customer.deleted")),
        (event(1), event(3, obj=customer(2, default_source={"id": "card_1", "object": "card"}))),
        (event(1), event(3, kind="account.application.authorized", obj={"object": "application"})),
    ],
    ids=[
        *("older", "of one second", "same content", "after a deletion", "a deletion", "a copy"),
        "of a connection",
    ],
)
def test_all_else_goes_the_other_way_and_ends_the_same(before, payload):
    post(before)
    assert not is_taken(payload)
    ours = contents()
    empty()
    with the_other_way():
        post(before)
        post(payload)
    assert contents() == ours


def test_what_is_on_a_test_clock_goes_the_other_way():
    sync.apply(customer(test_clock="clock_1"))
    clocked = customer(test_clock="clock_1")
    for payload in (event(2, obj=charge()), event(3, obj=clocked)):
        sent = counted(partial(post, payload))
        assert any(each.startswith(INBOX) for each in sent)
    assert set(states().values()) == {"failed"}  # without a key, nothing can be read


def test_the_change_feed_is_written_with_the_rows(settings):
    settings.STRIPE_DJANGO |= {"CHANGE_FEED": True}
    assert not is_taken(event())
    assert NewChange.objects.count() == 2


def test_erasures_are_looked_up():
    post(event(1, obj=customer(1, "cus_9")))
    sync.erase(Customer.objects.get())
    home.known("default")
    assert not is_taken(event(2, obj=customer(2, "cus_9")))
    assert not Customer.objects.exists()


def test_a_mode_that_has_changed_is_noticed():
    Home.objects.update(livemode=True)
    assert not is_taken(event(obj={"id": "gold", "object": "coupon"}))
    assert states() == {"evt_1": "ignored"}


def test_the_rows_of_a_policy_are_written_so_too(settings):
    settings.STRIPE_DJANGO |= {"PRIVACY": "minimal"}
    assert is_taken(event(obj=customer(email="jenny@example.com", description="a")))
    assert "jenny" not in repr(contents())


def deliveries(seed):
    """Events of a few objects, out of order, some of them twice; some of one second."""
    draw = Random(seed)
    made = []
    for number in range(60):
        second, name = draw.randrange(40), f"{draw.randrange(4)}"
        kind, obj = draw.choice(
            (
                ("customer.updated", customer(draw.randrange(9), f"cus_{name}")),
                ("customer.updated", customer(draw.randrange(9), f"cus_{name}")),
                ("customer.created", customer(0, f"cus_{name}")),
                ("customer.deleted", customer(draw.randrange(9), f"cus_{name}")),
                ("charge.updated", charge(name, amount=draw.randrange(9))),
                ("charge.succeeded", charge(name, source={"id": "card_1", "object": "card"})),
                ("thing.updated", {"id": "x_1", "object": "unheard_of"}),
            )
        )
        made.append(event(second, kind=kind, obj=obj, id=f"evt_{number}"))
    made += draw.sample(made, 20)
    draw.shuffle(made)
    return made


@pytest.mark.parametrize("seed", range(2))
def test_both_ways_end_with_equal_tables(seed):
    taken = 0
    for payload in deliveries(seed):
        taken += is_taken(payload)
    ours = contents()
    assert taken > 10
    empty()
    with the_other_way():
        for payload in deliveries(seed):
            post(payload)
    assert contents() == ours


@alone
def test_duplicates_at_once_are_applied_once():
    payloads = [event(number, obj=customer(number)) for number in range(1, 7)]
    for payload in payloads:
        with heard() as signals:
            together(*[partial(post, payload)] * THREADS)
        assert len(signals) == 2
    assert Customer.objects.get().balance == 6
    assert set(InboxEvent.objects.values_list("status", "attempts")) == {("applied", 1)}


@alone
def test_reversed_orders_of_rows_and_tables_end_with_the_newest():
    """Events write a table after the other; whole lists lock many rows of them meanwhile."""
    names = [f"cus_{number}" for number in range(8)]

    def deliver(order, turn):
        for number, name in enumerate(order):
            second = 10 * turn + number
            shown = customer(turn, name)
            assert post(event(second, obj=shown, id=f"evt_{turn}_{name}")).status_code == 200

    def apply(order, turn):
        sync.apply([customer(99, name) for name in order])
        sync.apply([event(turn, obj=customer(0, each), id=f"evt_{turn}_l{each}") for each in order])

    steps = []
    for turn in range(1, 4):
        order = names if turn % 2 else names[::-1]
        steps += [partial(deliver, order, turn), partial(apply, order[::-1], turn)]
    together(*steps)
    # What waited too long for a lock of another one was stored alone.
    while "received" in states().values():
        make_due()
        batches.process_received()
    for name in names:
        assert Customer.objects.get(stripe_id=name).balance == 3
    assert set(states().values()) == {"applied"}


@alone
def test_it_is_in_the_log_of_queries():
    connection.close()
    for number in (1, 2, 3):  # also while it is being prepared, and then
        with CaptureQueriesContext(connection) as queries:
            post(event(number))
        assert [each["sql"][: len(ONE)] for each in queries if "$1" in each["sql"]] == [ONE]


def locking(name):
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(name)
    return other


@alone
@pytest.mark.parametrize(
    "lock",
    [
        "SELECT 1 FROM stripe_django_customer FOR UPDATE",
        "LOCK TABLE stripe_django_customer IN SHARE MODE",
    ],
)
def test_it_waits_for_no_lock_for_long(lock):
    post(event(1))
    other = locking(lock)
    try:
        began = time.monotonic()
        assert post(event(2)).status_code == 200
        assert time.monotonic() - began < 5
    finally:
        other.close()
    assert states() == {"evt_1": "applied", "evt_2": "received"}


def prepared():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, parameter_types FROM pg_prepared_statements"
            " WHERE statement LIKE 'WITH home%'"
        )
        return cursor.fetchall()


@alone
def test_a_connection_prepares_it_once_it_needs_it_again(settings, monkeypatch):
    connection.close()
    found = []
    # Those that are refused leave nothing prepared behind.
    for number in (9, 2, 3, 10, 4, 11):
        post(event(number))
        found.append(len(prepared()))
    assert found == [0, 1, 1, 1, 1, 1]
    assert Customer.objects.get().balance == 11
    [(name, types)] = prepared()
    nulls = ", ".join(["NULL"] * len(types))
    with connection.cursor() as cursor:  # as the docs have it
        cursor.execute(f"EXPLAIN (FORMAT JSON) EXECUTE {name} ({nulls})")
        assert json.dumps(cursor.fetchone()[0]).count("ModifyTable") == 3
        cursor.execute("DEALLOCATE ALL")
    assert not is_taken(event(12))  # what the pool in between has lost
    assert is_taken(event(13))
    assert (prepared(), Customer.objects.get().balance) == ([], 13)
    connection.close()
    settings.STRIPE_DJANGO |= {"SINGLE_STATEMENT": "unprepared"}
    for number in (14, 15, 16):
        assert is_taken(event(number))
    assert (prepared(), Customer.objects.get().balance) == ([], 16)
    settings.STRIPE_DJANGO |= {"SINGLE_STATEMENT": "auto"}
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    for number in (17, 18, 19):
        assert is_taken(event(number))
    assert (prepared(), Customer.objects.get().balance) == ([], 19)
