"""The room that charges take after a week, and the share of the updates without an index entry.

For each setting of the table: a first full sync, then seven days, each with new charges, events
about some of the recent ones, a poll that reads the newest again, and a ``VACUUM``; at last a full
sync that finds all of them unchanged. The events come one by one, all else by pages.
"""

import os
from itertools import count
from random import Random
from time import perf_counter

from django.db import connection

from .charges import charge
from .upsert import TABLE, empty, updates
from .writing import write

CHARGES = int(os.environ.get("OBJECTS", 20_000))
DAYS = 7
NEW = CHARGES // 100  # a day
EVENTS = 2 * NEW  # a day, about charges of the last days
RECENT = 10 * NEW
POLLED = 3 * NEW
SETTINGS = (  # the fill factor in per cent, and the bytes that TOAST reduces a long row to
    (50, 2040),
    (50, 1024),
    (50, 512),
    (70, 2040),
    (70, 512),
    (100, 2040),
    (100, 512),
)


class Week:
    """The charges and their states, of which each write gets a later moment."""

    def __init__(self):
        self._versions = {}
        self._moments = count()
        self._random = Random(1)

    def read(self, numbers):
        """A page read from Stripe; what is new is written, all else only seen."""
        payloads = [charge(number, self._versions.setdefault(number, 0)) for number in numbers]
        write(payloads, next(self._moments))

    def day(self):
        end = len(self) + NEW
        self.read(range(end - NEW, end))
        for number in self._random.sample(range(end - RECENT, end), EVENTS):
            self._versions[number] += 1
            self.read([number])
        self.read(range(end - POLLED, end))
        run(f"VACUUM {TABLE}")

    def whole(self):
        self.read(range(len(self) or CHARGES))
        run(f"VACUUM {TABLE}")

    def __len__(self):
        return len(self._versions)


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone() if cursor.description else None


def sizes():
    """Bytes of the table, of its TOAST, and of its indexes."""
    heap, table, indexes = run(
        f"SELECT pg_relation_size('{TABLE}'), pg_table_size('{TABLE}'), pg_indexes_size('{TABLE}')"
    )
    return heap, table - heap, indexes


def report():
    print(f"{CHARGES:,} charges at first, {NEW:,} new ones and {EVENTS:,} events a day")
    print("bytes a charge, and the share of updates without an entry in an index")
    names = ("fill factor", "TOAST target", "table", "TOAST", "indexes", "sum", "share", "seconds")
    print("".join(f"{name:>13}" for name in names))
    for fill_factor, target in SETTINGS:
        empty()
        run(f"ALTER TABLE {TABLE} SET (fillfactor = {fill_factor}, toast_tuple_target = {target})")
        week, began, before = Week(), perf_counter(), updates()
        week.whole()
        for _ in range(DAYS):
            week.day()
        week.whole()
        seconds = perf_counter() - began
        every, heap_only = (now - then for now, then in zip(updates(), before, strict=True))
        each = [size / len(week) for size in (*sizes(), sum(sizes()))]
        figures = [f"{fill_factor:13}{target:13}", *(f"{size:13,.0f}" for size in each)]
        print("".join([*figures, f"{heap_only / every:13.3f}{seconds:13.1f}"]), flush=True)
