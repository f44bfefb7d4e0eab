"""What was paid and paid back on each day, beside slow and obvious sums over generated rows."""

from collections import defaultdict
from dataclasses import astuple
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stripe_django import statistics
from stripe_django.models import Charge, EventHour, InboxEvent, Refund, Statistics, VolumeDay
from stripe_django.statistics import payment_volume
from tests.asking import is_alive
from tests.standing_clock import NOW

from .rows import A_DAY, AN_HOUR, change, inbox_event, put, remove

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "home")]


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


class Rows(NamedTuple):
    charges: list[Charge]
    refunds: list[Refund]


@pytest.fixture(autouse=True)
def rows():
    random = Random(2)
    return Rows(put([*charges(random, 400)]), put([*refunds(random, 100)]))


def test_days_are_those_of_the_slow_way():
    statistics.refresh()
    assert volumes() == slow_volumes()
    assert len(volumes()) > 100


def change_an_old_one(rows):
    old = next(row for row in rows.charges if is_ours(row) and row.created < NOW - 30 * A_DAY)
    change(old, status="succeeded", amount_captured=123_456)
    return old


def test_the_days_of_an_events_objects_are_counted(rows):
    statistics.refresh()
    old = change_an_old_one(rows)
    statistics.refresh()
    assert volumes() != slow_volumes()
    inbox_event(1, NOW, object_id=old.stripe_id)
    statistics.refresh()
    assert volumes() == slow_volumes()


def test_events_about_many_days_are_counted_in_small_steps(rows):
    statistics.refresh()
    for number, row in enumerate(rows.charges[:80], start=1):
        change(row, status="succeeded", amount_captured=number)
        inbox_event(number, NOW, object_id=row.stripe_id)
    numbers, is_done = [], False
    while not is_done:
        with CaptureQueriesContext(connection) as queries:
            is_done = statistics.refresh(seconds=-1, parts=statistics.QUICK)
        numbers.append(len(queries))
    assert volumes() == slow_volumes()
    assert len({row.created.date() for row in rows.charges[:80]}) > 40
    assert max(numbers) <= 30


def test_an_event_is_looked_at_once_it_is_applied(rows):
    statistics.refresh()
    old = change_an_old_one(rows)
    waits = {"status": "received", "next_attempt_at": NOW + AN_HOUR, "object_name": ""}
    event = inbox_event(1, NOW, **waits)
    statistics.refresh()
    assert volumes() != slow_volumes()
    applied = {"status": "applied", "next_attempt_at": None, "object_name": "charge"}
    InboxEvent.objects.filter(pk=event.pk).update(object_id=old.stripe_id, **applied)
    statistics.refresh()
    assert volumes() == slow_volumes()


def test_an_event_that_waits_long_keeps_no_other_from_being_looked_at(clock):
    waits = {"status": "received", "next_attempt_at": NOW + AN_HOUR, "object_name": ""}
    inbox_event(1, NOW, **waits)
    inbox_event(2, NOW)
    statistics.refresh()
    assert not EventHour.objects.exists()
    clock.pass_by(minutes=2)
    statistics.refresh()
    assert EventHour.objects.values_list("received", "applied").get() == (1, 1)


def test_a_refund_inside_the_event_of_its_charge():
    statistics.refresh()
    refund = Refund(stripe_id="re_new", charge_id="ch_1", amount=5, currency="eur")
    refund.created = NOW - 20 * A_DAY
    put([refund])
    inbox_event(1, NOW, object_id="ch_1")
    statistics.refresh()
    assert volumes() == slow_volumes()


def test_all_days_are_counted_once_a_day(clock, rows):
    statistics.refresh()
    for row in rows.charges[::3]:
        remove(row)
    clock.pass_by(hours=23)
    statistics.refresh()
    assert volumes() != slow_volumes()
    clock.pass_by(hours=1)
    statistics.refresh()
    assert volumes() == slow_volumes()


def test_a_step_counts_no_further_day_after_so_many_rows(monkeypatch):
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
def test_volume_by_day_and_month(state, every):
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


def test_a_count_of_all_days_goes_on_after_a_crash():
    rounds = 1
    while not statistics.refresh(seconds=-1):
        rounds += 1
    assert volumes() == slow_volumes()
    assert rounds > 10
    state = Statistics.objects.get()
    assert (state.days_to, state.claimed_until) == (None, None)


def test_days_at_the_end_that_are_empty_now(rows):
    statistics.refresh()
    for row in (*rows.charges, *rows.refunds):
        remove(row)
    statistics.ask(["refund"])
    statistics.refresh()
    assert volumes() == {}
