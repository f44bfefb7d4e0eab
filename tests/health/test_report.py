"""Each indicator, up to its limit and beyond, with real rows; and what measuring costs."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stripe_django import statistics, sync
from stripe_django.health import amounts
from stripe_django.health.indicators import INDICATORS
from stripe_django.health.measurement import report
from stripe_django.models import (
    Customer,
    HandlerRun,
    Home,
    InboxEvent,
    MirroredAccount,
    PendingRead,
    SyncRun,
    Verification,
)
from tests import posting

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def unhealthy():
    return [each.name for each in report().unhealthy]


def found(name):
    return report().get(name)


def inbox_event(number, status, *, ago=timedelta(), lag=timedelta(), **more):
    """An event that was stored so long ago, and was applied ``lag`` after its delivery."""
    at = timezone.now() - ago
    is_done = status in ("applied", "ignored", "dead")
    again = None if is_done else timezone.now()
    values = {"next_attempt_at": again, "finished_at": at if is_done else None}
    event = InboxEvent.objects.create(
        event_id=f"evt_{number}", type="a", status=status, sent_at=at - lag, **values | more
    )
    InboxEvent.objects.filter(pk=event.pk).update(received_at=at)


def test_a_mirror_that_was_synced_is_healthy(synced):
    measured = report()
    assert measured.unhealthy == []
    assert measured.is_healthy
    assert [each.name for each in measured.indicators] == list(INDICATORS)
    assert abs(measured.measured_at - timezone.now()) < MINUTE


def test_what_was_never_synced(settings):
    settings.STRIPE_DJANGO = {}
    assert unhealthy() == ["poll", "sync"]
    assert found("sync").text == "No stripe_sync has succeeded yet."


@pytest.mark.parametrize(
    ("lag", "ago", "expected"),
    [
        (9 * MINUTE, MINUTE, []),
        (11 * MINUTE, MINUTE, ["lag"]),
        (11 * MINUTE, 2 * HOUR, []),  # nothing came since, and nobody can do anything
    ],
)
def test_the_lag_of_the_newest_event(mirror, lag, ago, expected):
    inbox_event(1, "applied", ago=ago + MINUTE, lag=DAY)
    inbox_event(2, "applied", ago=ago, lag=lag)
    assert unhealthy() == expected
    assert found("lag").value == lag.total_seconds()


def test_the_lag_begins_with_the_creation_at_stripe(endpoint):
    """A delivery that failed, and that Stripe repeats later, is late."""
    created = timezone.now() - HOUR
    posting.post({**posting.event(), "created": int(created.timestamp())})
    lag = found("lag")
    assert 3600 <= lag.value < 3700
    assert not lag.is_healthy
    assert lag.text == "The newest event was applied 60 minutes after it was created at Stripe."
    assert lag.details["api_version"] == "2026-10-28.endive"


@pytest.mark.parametrize("status", ["received", "failed"])
@pytest.mark.parametrize(("ago", "expected"), [(9 * MINUTE, []), (11 * MINUTE, ["waiting"])])
def test_an_event_that_waits(mirror, status, ago, expected):
    inbox_event(1, "applied", ago=DAY)
    inbox_event(2, status, ago=ago)
    inbox_event(3, status)
    assert unhealthy() == expected
    assert found("waiting").value == pytest.approx(ago.total_seconds(), abs=2)


def test_a_backlog(mirror, settings):
    settings.STRIPE_DJANGO |= {"HEALTH": {"backlog": 3}}
    inbox_event(1, "received")
    HandlerRun.objects.create(event_id="evt_1", handler="a", next_attempt_at=timezone.now())
    now = timezone.now()
    PendingRead.objects.create(
        object_name="charge", stripe_id="ch_1", not_before=now, next_attempt_at=now
    )
    assert unhealthy() == []
    inbox_event(2, "failed")
    assert unhealthy() == ["backlog"]
    backlog = found("backlog")
    assert backlog.details == {"events": 2, "handlers": 1, "refetches": 1}
    assert backlog.text == "2 events and 1 handler run and 1 refetch are waiting."
    assert "stripe_events list" in backlog.advice


def dead_event():
    inbox_event(1, "dead")


def dead_handler():
    HandlerRun.objects.create(event_id="evt_1", handler="a", status="dead")


def dead_refetch():
    now = timezone.now()
    PendingRead.objects.create(object_name="charge", stripe_id="ch_1", not_before=now)


@pytest.mark.parametrize("make", [dead_event, dead_handler, dead_refetch])
def test_something_dead_lettered(mirror, make):
    make()
    assert unhealthy() == ["dead_lettered"]
    assert found("dead_lettered").value == 1


def test_more_than_is_counted(mirror, monkeypatch):
    monkeypatch.setattr("stripe_django.health.inbox.MOST", 2)
    monkeypatch.setattr(amounts, "MOST", 2)
    for number in range(5):
        inbox_event(number, "dead")
    dead = found("dead_lettered")
    assert (dead.value, dead.text) == (3, "More than 2 events are dead-lettered.")


def test_ambiguous_rows(mirror, settings):
    sync.apply(posting.customer())
    settings.STRIPE_DJANGO |= {"HEALTH": {"ambiguous": 0}}
    Customer.objects.all()._update([(Customer._meta.get_field("ambiguous"), None, True)])
    statistics.ask()
    statistics.refresh()
    assert unhealthy() == ["ambiguous"]
    assert found("ambiguous").text == "1 row is ambiguous."


class TestPolls:
    @pytest.mark.parametrize(("ago", "expected"), [(47 * HOUR, []), (49 * HOUR, ["poll"])])
    def test_of_ones_own_account(self, polled_before, ago, expected):
        polled_before(ago)
        assert unhealthy() == expected
        assert found("poll").value == pytest.approx(ago.total_seconds(), abs=2)

    @pytest.mark.parametrize(
        ("state", "expected"),
        [
            *(("active", ["poll"]), ("refused", ["poll"])),
            *(("dormant", []), ("paused", []), ("deauthorized", [])),
        ],
    )
    def test_of_another_account(self, mirror, state, expected):
        at = timezone.now() - 3 * DAY
        MirroredAccount.objects.create(stripe_account="acct_1", state=state, read_until=at)
        assert unhealthy() == expected

    def test_that_never_was_begins_with_the_first_event(self, endpoint, settings):
        settings.STRIPE_DJANGO |= {"HEALTH": {"sync": None}}
        posting.post(posting.event())
        InboxEvent.objects.all().delete()
        assert unhealthy() == []
        Home.objects.update(since=timezone.now() - 3 * DAY)
        assert unhealthy() == ["poll"]
        assert found("poll").text == "Events were never polled; the first ones are 3 days old."

    def test_that_came_too_late(self, mirror):
        MirroredAccount.objects.update(missed_since=timezone.now())
        assert unhealthy() == ["missed"]
        assert "--relist" in found("missed").advice

    @pytest.mark.parametrize(
        ("state", "expected"),
        [
            *(("active", ["missed"]), ("refused", ["missed"]), ("dormant", ["missed"])),
            *(("paused", []), ("deauthorized", [])),
        ],
    )
    def test_that_came_too_late_for_another_account(self, mirror, state, expected):
        MirroredAccount.objects.create(
            stripe_account="acct_1", state=state, missed_since=timezone.now()
        )
        assert unhealthy() == expected


@pytest.mark.parametrize(("ago", "expected"), [(47 * HOUR, []), (49 * HOUR, ["sync"])])
def test_the_last_sync(mirror, ago, expected):
    SyncRun.objects.update(finished_at=timezone.now() - ago)
    SyncRun.objects.create(kind="full", status="failed", finished_at=timezone.now())
    SyncRun.objects.create(
        kind="full", status="done", finished_at=timezone.now(), stripe_account="acct_1"
    )
    assert unhealthy() == expected


@pytest.mark.parametrize("name", [name for name, kind in INDICATORS.items() if kind.has_limit])
def test_what_has_no_limit_is_reported_only(name, mirror, settings, polled_before):
    polled_before(40 * DAY)
    SyncRun.objects.update(finished_at=timezone.now() - 40 * DAY)
    MirroredAccount.objects.update(missed_since=timezone.now())
    inbox_event(1, "dead")
    inbox_event(2, "received", ago=DAY)
    inbox_event(3, "applied", lag=DAY)
    limits = {"backlog": 0}
    settings.STRIPE_DJANGO |= {"HEALTH": limits}
    before = set(unhealthy())
    settings.STRIPE_DJANGO |= {"HEALTH": limits | {name: None}}
    assert before - set(unhealthy()) == before & {name}
    assert before == set(INDICATORS) - {
        "database",
        "schema",
        "ambiguous",
        "verification",
        "verified",
    }


def test_pending_migrations(mirror):
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE app = 'stripe_django' AND name LIKE '0004%'"
        )
    assert unhealthy() == ["schema"]
    assert "migrate" in found("schema").advice
    assert [each.name for each in report().indicators] == ["database", "schema"]


def test_the_queries_are_as_many_for_any_number_of_rows(mirror):
    with CaptureQueriesContext(connection) as few:
        report()
    for number in range(50):
        inbox_event(number, ("applied", "failed", "received", "dead")[number % 4])
    with CaptureQueriesContext(connection) as many:
        report()
    assert len(few) == len(many)
    assert len([each for each in many if "SAVEPOINT" not in each["sql"]]) <= 24


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (7_199, "119 minutes"),
        (7_200, "2 hours"),
        (172_800, "2 days"),
    ],
)
def test_durations(value, text):
    assert amounts.duration(value) == text


def test_a_sync_after_all_is_healthy_again(synced, polled_before):
    polled_before(3 * DAY)
    SyncRun.objects.update(finished_at=timezone.now() - 3 * DAY)
    assert unhealthy() == ["poll", "sync"]
    call_command("stripe_sync", verbosity=0)
    assert unhealthy() == []


class TestVerification:
    def verify(self, *, name="charge", ago=timedelta(), **more):
        at = timezone.now() - ago
        values = {"run": "r", "method": "sample", "status": "done", "finished_at": at}
        if more.get("method", "sample") == "sample":
            values["sample"] = 1_000
        return Verification.objects.create(object_name=name, verified=100, **values | more)

    def test_the_last_one_of_each_object_counts(self, mirror):
        self.verify(differences={"missing": 3}, ago=DAY)
        self.verify(name="refund", differences={"older": 2, "gone": 1})
        assert unhealthy() == ["verification"]
        found_here = found("verification")
        assert found_here.text == "6 differences from Stripe are left: charge, refund."
        self.verify()
        assert found("verification").value == 3
        self.verify(name="refund", differences={"older": 3}, repaired=3)
        assert unhealthy() == []

    def test_one_that_was_interrupted_says_nothing(self, mirror):
        self.verify(differences={"missing": 3}, status="interrupted", finished_at=None)
        assert unhealthy() == []

    MONTH = {"since": datetime(2026, 1, 1, tzinfo=UTC), "until": datetime(2026, 2, 1, tzinfo=UTC)}
    WEEK = {"since": datetime(2026, 1, 8, tzinfo=UTC), "until": datetime(2026, 1, 15, tzinfo=UTC)}

    @pytest.mark.parametrize(
        ("first", "then", "has_recovered"),
        [
            ({"method": "all"}, {"method": "all"}, True),
            ({"method": "all"}, {"method": "sample"}, False),
            ({"method": "all"}, {"method": "all", "since": MONTH["since"]}, False),
            ({"method": "all"}, {"method": "all", "until": MONTH["until"]}, False),
            ({"method": "all"}, {"method": "all", "status": "failed"}, False),
            ({"method": "all", "status": "failed"}, {"method": "all"}, True),
            ({"method": "all", "status": "failed"}, {"method": "sample"}, False),
            ({"method": "all"}, {"method": "balance"}, False),
            ({"method": "balance"}, {"method": "all"}, False),
            ({"method": "balance"}, {"method": "balance"}, True),
            ({"method": "balance"}, {"method": "balance", **WEEK}, False),
            ({"method": "all", **WEEK}, {"method": "all", **MONTH}, True),
            ({"method": "all", **WEEK}, {"method": "all"}, True),
            ({"method": "all", **MONTH}, {"method": "all", **WEEK}, False),
            ({"method": "sample"}, {"method": "sample"}, True),
            ({"method": "sample"}, {"method": "sample", "sample": 999}, False),
            ({"method": "sample"}, {"method": "all", "sample": 10}, True),
            ({"method": "sample"}, {"method": "all", **WEEK}, False),
            ({"method": "all"}, {"method": "all", "stripe_account": "acct_1"}, False),
        ],
    )
    def test_it_recovers_by_a_later_one_that_compared_as_much(
        self, mirror, first, then, has_recovered
    ):
        self.verify(name="balance_transaction", differences={"missing": 3}, **first)
        assert found("verification").value == 3
        self.verify(name="balance_transaction", **then)
        assert found("verification").value == (0 if has_recovered else 3)
        assert unhealthy() == ([] if has_recovered else ["verification"])

    def test_what_two_have_found_counts_once(self, mirror):
        self.verify(method="all", differences={"missing": 5})
        self.verify(method="all", differences={"missing": 3}, **self.WEEK)
        assert found("verification").value == 5

    @pytest.mark.parametrize(
        ("state", "expected"),
        [
            *(("active", 1), ("refused", 1), ("dormant", 1)),
            *(("paused", 0), ("deauthorized", 0)),
        ],
    )
    def test_an_account_that_is_not_read_says_nothing(self, mirror, state, expected):
        MirroredAccount.objects.create(stripe_account="acct_1", state=state)
        self.verify(stripe_account="acct_1", differences={"missing": 1})
        assert found("verification").value == expected

    def test_an_object_that_is_no_longer_mirrored_says_nothing(self, mirror, settings):
        self.verify(differences={"missing": 1})
        assert unhealthy() == ["verification"]
        settings.STRIPE_DJANGO |= {"OBJECTS": ["customer"]}
        assert unhealthy() == []

    def test_balance_proofs(self, mirror):
        self.verify(name="balance_transaction", method="balance", differences={"sum": 1})
        assert unhealthy() == ["verification"]

    def test_how_old_the_last_one_may_be(self, mirror, settings):
        assert found("verified").text == "Nothing was verified yet."
        self.verify(ago=8 * DAY)
        assert unhealthy() == []
        settings.STRIPE_DJANGO |= {"HEALTH": {"verified": 7 * 86_400}}
        assert unhealthy() == ["verified"]
        self.verify(name="refund", ago=6 * DAY)
        assert unhealthy() == []
