"""The revenue of each month, beside that of the queryset."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from stripe_django import statistics
from stripe_django.models import Home, RevenueMonth, Subscription
from stripe_django.models.querysets.subscription import SubscriptionQuerySet
from stripe_django.models.querysets.uncompiled import uncompiled
from tests.asking import stored
from tests.businesses import Business
from tests.standing_clock import NOW

from .rows import A_DAY, change, put, remove

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "home")]


def months():
    return {
        (row.month, row.currency): (row.subscriptions, row.mrr)
        for row in RevenueMonth.objects.all()
    }


def test_months_are_those_of_the_queryset(clock):
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


def test_the_statement_of_all_months_is_built_once(subscription, monkeypatch):
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
def subscription():
    row = Subscription(stripe_id="sub_1", status="active", currency="eur", quantity=1)
    row.created = row.start_date = NOW - 20 * A_DAY
    return put([row])[0]


def test_a_month_that_was_taken_as_it_ended_is_kept(clock, subscription):
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


def test_a_month_before_the_mirror_follows_its_rows(clock, subscription):
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


def test_the_month_that_runs_is_taken_anew_each_hour(clock, subscription):
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
