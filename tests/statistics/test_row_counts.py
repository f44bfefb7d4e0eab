"""How many rows each table has, beside slow and obvious counts."""

import pytest

from stripe_django import statistics
from stripe_django.models import Customer, TableRange
from stripe_django.statistics import row_counts
from tests.standing_clock import NOW

from .rows import A_DAY, change, customers, inbox_event, of, put, remove

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "home")]


@pytest.fixture(autouse=True)
def small_ranges(monkeypatch):
    monkeypatch.setattr(row_counts, "RANGE", 10)


def test_rows_ambiguity_and_the_newest():
    rows = customers(25)
    change(rows[3], ambiguous=True, as_of=NOW)
    change(rows[20], ambiguous=True, as_of=NOW - A_DAY)
    statistics.refresh()
    found = of("customer")
    assert (found.rows, found.ambiguous, found.newest_at) == (25, 2, NOW)
    assert found.counted_at == NOW
    assert sum(TableRange.objects.values_list("rows", flat=True)) == 25


def test_new_rows_are_counted_within_the_hour(clock):
    customers(25)
    statistics.refresh()
    customers(30, start=25)
    statistics.refresh()
    assert of("customer").rows == 25
    clock.pass_by(hours=1)
    statistics.refresh()
    assert of("customer").rows == 55


def test_a_row_that_is_gone_is_noticed_within_a_day(clock):
    rows = customers(25)
    statistics.refresh()
    remove(rows[0])
    clock.pass_by(hours=1)
    statistics.refresh()
    assert of("customer").rows == 25
    clock.pass_by(days=1)
    statistics.refresh()
    assert of("customer").rows == 24


def test_a_wide_gap_of_keys_is_skipped():
    rows = customers(3)
    far = Customer(stripe_id="far", pk=rows[0].pk + 1_000_000_000)
    put([far])
    statistics.refresh()
    assert of("customer").rows == 4
    assert TableRange.objects.filter(object_name="customer").count() in (2, 3)


def test_an_event_has_the_newest_rows_counted():
    customers(3)
    statistics.refresh()
    customers(4, start=3)
    inbox_event(1, NOW, object_name="customer")
    statistics.refresh()
    assert (of("customer").rows, of("customer").event_at) == (7, NOW)


def test_what_is_asked_for_is_counted_as_a_whole():
    rows = customers(25)
    statistics.refresh()
    remove(rows[0])
    statistics.ask(["charge"])
    statistics.refresh()
    assert of("customer").rows == 25
    statistics.ask(["customer"])
    statistics.refresh()
    assert of("customer").rows == 24


def test_without_time_it_goes_on_the_next_time():
    customers(45)
    rounds = 1
    while not statistics.refresh(seconds=-1):
        rounds += 1
    assert of("customer").rows == 45
    assert rounds > 4
