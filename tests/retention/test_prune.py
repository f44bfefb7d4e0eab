"""What goes of the package's own tables, what stays, and what a late delivery finds then."""

import json
from datetime import timedelta
from io import StringIO
from threading import Event as Flag
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db.models import QuerySet

from stripe_django import retention, statistics, sync, tasks
from stripe_django.exceptions import ChangeCursorError, ExpiredCursorError, RetentionError
from stripe_django.management import poll_loop
from stripe_django.models import (
    Change,
    Customer,
    Event,
    EventHour,
    HandlerRun,
    InboxEvent,
    PendingRead,
    RefutedSnapshot,
    Retention,
    SyncRange,
    SyncRun,
    Verification,
)
from stripe_django.retention import STEPS, batches, lease, policy
from stripe_django.statistics import event_counts
from stripe_django.sync import change_feed, incremental
from stripe_django.sync.backfill.progress import Observer
from stripe_django.sync.database import retries
from stripe_django.sync.events import poller
from stripe_django.webhooks import on
from tests.linked.models import Receipt
from tests.posting import customer, event, post
from tests.standing_clock import NOW

pytestmark = pytest.mark.django_db

DAYS = {"inbox": 31, "bodies": 7, "handlers": 31, "events": 31, "runs": 31, "changes": 7}


def days(number):
    return NOW - timedelta(days=number)


def inbox_event(name, age=40, status="applied", **values):
    """One that was received and finished so many days ago."""
    at = days(age)
    finished_at = at if status in ("applied", "ignored", "dead") else None
    known = {"event_id": name, "type": "x", "status": status, "sent_at": at}
    InboxEvent.objects.create(**known | {"finished_at": finished_at} | values)
    InboxEvent.objects.filter(event_id=name).update(received_at=at)


def handler_run(name, age=40, status="done", **values):
    HandlerRun.objects.create(
        event_id=name, handler="x", status=status, finished_at=days(age), **values
    )


def events_left():
    return [each.event_id for each in InboxEvent.objects.order_by("pk")]


def just_before_a_delete(monkeypatch, action):
    """Do something once, between the choice of the rows and their deletion."""
    real = batches.retries

    def transactions(using):
        monkeypatch.setattr(batches, "retries", real)
        action()
        return real.transactions(using)

    monkeypatch.setattr(batches, "retries", SimpleNamespace(transactions=transactions))


def removed(**options):
    """What a pass removed, as a dry run had said."""
    said = retention.prune(dry_run=True)
    done = retention.prune(**options)
    assert done.is_complete
    assert done.rows == said.rows
    return dict(done.rows)


@pytest.fixture(autouse=True)
def kept(keep):
    keep(**DAYS)


def test_without_the_setting_everything_stays(keep):
    keep()
    inbox_event("evt_1", 4_000)
    assert removed() == {}
    assert not retention.is_due()


class TestInbox:
    def test_what_is_finished_goes_in_time(self):
        inbox_event("evt_applied", 32)
        inbox_event("evt_ignored", 32, "ignored")
        inbox_event("evt_younger", 30)
        inbox_event("evt_late", 40, finished_at=days(2))
        assert removed() == {"applied inbox events": 1, "ignored inbox events": 1}
        assert events_left() == ["evt_younger", "evt_late"]

    @pytest.mark.parametrize("status", ["received", "failed", "dead"])
    def test_what_is_unfinished_stays_with_its_body(self, status):
        inbox_event("evt_1", 400, status, body="{}")
        assert removed() == {}
        assert InboxEvent.objects.get().body == "{}"

    def test_what_is_being_replayed_stays(self):
        inbox_event("evt_1", 400, next_attempt_at=NOW)
        assert removed() == {}

    def test_bodies_of_ignored_events_go_earlier(self):
        inbox_event("evt_old", 8, "ignored", body="{}")
        inbox_event("evt_new", 6, "ignored", body="{}")
        assert removed() == {"bodies of ignored events": 1}
        found = InboxEvent.objects.order_by("pk").values_list("event_id", "body", "status")
        assert list(found) == [("evt_old", "", "ignored"), ("evt_new", "{}", "ignored")]

    @pytest.mark.parametrize("status", ["waiting", "failed", "dead"])
    def test_an_event_that_a_handler_needs_stays(self, status):
        inbox_event("evt_1")
        handler_run("evt_1", status=status)
        handler_run("evt_2")
        assert removed() == {"records of handlers": 1}
        assert events_left() == ["evt_1"]

    def test_records_of_handlers_stay_as_long_as_their_event(self):
        for name, age in (("evt_old", 40), ("evt_new", 20)):
            inbox_event(name, age)
            handler_run(name, 40)
        assert removed() == {"applied inbox events": 1, "records of handlers": 1}
        assert HandlerRun.objects.get().event_id == "evt_new"

    def test_an_event_of_a_test_clock_that_is_listed_longer_stays(self):
        inbox_event("evt_1", 60)
        QuerySet(Event).bulk_create(
            [Event(stripe_id="evt_1", created=days(20), synced_at=NOW, extra={})]
        )
        assert removed() == {}

    def test_many_in_small_transactions(self, monkeypatch):
        monkeypatch.setattr(batches, "SIZE", 3)
        for number in range(10):
            inbox_event(f"evt_{number}")
        inbox_event("evt_dead", status="dead")
        assert removed() == {"applied inbox events": 10}
        assert events_left() == ["evt_dead"]


class TestOnceOnly:
    """A pruned event that comes again."""

    def test_the_inbox_remembers_for_longer_than_stripe_lists(self):
        assert policy.INBOX_SHORTEST > poller.HORIZON

    @pytest.mark.parametrize(("age", "left"), [(29, 1), (30, 1), (31.1, 0)])
    def test_a_poll_stores_nothing_again(self, fake_stripe, settings, clock, home, age, left):
        """However far back it begins; the inbox forgets what is no longer listed."""
        settings.STRIPE_DJANGO |= {"RETENTION": {"inbox": 31, "events": 1}}
        type(home).objects.update(since=days(1))
        fake_stripe.now = clock.now
        fake_stripe.create("customer", id="cus_1")
        assert poller.poll().statuses == {"applied": 1}
        clock.pass_by(days=age)
        fake_stripe.now = clock.now
        retention.prune()
        assert InboxEvent.objects.count() == left
        assert poller.poll(since=days(2)).statuses == {}
        assert InboxEvent.objects.count() == left

    def test_a_late_delivery_changes_nothing(self, endpoint, clock, keep):
        keep(**DAYS)
        calls = []
        on("customer.updated")(lambda event, row: calls.append(event.stripe_id))
        post(event(1))
        post(event(2))
        clock.pass_by(days=40)
        retention.prune()
        assert not InboxEvent.objects.exists()
        post(event(1))
        assert Customer.objects.get().balance == 2


class TestRuns:
    def run(self, kind="full", status="done", age=40, objects=("charge", "customer"), **values):
        known = {"kind": kind, "status": status, "objects_read": list(objects)}
        known |= {name: days(age) for name in ("started_at", "seen_at", "as_of")}
        known |= {"finished_at": days(age) if status == "done" else None}
        made = SyncRun.objects.create(**known | values)
        made.ranges.create(object_name="charge", kind="span", status="done", read=1)
        return made.pk

    def left(self):
        removed()
        assert set(SyncRange.objects.values_list("run", flat=True)) == set(
            SyncRun.objects.values_list("pk", flat=True)
        )
        return list(SyncRun.objects.order_by("pk").values_list("pk", flat=True))

    def test_what_an_incremental_run_begins_with_stays(self):
        self.run()
        full = self.run(age=39)
        self.run("changes", age=38)
        last, young = self.run("changes", age=37), self.run("changes", age=1, objects=["charge"])
        assert self.left() == [full, last, young]

    def test_the_last_of_each_account_stays(self):
        mine, other = self.run(), self.run(stripe_account="acct_1")
        assert self.left() == [mine, other]

    def test_what_may_be_resumed_stays(self):
        failed = self.run(status="failed")
        interrupted = self.run(status="interrupted", objects=["plan"])
        running = self.run(status="running")
        assert self.left() == [failed, interrupted, running]
        done = self.run(age=35)
        assert self.left() == [interrupted, running, done]

    def test_runs_of_a_time_range_go(self):
        self.run("since")
        failed = self.run("since", status="failed")
        assert self.left() == [failed]

    def test_a_sync_goes_on_as_before(self):
        for age in range(60, 41, -1):
            self.run("full" if age % 3 else "changes", age=age)
        new = SyncRun(objects_read=["charge"])
        before = incremental._last(new, "default").pk
        removed()
        assert incremental._last(new, "default").pk == before
        assert SyncRun.objects.count() == 2  # and the last full one


def test_the_newest_verification_of_each_object_stays(keep):
    keep(verifications=31)
    for number, (name, age, status) in enumerate(
        (
            *(("charge", 90, "done"), ("charge", 60, "done"), ("charge", 50, "failed")),
            *(("charge", 45, "interrupted"), ("customer", 400, "done"), ("plan", 10, "failed")),
        )
    ):
        Verification.objects.create(
            run=str(number),
            object_name=name,
            method="all",
            status=status,
            started_at=days(age),
            finished_at=None if status == "interrupted" else days(age),
        )
    proof = {"method": "balance", "status": "done", "run": "x"}
    for age in (70, 65):
        for name in ("balance_transaction", "payout"):
            times = {"started_at": days(age), "finished_at": days(age)}
            Verification.objects.create(object_name=name, **proof, **times)
    assert removed() == {"results of stripe_verify": 4}
    left = Verification.objects.order_by("pk").values_list("object_name", "status")
    assert list(left) == [
        *(("charge", "done"), ("charge", "interrupted"), ("customer", "done")),
        *(("plan", "failed"), ("balance_transaction", "done"), ("payout", "done")),
    ]


def test_a_verification_with_differences_stays_until_a_later_one_has_compared_as_much(keep):
    keep(verifications=31)
    known = {"run": "x", "object_name": "charge", "method": "all"}
    for age, values in (
        *((90, {"status": "failed", "repaired": 3}), (80, {"status": "failed"})),
        (70, {"status": "done", "since": days(71), "repaired": 3}),
        (60, {"status": "done", "since": days(61)}),
    ):
        times = {"started_at": days(age), "finished_at": days(age)}
        Verification.objects.create(differences={"missing": 3}, **known, **times | values)
    assert removed() == {"results of stripe_verify": 2}
    Verification.objects.create(status="done", finished_at=NOW, **known)
    assert removed() == {"results of stripe_verify": 2}


class TestChanges:
    @pytest.fixture(autouse=True)
    def followed(self, settings, home):
        settings.STRIPE_DJANGO = {**settings.STRIPE_DJANGO, "CHANGE_FEED": True}

    def cursor(self):
        reader = change_feed.Reader()
        while reader.read():
            pass
        return reader.cursor

    def test_an_expired_cursor_raises(self, clock):
        beginning = self.cursor()
        sync.apply(customer(1))
        assert [each.stripe_id for each in sync.changes(beginning)] == ["cus_1"]
        removed()
        clock.pass_by(days=8)
        sync.apply(customer(2, "cus_2"))
        early = [each.cursor for each in sync.changes(beginning)]
        assert removed() == {"changes in the feed": 1}
        with pytest.raises(ExpiredCursorError, match="pruned"):
            list(sync.changes(beginning))
        assert [each.stripe_id for each in sync.changes(early[0])] == ["cus_2"]
        assert [each.stripe_id for each in sync.changes()] == ["cus_1", "cus_2"]
        assert issubclass(ExpiredCursorError, ChangeCursorError)

    def test_a_reader_that_is_overtaken_raises_and_loses_nothing(self, clock, monkeypatch):
        beginning = self.cursor()
        sync.apply(customer(1))
        change_feed.number_all("default")
        removed()
        clock.pass_by(days=8)
        reader, with_rows = change_feed.Reader(beginning), change_feed.Change.objects.using

        def prune_first(alias):
            monkeypatch.setattr(change_feed.Change.objects, "using", with_rows)
            retention.prune()
            return with_rows(alias)

        monkeypatch.setattr(change_feed.Change.objects, "using", prune_first)
        with pytest.raises(ExpiredCursorError):
            reader.read()
        assert not Change.objects.exists()

    def test_an_object_that_changes_again_while_its_change_is_pruned(self, clock, monkeypatch):
        sync.apply(customer(1))
        sync.apply(customer(1, "cus_2"))
        removed()
        clock.pass_by(days=8)
        cursor = self.cursor()

        def change_again():
            sync.apply(event(2))
            change_feed.number_all("default")

        just_before_a_delete(monkeypatch, change_again)
        assert retention.prune().rows == {"changes in the feed": 1}
        assert batches.retries is retries
        assert [each.stripe_id for each in sync.changes(cursor)] == ["cus_1", "evt_2"]

    def test_a_pruned_event_is_no_change(self, clock):
        sync.apply(event(1, obj=customer(1)))
        cursor = self.cursor()
        clock.pass_by(days=1)
        removed()
        assert list(sync.changes(cursor)) == []


def test_refuted_snapshots_are_compared_for_an_hour():
    for name, minutes in (("cus_1", 61), ("cus_2", 59)):
        RefutedSnapshot.objects.create(
            object_name="customer",
            stripe_id=name,
            digest="x",
            row_digest="y",
            refuted_at=NOW - timedelta(minutes=minutes),
        )
    assert removed() == {"refuted snapshots": 1}


def test_a_snapshot_that_is_refuted_again_while_it_is_pruned_stays(monkeypatch):
    known = {"object_name": "customer", "row_digest": "y", "refuted_at": days(1)}
    for digest in ("x", "z"):
        RefutedSnapshot.objects.create(stripe_id="cus_1", digest=digest, **known)
    again = RefutedSnapshot.objects.filter(digest="x")
    just_before_a_delete(monkeypatch, lambda: again.update(refuted_at=NOW))
    assert retention.prune().rows == {"refuted snapshots": 1}
    assert RefutedSnapshot.objects.get().digest == "x"


def test_refetches_stay_also_dead_lettered_ones():
    PendingRead.objects.create(
        object_name="customer", stripe_id="cus_1", reason="conflict", not_before=days(400)
    )
    assert removed() == {}


class TestStatistics:
    def test_hours_keep_their_counts(self, home, clock):
        """A dead-lettered event has its hour counted again, when the others have gone."""
        for number in range(3):
            inbox_event(f"evt_{number}")
        inbox_event("evt_dead", status="dead")
        statistics.refresh(parts=statistics.QUICK)
        hour = EventHour.objects.get()
        assert (hour.applied, hour.dead) == (3, 1)
        retention.prune()
        clock.pass_by(hours=1)
        statistics.refresh(parts=statistics.QUICK)
        hour.refresh_from_db()
        assert (hour.applied, hour.dead, hour.counted_at) == (3, 1, clock.now)
        InboxEvent.objects.update(status="applied", finished_at=clock.now)
        clock.pass_by(hours=1)
        statistics.refresh(parts=statistics.QUICK)
        hour.refresh_from_db()
        assert (hour.applied, hour.dead) == (4, 0)

    def test_events_that_are_pruned_while_they_are_counted(self, home, monkeypatch):
        """In a project whose statistics were never updated; the second look finds the others."""
        inbox_event("evt_old")
        inbox_event("evt_young", 20)
        new, looks = event_counts._new, []

        def prune_after(turn):
            found = new(turn)
            if not looks:
                found = found.filter(event_id="evt_old")
                retention.prune()
            looks.append(found)
            return found

        monkeypatch.setattr(event_counts, "_new", prune_after)
        assert statistics.refresh(parts=statistics.QUICK)
        assert [hour.applied for hour in EventHour.objects.all()] == [1]
        assert len(looks) == 3


class TestTurns:
    def test_one_process_at_a_time(self):
        inbox_event("evt_1")
        with lease.taken({}, 1) as turn:
            assert turn
            assert retention.prune().is_elsewhere
            assert not retention.is_due()
        assert events_left() == ["evt_1"]
        assert retention.prune().is_complete

    def test_a_process_that_died_is_followed_by_another_one(self, clock):
        inbox_event("evt_1")
        Retention.objects.create(token="dead", claimed_until=NOW + lease.LEASE)
        assert retention.prune().is_elsewhere
        clock.pass_by(minutes=6)
        assert removed() == {"applied inbox events": 1}

    def test_who_has_lost_the_lease_stops(self, monkeypatch):
        for number in range(4):
            inbox_event(f"evt_{number}")
        monkeypatch.setattr(batches, "SIZE", 2)

        def progress(label, count):
            Retention.objects.update(token="another")

        done = retention.prune(progress=progress)
        assert (done.rows, done.is_complete) == ({"applied inbox events": 2}, False)
        assert Retention.objects.get().token == "another"

    def test_a_pass_is_resumed_where_it_was(self, monkeypatch, clock):
        monkeypatch.setattr(batches, "SIZE", 2)
        for number in range(6):
            inbox_event(f"evt_{number}")
        at, counts = clock.now, []
        while not retention.is_due() or counts == [] or not counts[-1].is_complete:
            counts.append(retention.prune(seconds=0))
            clock.pass_by(minutes=1)
            assert len(counts) < 40
            if counts[-1].is_complete:
                break
            assert Retention.objects.get().began_at == at
        rows = [dict(each.rows) for each in counts if each.rows]
        assert rows == [{"applied inbox events": 2}] * 3
        assert not retention.is_due()

    def test_it_is_due_once_a_day(self, clock):
        assert retention.is_due()
        retention.prune()
        clock.pass_by(hours=23)
        assert not retention.is_due()
        clock.pass_by(hours=2)
        assert retention.is_due()

    def test_other_commands_prune(self, home, endpoint, keep):
        keep(**DAYS)
        inbox_event("evt_1")
        call_command("stripe_events", "retry", stdout=StringIO())
        assert events_left() == []
        inbox_event("evt_2")
        call_command("stripe_events", "retry", stdout=StringIO())
        assert events_left() == ["evt_2"]  # tomorrow

    def test_a_poll_prunes(self, home):
        inbox_event("evt_1")
        poll_loop.once(poll_loop.PollOptions(accounts=()), Observer(), Flag())
        assert events_left() == []

    def test_a_wrong_setting_prunes_nothing(self, keep, caplog):
        inbox_event("evt_1", 400)
        keep(inbox=7)
        with pytest.raises(RetentionError, match="shorter than 31 days"):
            retention.prune()
        assert retention.keep(seconds=1) is False
        assert "could not be pruned" in caplog.text
        assert events_left() == ["evt_1"]


class TestCommand:
    def called(self, *arguments):
        out = StringIO()
        call_command("stripe_prune", *arguments, stdout=out, stderr=StringIO())
        return out.getvalue()

    def test_a_dry_run_counts(self):
        inbox_event("evt_1")
        assert self.called("--dry-run") == "Would remove 1 applied inbox events.\n"
        assert events_left() == ["evt_1"]
        assert not Retention.objects.exists()
        assert self.called() == "Removed 1 applied inbox events.\n"
        assert self.called() == "Nothing is old enough to be removed.\n"

    def test_json(self):
        inbox_event("evt_1")
        document = json.loads(self.called("--json"))
        assert document["complete"] is True
        assert document["dry_run"] is False
        assert document["rows"] == {step.name: 0 for step in STEPS} | {"applied": 1}

    def test_a_limit_of_time(self, monkeypatch):
        inbox_event("evt_1")
        monkeypatch.setattr(batches, "SIZE", 1)
        assert "the next run resumes" in self.called("--seconds", "0.01") or not events_left()

    def test_without_the_setting_it_says_so(self, keep):
        keep()
        with pytest.raises(CommandError, match="is not set"):
            self.called()

    def test_while_another_process_prunes(self):
        with lease.taken({}, 1), pytest.raises(CommandError, match="Another process"):
            self.called()


def test_a_project_without_the_setting_pays_no_statement(keep, django_assert_num_queries):
    keep()
    with django_assert_num_queries(0):
        tasks.prune_if_due()


def test_rows_that_the_project_refers_to_by_a_constraint_stay():
    known = {"created": days(60), "synced_at": NOW, "extra": {}}
    events = [Event(stripe_id=f"evt_{number}", **known) for number in range(3)]
    Receipt.objects.create(event=QuerySet(Event).bulk_create(events)[1])
    assert removed() == {"events": 2}
    assert Event.objects.get().stripe_id == "evt_1"
