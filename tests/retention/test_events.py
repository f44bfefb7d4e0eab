"""Which events stay, so that snapshots of later moments are the same as before."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from hypothesis import example, given
from hypothesis import strategies as st

from stripe_django import retention, sync
from stripe_django.models import (
    Event,
    HandlerRun,
    Home,
    InboxEvent,
    Invoice,
    MirroredAccount,
    Retention,
    V2CoreEvent,
)
from stripe_django.retention import batches
from stripe_django.sync.ingest import mapped
from stripe_django.sync.mapping.identity import Context, HomeAccount
from stripe_django.sync.mapping.rows import COPY
from tests.asking import generated, stored
from tests.standing_clock import NOW

pytestmark = pytest.mark.django_db

KINDS = ("invoice.created", "invoice.updated", "invoice.paid", "invoice.deleted")
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
LIMIT = NOW - timedelta(days=7)


def made(hours, number=0, kind="invoice.updated", state=0, **values):
    """An unsaved event of one of few invoices, so many hours after the limit."""
    shown = {"id": f"in_{number}", "object": "invoice", "n": state, "deep": {"n": state}}
    known = {
        "type": kind,
        "created": LIMIT + hours * HOUR,
        "object_id": shown["id"],
        "object_name": "invoice",
        "data": {"object": shown},
        "extra": {},
        "synced_at": NOW,
    }
    return Event(**known | values)


def put(*events):
    for number, each in enumerate(events):
        each.stripe_id = each.stripe_id or f"evt_{number}"
    QuerySet(type(events[0])).bulk_create(events)


def put_invoices(*numbers):
    rows = [Invoice(stripe_id=f"in_{number}", synced_at=NOW) for number in numbers]
    QuerySet(Invoice).bulk_create(rows)


def left(model=Event):
    return [each.stripe_id for each in model.objects.order_by("created", "pk")]


HISTORIES = st.lists(
    st.builds(
        made,
        hours=st.integers(-3, 2),
        number=st.integers(0, 2),
        kind=st.sampled_from(KINDS),
        state=st.integers(0, 2),
    ),
    max_size=14,
)
MOMENTS = [
    LIMIT + (hours * HOUR) + offset for hours in range(-4, 4) for offset in (0 * HOUR, SECOND)
]
MOMENTS += [LIMIT - SECOND, NOW]


def snapshots(moment):
    found = Invoice.objects.with_snapshot(at=moment)
    shown = {
        row.stripe_id: (row.snapshot_event, row.snapshot and row.snapshot.to_stripe())
        for row in found
    }
    return shown, sorted(found.filter(snapshot__n=1).values_list("stripe_id", flat=True))


def history():
    """What each event after the limit is said to have changed."""
    return {
        row.stripe_id: [
            (each.stripe_id, each.changed)
            for each in row.history()
            if each.created >= LIMIT and each.type != "invoice.created"
        ]
        for row in Invoice.objects.all()
    }


@generated
@example([made(-2), made(-1, state=1), made(1, state=2)], frozenset({0}), 1)
@example([made(-1, kind="invoice.deleted"), made(-1, kind="invoice.created")], frozenset({0}), 1)
@given(HISTORIES, st.frozensets(st.integers(0, 2)), st.integers(1, 4))
def test_snapshots_are_the_same_or_unknown(events, numbers, size):
    batches.SIZE = size
    invoices = [Invoice(stripe_id=f"in_{number}") for number in sorted(numbers)]
    with stored(invoices, events):
        before, changed = {moment: snapshots(moment) for moment in MOMENTS}, history()
        counted = retention.prune(dry_run=True)
        assert Event.objects.count() == len(events)
        assert retention.prune().rows == counted.rows
        for moment in MOMENTS:
            if moment >= LIMIT:
                assert snapshots(moment) == before[moment]
            else:
                assert snapshots(moment) == (
                    {f"in_{number}": (None, None) for number in numbers},
                    [],
                )
        assert history() == changed
        old = Event.objects.filter(created__lt=LIMIT)
        assert len(old) == len({each.object_id for each in old})  # at most one for each object
        assert {each.object_id for each in old} <= {f"in_{number}" for number in numbers}
        assert not retention.prune().rows


@pytest.fixture(autouse=True)
def kept(keep, monkeypatch):
    keep(events=7)
    monkeypatch.setattr(batches, "SIZE", batches.SIZE)  # which is set by hand for each example


def test_the_last_event_before_the_limit_is_the_base_of_its_object():
    put_invoices(0, 1, 2)
    put(
        *(made(-3), made(-2), made(-1), made(1)),  # in_0 has changed since
        *(made(-3, 1), made(-2, 1)),  # in_1 has not
        made(1, 2),  # in_2 is new
        *(made(-3, 3), made(-2, 3)),  # in_3 has no row
    )
    done = retention.prune()
    assert left() == ["evt_5", "evt_2", "evt_3", "evt_6"]
    assert done.rows == {"events": 5}
    assert Retention.objects.get().events_since == LIMIT


def test_of_a_deleted_object_nothing_is_needed():
    put_invoices(0, 1)
    put(made(-3), made(-2, kind="invoice.deleted"))
    put(
        made(-3, 1, stripe_id="evt_a"),
        made(-2, 1, kind="invoice.deleted", stripe_id="evt_b"),
        made(2, 1, kind="invoice.updated", stripe_id="evt_c"),
    )
    retention.prune()
    assert left() == ["evt_b", "evt_c"]  # evt_c is compared with evt_b


def test_the_last_event_of_an_unchanged_object_may_go_too(keep):
    keep(events=7, last_events=14)
    put_invoices(0, 1, 2)
    put(made(-200, 0), made(-100, 1), made(-200, 2), made(1, 2))
    retention.prune()
    assert left() == ["evt_2", "evt_1", "evt_3"]
    assert Invoice.objects.with_snapshot(at=NOW).get(stripe_id="in_0").snapshot is None


def test_the_second_pass_goes_on_where_the_limit_was(clock):
    put_invoices(0)
    put(made(-3, 0), made(1, 0, state=1), made(2, 0, state=2))
    retention.prune()
    assert left() == ["evt_0", "evt_1", "evt_2"]
    clock.pass_by(hours=3)
    retention.prune()
    assert left() == ["evt_2"]
    found = Invoice.objects.with_snapshot(at=LIMIT + 3 * HOUR).get()
    assert found.snapshot.to_stripe()["n"] == 2
    assert Invoice.objects.with_snapshot(at=LIMIT + 2 * HOUR).get().snapshot is None


def test_an_old_event_that_comes_again_says_nothing_wrong():
    put_invoices(0)
    put(made(-3), made(-2, state=1), made(-1, state=2))
    retention.prune()
    put(made(-3, stripe_id="evt_again"))
    assert Invoice.objects.with_snapshot(at=LIMIT - 2 * HOUR).get().snapshot is None
    assert Invoice.objects.with_snapshot(at=LIMIT).get().snapshot.to_stripe()["n"] == 2
    retention.prune()
    assert left() == ["evt_2"]


@pytest.mark.parametrize("status", ["received", "failed", "dead"])
def test_what_is_not_applied_stays(status):
    put(made(-1), made(-1, 1))
    InboxEvent.objects.create(event_id="evt_0", type="x", sent_at=LIMIT, status=status)
    retention.prune()
    assert left() == ["evt_0"]


@pytest.mark.parametrize("status", ["waiting", "failed", "dead"])
def test_what_a_handler_still_needs_stays(status):
    put(made(-1), made(-1, 1))
    HandlerRun.objects.create(event_id="evt_0", handler="x", status=status)
    HandlerRun.objects.create(event_id="evt_1", handler="x", status="done")
    retention.prune()
    assert left() == ["evt_0"]


def test_what_is_being_replayed_stays():
    put(made(-1))
    InboxEvent.objects.create(
        event_id="evt_0", type="x", sent_at=LIMIT, status="applied", next_attempt_at=NOW
    )
    retention.prune()
    assert left() == ["evt_0"]


def test_what_awakes_a_dormant_account_stays():
    put(made(-1, stripe_account="acct_1"), made(-1, 1, stripe_account="acct_2"))
    MirroredAccount.objects.create(stripe_account="acct_1", state="dormant")
    MirroredAccount.objects.create(stripe_account="acct_2", state="active")
    retention.prune()
    assert left() == ["evt_0"]


def test_an_event_dated_ahead_stays_as_long_as_the_inbox_has_it(clock):
    put(made(-1))
    InboxEvent.objects.create(
        event_id="evt_0", type="x", status="applied", sent_at=LIMIT - timedelta(days=20)
    )
    retention.prune()
    assert left() == ["evt_0"]
    InboxEvent.objects.all().delete()
    retention.prune()
    assert left() == []


def test_events_of_the_second_version_show_nothing_and_are_no_bases():
    known = {"created": LIMIT - HOUR, "object_id": "in_0", "object_name": "invoice"}
    put_invoices(0)
    put(
        V2CoreEvent(stripe_id="evt_old", synced_at=NOW, **known),
        V2CoreEvent(stripe_id="evt_new", synced_at=NOW, **known | {"created": LIMIT}),
    )
    retention.prune()
    assert left(V2CoreEvent) == ["evt_new"]


def test_an_event_that_a_list_has_still_is_not_stored_again(keep):
    payload = {"id": "evt_1", "object": "event", "type": "x", "data": {"object": {}}}
    keep(events=7)
    Home.objects.create(livemode=False)
    times = {"evt_old": LIMIT - SECOND, "evt_new": LIMIT}
    objects = [
        payload | {"id": name, "created": int(moment.timestamp())} for name, moment in times.items()
    ]
    context = Context(COPY, "", False, HomeAccount(False))
    assert [row.stripe_id for row in mapped(objects, context).rows] == ["evt_new"]
    assert sync.apply(objects[0]).row.stripe_id == "evt_old"  # what one asks for oneself is stored


def test_the_statements_of_a_batch_do_not_depend_on_its_rows():
    put_invoices(*range(100))
    put(*(made(-hours, number) for number in range(100) for hours in (3, 2, 1)))
    with CaptureQueriesContext(connection) as found:
        assert retention.prune().rows == {"events": 200}
    few = [each["sql"] for each in found if "stripe_django_event" in each["sql"]]
    assert len(few) <= 8, few
