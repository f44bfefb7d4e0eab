"""A month of 10,000 events a day with pruning at the end of each day, and who waits for that.

The rows are those of events that were applied and whose handlers ran, and are written in bulk: the
test suite has such a month by the real way, scaled down. The inbox, which keeps 31 days, is full at
the beginning. Sizes are those after the VACUUM that autovacuum does in the course of a day.

Then the events of the last days and the whole inbox are to be pruned at once, while another process
reads the tables without a pause, and a third one delivers webhooks.
"""

import json
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from stripe_django import retention
from stripe_django.models import Event, HandlerRun, Home, InboxEvent, Invoice
from tests.retention import traffic

RATE = int(os.environ.get("EVENTS_A_DAY", 10_000))
DAYS = int(os.environ.get("DAYS", 30))
TABLES = (InboxEvent, HandlerRun, Event)
QUIET = 15.0  # seconds of reading without pruning, to compare with
AGO = timedelta(days=40)  # the end of the month, so that everything is old in the end


def report():
    with keeping(traffic.KEEP):
        Home.objects.create(livemode=False)
        month = traffic.Month(RATE, DAYS, timezone.now().replace(microsecond=0) - AGO, is_bulk=True)
        month.fill_inbox()
        vacuum()
        month.run(lambda day: show_day(day, month))
        show_bounds(month)
    check_snapshots(month)
    with keeping(traffic.KEEP | {"events": 1, "last_events": 1}):
        show_waiting(month)


def keeping(days):
    return override_settings(
        STRIPE_DJANGO=settings.STRIPE_DJANGO | {"RETENTION": days, "API_KEY": ""}
    )


def show_day(day, month):
    vacuum()
    if day % 5 == 4 or day == DAYS - 1:
        sizes = ", ".join(
            f"{model.__name__} {month.sizes[day][model.__name__]:,} rows {megabytes(model):,.0f} MB"
            for model in TABLES
        )
        print(f"  day {day + 1:>2}: {sizes}", flush=True)


def show_bounds(month):
    print(f"\n{RATE:,} events a day, {DAYS} days")
    print(f"{'':12}{'rows':>10}{'bound':>10}{'share':>8}{'MB':>8}{'packed':>8}{'share':>8}")
    for model, bound in month.bounds().items():
        rows, size = model.objects.count(), megabytes(model)
        execute(f"VACUUM FULL {model._meta.db_table}")
        packed = megabytes(model)
        print(
            f"{model.__name__:12}{rows:>10,}{bound:>10,}{rows / bound:>8.2f}"
            f"{size:>8,.0f}{packed:>8,.0f}{size / packed:>8.2f}",
            flush=True,
        )


def check_snapshots(month):
    """Each invoice that was not deleted is known as of now and of the beginning of the events."""
    limit = month.now - timedelta(days=traffic.KEEP["events"])
    rows = Invoice.objects.all()
    count = rows.with_snapshot(at=month.now).exclude(snapshot_event=None).count()
    print(f"{count:,} of {rows.count():,} invoices have a snapshot as of now", end=", ")
    then = rows.with_snapshot(at=limit).exclude(snapshot_event=None).count()
    print(f"{then:,} as of {limit:%d %B}, none before")


def show_waiting(month):
    print("\nThe longest of each, in ms; locks are waits that a look every 2 ms has come across")
    with reading("read") as calm, reading("deliver") as calm_deliveries:
        time.sleep(QUIET)
    with (
        watching() as waits,
        reading("read") as reads,
        reading("deliver") as deliveries,
    ):
        start = time.perf_counter()
        done = retention.prune()
        took = time.perf_counter() - start
    removed = sum(done.rows.values())
    for name, before, meanwhile in (
        ("reads", calm, reads),
        ("deliveries", calm_deliveries, deliveries),
    ):
        print(f"  {name:12}{quantiles(before)} without, {quantiles(meanwhile)} while pruning")
    print(f"  waits for a lock of the process that prunes: {waits['count']}")
    print(f"  {removed:,} rows removed in {took:,.0f} s: {removed / took:,.0f}/s")


def quantiles(found):
    times = sorted(found["seconds"])
    middle, most = times[len(times) // 2], times[-1]
    return f"{len(times):>7,}: median {middle * 1000:6.1f}, max {most * 1000:7.1f}"


@contextmanager
def reading(what):
    """Another process, and in the end the seconds that each of its steps took."""
    command = [sys.executable, "-m", "benchmarks.reading", connection.settings_dict["NAME"], what]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    found = {}
    yield found
    out, _ = process.communicate("stop\n")
    found.update(json.loads(out))


@contextmanager
def watching():
    """How often any other connection was seen to wait for one that prunes."""
    found, stop = {"count": 0}, threading.Event()

    def watch():
        pruner = pid
        with connection.cursor() as cursor:  # this thread's own
            while not stop.wait(0.002):
                cursor.execute(
                    "SELECT count(*) FROM pg_locks WHERE NOT granted"
                    " AND %s = ANY(pg_blocking_pids(pid))",
                    [pruner],
                )
                found["count"] += cursor.fetchone()[0]
        connection.close()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        stop.set()
        thread.join()


def megabytes(model):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size(%s::regclass)", [model._meta.db_table])
        return cursor.fetchone()[0] / 1_000_000


def vacuum():
    for model in TABLES:
        execute(f"VACUUM ANALYZE {model._meta.db_table}")


def execute(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
