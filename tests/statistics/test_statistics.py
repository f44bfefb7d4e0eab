"""The figures of the home page, beside slow and obvious counts over generated rows."""

from collections import Counter, defaultdict
from dataclasses import astuple
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stripe_django import statistics
from stripe_django.models import (
    Charge,
    Customer,
    EventHour,
    Home,
    InboxEvent,
    ObjectStatistics,
    Refund,
    RevenueMonth,
    Statistics,
    Subscription,
    SyncRun,
    TableRange,
    VolumeDay,
)
from stripe_django.models.querysets.subscription import SubscriptionQuerySet
from stripe_django.models.querysets.uncompiled import uncompiled
from stripe_django.statistics import payment_volume, row_counts
from tests.asking import is_alive, stored
from tests.businesses import Business

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
A_DAY = timedelta(days=1)
AN_HOUR = timedelta(hours=1)


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now

    def pass_by(self, **time):
        self.now += timedelta(**time)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock)
    return clock


@pytest.fixture(autouse=True)
def home():
    home = Home.objects.create(livemode=False)
    Home.objects.update(since=NOW - timedelta(days=400))
    return home


def put(rows):
    for row in rows:
        row.synced_at = NOW
    return QuerySet(type(rows[0])).bulk_create(rows)


def change(row, **values):
    QuerySet(type(row)).filter(stripe_id=row.stripe_id).update(**values)


def remove(row):
    QuerySet(type(row)).filter(stripe_id=row.stripe_id).delete()


def customers(count, start=0):
    return put([Customer(stripe_id=f"cus_{start + number}") for number in range(count)])


def inbox_event(number, received_at, **values):
    values = {"status": "applied", "object_name": "charge", "sent_at": received_at} | values
    event = InboxEvent(event_id=f"evt_{number}", **values)
    event.save()
    InboxEvent.objects.filter(pk=event.pk).update(received_at=received_at)
    return event


def of(name):
    return ObjectStatistics.objects.get(object_name=name)


def run(name="customer", *, status="done", **values):
    """One that has just ended, with two parts of an object, one of them with this status."""
    values = {"kind": "full", "as_of": timezone.now(), "finished_at": timezone.now()} | values
    made = SyncRun.objects.create(**values)
    for each in ("done", status):
        made.ranges.create(object_name=name, kind="span", status=each)
    return made


class TestReadings:
    """When the last run began that has read all of an object."""

    def test_the_last_run_counts(self, clock):
        run(as_of=NOW - A_DAY)
        clock.pass_by(hours=1)
        last = run(kind="changes")
        run("charge", status="failed")
        statistics.refresh()
        assert (of("customer").read_at, of("charge").read_at) == (last.as_of, None)

    @pytest.mark.parametrize(
        "values",
        [
            *({"status": status} for status in ("waiting", "failed", "unavailable")),
            *({"kind": "since"}, {"stripe_account": "acct_1"}, {"as_of": None}),
            {"finished_at": None},
        ],
    )
    def test_not_one_of_a_part_or_of_another_account_or_still_at_work(self, clock, values):
        whole = run()
        statistics.refresh()
        clock.pass_by(hours=1)
        run(**values)
        statistics.refresh()
        assert of("customer").read_at == whole.as_of

    def test_one_that_was_gone_on_with(self, clock):
        made = run(status="waiting")
        statistics.refresh()
        clock.pass_by(hours=1)
        made.ranges.update(status="done")
        SyncRun.objects.update(finished_at=timezone.now())
        statistics.refresh()
        assert of("customer").read_at == made.as_of

    def test_each_run_is_looked_at_once(self, clock):
        run()
        statistics.refresh()
        ObjectStatistics.objects.update(read_at=None)
        with CaptureQueriesContext(connection) as sent:
            statistics.refresh()
        assert of("customer").read_at is None
        assert "syncrange" not in str([each["sql"] for each in sent])


class TestTables:
    @pytest.fixture(autouse=True)
    def small_ranges(self, monkeypatch):
        monkeypatch.setattr(row_counts, "RANGE", 10)

    def test_rows_ambiguity_and_the_newest(self):
        rows = customers(25)
        change(rows[3], ambiguous=True, as_of=NOW)
        change(rows[20], ambiguous=True, as_of=NOW - A_DAY)
        statistics.refresh()
        found = of("customer")
        assert (found.rows, found.ambiguous, found.newest_at) == (25, 2, NOW)
        assert found.counted_at == NOW
        assert sum(TableRange.objects.values_list("rows", flat=True)) == 25

    def test_new_rows_are_counted_within_the_hour(self, clock):
        customers(25)
        statistics.refresh()
        customers(30, start=25)
        statistics.refresh()
        assert of("customer").rows == 25
        clock.pass_by(hours=1)
        statistics.refresh()
        assert of("customer").rows == 55

    def test_a_row_that_is_gone_is_noticed_within_a_day(self, clock):
        rows = customers(25)
        statistics.refresh()
        remove(rows[0])
        clock.pass_by(hours=1)
        statistics.refresh()
        assert of("customer").rows == 25
        clock.pass_by(days=1)
        statistics.refresh()
        assert of("customer").rows == 24

    def test_a_wide_gap_of_keys_is_skipped(self):
        rows = customers(3)
        far = Customer(stripe_id="far", pk=rows[0].pk + 1_000_000_000)
        put([far])
        statistics.refresh()
        assert of("customer").rows == 4
        assert TableRange.objects.filter(object_name="customer").count() in (2, 3)

    def test_an_event_has_the_newest_rows_counted(self):
        customers(3)
        statistics.refresh()
        customers(4, start=3)
        inbox_event(1, NOW, object_name="customer")
        statistics.refresh()
        assert (of("customer").rows, of("customer").event_at) == (7, NOW)

    def test_what_is_asked_for_is_counted_as_a_whole(self):
        rows = customers(25)
        statistics.refresh()
        remove(rows[0])
        statistics.ask(["charge"])
        statistics.refresh()
        assert of("customer").rows == 25
        statistics.ask(["customer"])
        statistics.refresh()
        assert of("customer").rows == 24

    def test_without_time_it_goes_on_the_next_time(self):
        customers(45)
        rounds = 1
        while not statistics.refresh(seconds=-1):
            rounds += 1
        assert of("customer").rows == 45
        assert rounds > 4


class TestEvents:
    def test_hours_are_those_of_the_slow_way(self, clock):
        random, slow = Random(1), defaultdict(Counter)
        for number in range(300):
            received_at = NOW - timedelta(minutes=random.randrange(3_000))
            status = random.choice(InboxEvent.Status.values)
            inbox_event(number, received_at, status=status)
            slow[received_at.replace(minute=0)][status] += 1
        statistics.refresh()
        assert by_hour() == slow

    def test_what_is_open_is_looked_at_again(self, clock):
        event = inbox_event(1, NOW - 30 * A_DAY, status="failed")
        statistics.refresh()
        InboxEvent.objects.filter(pk=event.pk).update(status="applied")
        clock.pass_by(minutes=5)
        statistics.refresh()
        assert by_hour() == {NOW - 30 * A_DAY: {"applied": 1}}

    def test_what_was_applied_and_fails_once_more_is_noticed_within_a_day(self, clock):
        event = inbox_event(1, NOW)
        statistics.refresh()
        InboxEvent.objects.filter(pk=event.pk).update(status="dead")
        clock.pass_by(days=1)
        statistics.refresh()
        assert by_hour() == {NOW: {"dead": 1}}

    def test_an_event_that_was_committed_late_is_counted(self, clock):
        late = [inbox_event(number, NOW) for number in range(3)][1]
        InboxEvent.objects.filter(pk=late.pk).delete()
        statistics.refresh()
        late.save(force_insert=True)
        InboxEvent.objects.filter(pk=late.pk).update(received_at=NOW)
        inbox_event(3, NOW)
        statistics.refresh()
        assert by_hour() == {NOW: {"applied": 4}}


def by_hour():
    return {
        hour.hour: {
            status: count for status in InboxEvent.Status.values if (count := getattr(hour, status))
        }
        for hour in EventHour.objects.all()
    }


def charges(random, count):
    for number in range(count):
        amount = random.randrange(1, 10_000)
        yield Charge(
            stripe_id=f"ch_{number}",
            amount=amount,
            amount_captured=random.choice([None, amount, amount // 2, 0]),
            captured=random.choice([None, True, True, False]),
            currency=random.choice(["eur", "usd", "jpy", None]),
            status=random.choice(["succeeded", "succeeded", "paid", "failed", "pending", None]),
            stripe_account=random.choice([*[""] * 9, "acct_1"]),
            livemode=random.choice([*[False] * 9, True, None]),
            created=NOW - timedelta(hours=random.randrange(24 * 90)),
            deleted_at=random.choice([*[None] * 9, NOW]),
        )


def refunds(random, count):
    for number in range(count):
        yield Refund(
            stripe_id=f"re_{number}",
            charge_id=f"ch_{number}",
            amount=random.randrange(1, 10_000),
            currency=random.choice(["eur", "usd", None]),
            status=random.choice(["succeeded", "pending", "failed", "canceled", None]),
            livemode=random.choice([*[False] * 9, True, None]),
            created=random.choice([None, NOW - timedelta(hours=random.randrange(24 * 90))]),
        )


def is_ours(row):
    return row.stripe_account == "" and row.livemode is not True and is_alive(row) and row.created


def taken(charge):
    if charge.amount_captured is not None:
        return charge.amount_captured
    return 0 if charge.captured is False else charge.amount


def slow_volumes():
    days = defaultdict(lambda: [0, 0, 0, 0])
    for charge in filter(is_ours, Charge.objects.all()):
        if charge.status in ("succeeded", "paid"):
            day = days[charge.created.date(), charge.currency or ""]
            day[0] += 1
            day[1] += taken(charge)
    of_charges = defaultdict(list)
    for refund in filter(is_ours, Refund.objects.order_by("created", "pk")):
        if refund.status not in ("failed", "canceled"):
            of_charges[refund.charge_id].append(refund)
    for charge_id, made in of_charges.items():
        left = released_by(made, Charge.objects.filter(stripe_id=charge_id).first())
        for refund in made:
            back, left = max(refund.amount - left, 0), max(left - refund.amount, 0)
            if back:
                day = days[refund.created.date(), refund.currency or ""]
                day[2] += 1
                day[3] += back
    return {key: tuple(day) for key, day in days.items()}


def released_by(refunds, charge):
    """What these refunds of a charge only release, as it was never taken."""
    if charge is None:
        return 0
    released = max(charge.amount - taken(charge), 0)
    back = max((charge.amount_refunded or 0) - released, 0)
    return min(released, max(sum(refund.amount for refund in refunds) - back, 0))


def volumes():
    names = ("day", "currency", "charges", "gross", "refunds", "refunded")
    return {(row[0], row[1]): row[2:] for row in VolumeDay.objects.values_list(*names)}


class TestVolumes:
    @pytest.fixture(autouse=True)
    def rows(self):
        random = Random(2)
        self.charges = put([*charges(random, 400)])
        self.refunds = put([*refunds(random, 100)])

    def test_days_are_those_of_the_slow_way(self):
        statistics.refresh()
        assert volumes() == slow_volumes()
        assert len(volumes()) > 100

    def change_an_old_one(self):
        old = next(row for row in self.charges if is_ours(row) and row.created < NOW - 30 * A_DAY)
        change(old, status="succeeded", amount_captured=123_456)
        return old

    def test_the_days_of_an_events_objects_are_counted(self):
        statistics.refresh()
        old = self.change_an_old_one()
        statistics.refresh()
        assert volumes() != slow_volumes()
        inbox_event(1, NOW, object_id=old.stripe_id)
        statistics.refresh()
        assert volumes() == slow_volumes()

    def test_events_about_many_days_are_counted_in_small_steps(self):
        statistics.refresh()
        for number, row in enumerate(self.charges[:80], start=1):
            change(row, status="succeeded", amount_captured=number)
            inbox_event(number, NOW, object_id=row.stripe_id)
        numbers, is_done = [], False
        while not is_done:
            with CaptureQueriesContext(connection) as queries:
                is_done = statistics.refresh(seconds=-1, parts=statistics.QUICK)
            numbers.append(len(queries))
        assert volumes() == slow_volumes()
        assert len({row.created.date() for row in self.charges[:80]}) > 40
        assert max(numbers) <= 30

    def test_an_event_is_looked_at_once_it_is_applied(self):
        statistics.refresh()
        old = self.change_an_old_one()
        waits = {"status": "received", "next_attempt_at": NOW + AN_HOUR, "object_name": ""}
        event = inbox_event(1, NOW, **waits)
        statistics.refresh()
        assert volumes() != slow_volumes()
        applied = {"status": "applied", "next_attempt_at": None, "object_name": "charge"}
        InboxEvent.objects.filter(pk=event.pk).update(object_id=old.stripe_id, **applied)
        statistics.refresh()
        assert volumes() == slow_volumes()

    def test_an_event_that_waits_long_keeps_no_other_from_being_looked_at(self, clock):
        waits = {"status": "received", "next_attempt_at": NOW + AN_HOUR, "object_name": ""}
        inbox_event(1, NOW, **waits)
        inbox_event(2, NOW)
        statistics.refresh()
        assert not EventHour.objects.exists()
        clock.pass_by(minutes=2)
        statistics.refresh()
        assert EventHour.objects.values_list("received", "applied").get() == (1, 1)

    def test_a_refund_inside_the_event_of_its_charge(self):
        statistics.refresh()
        refund = Refund(stripe_id="re_new", charge_id="ch_1", amount=5, currency="eur")
        refund.created = NOW - 20 * A_DAY
        put([refund])
        inbox_event(1, NOW, object_id="ch_1")
        statistics.refresh()
        assert volumes() == slow_volumes()

    def test_all_days_are_counted_once_a_day(self, clock):
        statistics.refresh()
        for row in self.charges[::3]:
            remove(row)
        clock.pass_by(hours=23)
        statistics.refresh()
        assert volumes() != slow_volumes()
        clock.pass_by(hours=1)
        statistics.refresh()
        assert volumes() == slow_volumes()

    def test_a_step_counts_no_further_day_after_so_many_rows(self, monkeypatch):
        def rounds():
            Statistics.objects.all().delete()
            number = 1
            while not statistics.refresh(seconds=-1, parts=[payment_volume.steps]):
                number += 1
            assert volumes() == slow_volumes()
            return number

        weeks = rounds()
        monkeypatch.setattr(payment_volume, "ROWS", 2)
        assert rounds() > 2 * weeks

    @pytest.mark.parametrize("state", ["never counted", "counted", "being counted again"])
    @pytest.mark.parametrize("every", ["day", "month"])
    def test_volume_by_day_and_month(self, state, every):
        start, end = date(2025, 6, 10), date(2026, 3, 9)
        if state != "never counted":
            statistics.refresh()
        if state == "being counted again":
            Statistics.objects.update(days_to=date(2025, 11, 20))
            VolumeDay.objects.filter(day__gte=date(2025, 12, 1)).delete()
        expected = defaultdict(lambda: [0, 0, 0, 0])
        for (day, currency), figures in slow_volumes().items():
            if start <= day < end:
                period = expected[day if every == "day" else day.replace(day=1), currency]
                period[:] = map(sum, zip(period, figures, strict=True))
        found = statistics.volume(start, end, every=every)
        rows = [((each.period, each.currency), astuple(each)[2:]) for each in found]
        assert rows == [(key, tuple(figures)) for key, figures in sorted(expected.items())]
        assert [each.net for each in found] == [row[1] - row[3] for _, row in rows]
        assert len(rows) > 10

    def test_a_count_of_all_days_goes_on_after_a_crash(self):
        rounds = 1
        while not statistics.refresh(seconds=-1):
            rounds += 1
        assert volumes() == slow_volumes()
        assert rounds > 10
        state = Statistics.objects.get()
        assert (state.days_to, state.claimed_until) == (None, None)

    def test_days_at_the_end_that_are_empty_now(self):
        statistics.refresh()
        for row in (*self.charges, *self.refunds):
            remove(row)
        statistics.ask(["refund"])
        statistics.refresh()
        assert volumes() == {}


def months():
    return {
        (row.month, row.currency): (row.subscriptions, row.mrr)
        for row in RevenueMonth.objects.all()
    }


class TestRevenue:
    def test_months_are_those_of_the_queryset(self, clock):
        business = Business(3)
        with stored(*business.rows.values()):
            QuerySet(Subscription).update(created=NOW - 20 * A_DAY)
            statistics.refresh()
            end_of_february = datetime(2026, 3, 1, tzinfo=UTC) - timedelta(microseconds=1)
            for at in (end_of_february, NOW):
                expected = Subscription.objects.mrr(at)
                month = at.date().replace(day=1)
                found = RevenueMonth.objects.filter(month=month).exclude(currency="")
                assert dict(found.values_list("currency", "mrr")) == expected
                paid = sum(
                    RevenueMonth.objects.filter(month=month).values_list("subscriptions", flat=True)
                )
                assert paid == Subscription.objects.with_mrr(at).count() > 0
            assert RevenueMonth.objects.values("month").distinct().count() == 2

    def test_the_statement_of_all_months_is_built_once(self, subscription, monkeypatch):
        built, with_mrr = [], SubscriptionQuerySet.with_mrr
        monkeypatch.setattr(
            SubscriptionQuerySet, "with_mrr", lambda *args: built.append(1) or with_mrr(*args)
        )
        QuerySet(Subscription).update(created=NOW - 400 * A_DAY)
        statistics.refresh()
        assert (len(built), RevenueMonth.objects.values("month").distinct().count()) == (1, 13)
        statistics.refresh()
        assert len(built) == 1

    @pytest.fixture
    def subscription(self):
        row = Subscription(stripe_id="sub_1", status="active", currency="eur", quantity=1)
        row.created = row.start_date = NOW - 20 * A_DAY
        return put([row])[0]

    def test_a_month_that_was_taken_as_it_ended_is_kept(self, clock, subscription):
        statistics.refresh()
        clock.now = datetime(2026, 4, 1, 1, tzinfo=UTC)
        statistics.refresh()
        before = months()
        change(subscription, status="canceled", ended_at=NOW - 19 * A_DAY)
        statistics.ask()
        clock.pass_by(hours=1)
        statistics.refresh()
        after = months()
        march = (date(2026, 3, 1), "eur")
        april = (date(2026, 4, 1), "eur")
        assert (before[march], before[april]) == ((1, Decimal(0)), (1, Decimal(0)))
        assert after[march] == before[march]
        assert april not in after

    def test_a_month_before_the_mirror_follows_its_rows(self, clock, subscription):
        Home.objects.update(since=NOW)
        statistics.refresh()
        february = (date(2026, 2, 1), "eur")
        assert months()[february] == (1, Decimal(0))
        remove(subscription)
        put([Subscription(stripe_id="sub_2", status="paused", created=NOW - 20 * A_DAY)])
        statistics.ask(["subscription"])
        clock.pass_by(seconds=1)
        statistics.refresh()
        assert february not in months()

    def test_the_month_that_runs_is_taken_anew_each_hour(self, clock, subscription):
        statistics.refresh()
        change(subscription, status="paused")
        clock.pass_by(minutes=59)
        statistics.refresh()
        march = date(2026, 3, 1)
        assert months()[march, "eur"] == (1, Decimal(0))
        clock.pass_by(minutes=1)
        statistics.refresh()
        assert months()[march, ""] == (0, Decimal(0))


@pytest.mark.skipif(settings.DATABASE != "postgres", reason="only PostgreSQL compiles queries")
class TestCompiling:
    def test_no_month_is_compiled(self):
        put([Subscription(stripe_id="sub_1", status="active", created=NOW - 20 * A_DAY)])
        with CaptureQueriesContext(connection) as sent:
            statistics.refresh()
        told = [each["sql"] for each in sent]
        months = [at for at, sql in enumerate(told) if "mrr" in sql and "GROUP BY" in sql]
        assert len(months) == 3  # two months, and the versions
        assert all("set_config('jit', 'off', true)" in told[at - 1] for at in months)

    @pytest.mark.parametrize("before", ["on", "off"])
    def test_the_setting_is_left_as_it_was(self, before):
        def jit():
            with connection.cursor() as cursor:
                cursor.execute("SHOW jit")
                return cursor.fetchone()[0]

        with connection.cursor() as cursor:
            cursor.execute(f"SET jit = {before}")
        with uncompiled("default"):
            assert jit() == "off"
        assert jit() == before


class TestTurns:
    def test_one_process_at_a_time(self):
        with statistics.taken(1, timedelta()) as turn:
            assert turn
            assert not statistics.refresh()
        assert statistics.refresh()

    def test_a_process_that_is_gone_does_not_keep_the_turn(self, clock):
        Statistics.objects.create(pk=1, claimed_until=NOW + timedelta(minutes=10))
        assert not statistics.refresh()
        clock.pass_by(minutes=11)
        assert statistics.refresh()

    def test_not_more_often_than_it_is_asked_to(self, clock):
        assert statistics.refresh()
        clock.pass_by(seconds=59)
        assert not statistics.refresh(every=statistics.EVERY)
        clock.pass_by(seconds=1)
        assert statistics.refresh(every=statistics.EVERY)

    def test_a_failure_leaves_the_turn_to_others_and_is_logged(self, caplog):
        def fail(turn):
            raise OperationalError("no")
            yield

        statistics.keep(seconds=1, parts=[fail])
        assert "could not be updated" in caplog.text
        assert statistics.refresh()

    def test_what_is_not_due_costs_little(self):
        customers(25)
        statistics.refresh()
        with CaptureQueriesContext(
            connection,
        ) as sent:
            statistics.refresh()
        assert len(sent) <= 16, [each["sql"] for each in sent]


class TestCommand:
    def test_it_counts_what_is_due(self, capsys):
        rows = customers(3)
        call_command("stripe_statistics")
        remove(rows[0])
        call_command("stripe_statistics")
        assert of("customer").rows == 3
        call_command("stripe_statistics", "--recount")
        assert of("customer").rows == 2
        assert "up to date" in capsys.readouterr().out

    def test_it_says_that_another_process_is_at_it(self):
        with (
            statistics.taken(1, timedelta()),
            pytest.raises(CommandError, match="Another process"),
        ):
            call_command("stripe_statistics")

    def test_a_sync_counts_what_it_brought(self, fake_stripe):
        fake_stripe.create("customer", email="ann@example.com")
        call_command("stripe_sync", "customer")
        assert of("customer").rows == Customer.objects.count() > 0
