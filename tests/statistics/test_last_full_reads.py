"""When the last run began that has read all of an object."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stripe_django import statistics
from stripe_django.models import ObjectStatistics, SyncRun
from tests.standing_clock import NOW

from .rows import A_DAY, of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "home")]


def run(name="customer", *, status="done", **values):
    """One that has just ended, with two parts of an object, one of them with this status."""
    values = {"kind": "full", "as_of": timezone.now(), "finished_at": timezone.now()} | values
    made = SyncRun.objects.create(**values)
    for each in ("done", status):
        made.ranges.create(object_name=name, kind="span", status=each)
    return made


"""When the last run began that has read all of an object."""


def test_the_last_run_counts(clock):
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
def test_not_one_of_a_part_or_of_another_account_or_still_at_work(clock, values):
    whole = run()
    statistics.refresh()
    clock.pass_by(hours=1)
    run(**values)
    statistics.refresh()
    assert of("customer").read_at == whole.as_of


def test_one_that_was_gone_on_with(clock):
    made = run(status="waiting")
    statistics.refresh()
    clock.pass_by(hours=1)
    made.ranges.update(status="done")
    SyncRun.objects.update(finished_at=timezone.now())
    statistics.refresh()
    assert of("customer").read_at == made.as_of


def test_each_run_is_looked_at_once(clock):
    run()
    statistics.refresh()
    ObjectStatistics.objects.update(read_at=None)
    with CaptureQueriesContext(connection) as sent:
        statistics.refresh()
    assert of("customer").read_at is None
    assert "syncrange" not in str([each["sql"] for each in sent])
