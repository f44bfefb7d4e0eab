"""How fast charges are mapped and written, beside the least that a database must do for it.

The floor is ``COPY`` into a temporary table and one guarded merge of rows that are ready-made,
JSON text included, into the same table with all its indexes.
"""

import gc
from contextlib import contextmanager
from statistics import median
from time import perf_counter

from django.db import connection, transaction
from django.utils import timezone

from stripe_django.models import Charge
from stripe_django.sync import mapping, upsert
from stripe_django.sync.guard import decide
from stripe_django.sync.rows import Moment, Rank
from stripe_django.sync.statements import record, statements_for

from .charges import charges, moment

COUNT = 10_000
BATCH = 500
ROUNDS = 5


def batches(items):
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def mapped(payloads, version):
    read = Moment(moment(version), Rank.READ)
    return [
        row for payload in payloads for row in mapping.to_rows(payload, moment=read, decoded=True)
    ]


@contextmanager
def timed(figures, name):
    start = perf_counter()
    yield
    figures.setdefault(name, []).append(COUNT / (perf_counter() - start))


def ours(payloads, version):
    for batch in batches(payloads):
        report = upsert.write(mapped(batch, version), using="default")
        assert not report.failures


def ready_made(payloads, version):
    decisions = [decide(None, [row]) for row in mapped(payloads, version)]
    statements, now = statements_for(connection, Charge), timezone.now()
    records = [statements.values(record(decision, now)) for decision in decisions]
    return statements.columns()[1:], [values[1:] for values in records]


def floor(columns, records):
    table = Charge._meta.db_table
    names = ", ".join(f'"{name}"' for name in columns)
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in columns[1:])
    for batch in batches(records):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMPORARY TABLE floor ON COMMIT DROP"
                f" AS SELECT {names} FROM {table} WITH NO DATA"
            )
            with cursor.copy(f"COPY floor ({names}) FROM STDIN") as copy:
                for record in batch:
                    copy.write_row(record)
            cursor.execute(
                f"INSERT INTO {table} AS t ({names}) SELECT {names} FROM floor"
                f" ON CONFLICT (stripe_id) DO UPDATE SET {changes}"
                " WHERE t.as_of IS NULL OR t.as_of < excluded.as_of"
            )


def empty():
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {Charge._meta.db_table}")


def measure():
    """Objects per second of each step, a list of ``ROUNDS`` figures each."""
    figures = {}
    payloads = [charges(COUNT, version) for version in range(2)]
    made = [ready_made(payloads[version], version) for version in range(2)]
    gc.freeze()  # a sync never holds that many objects at once
    for _ in range(ROUNDS):
        with timed(figures, "mapping and encoding alone"):
            mapped(payloads[0], 0)
        for version, step in enumerate(["insert", "update"]):
            if not version:
                empty()
            with timed(figures, f"floor, {step}"):
                floor(*made[version])
        for version, step in enumerate(["insert", "update"]):
            if not version:
                empty()
            with timed(figures, f"mapping + upsert, {step}"):
                ours(payloads[version], version)
        with timed(figures, "mapping + upsert, same content"):
            ours(payloads[1], 2)
    return figures


def report():
    figures = measure()
    print(f"{COUNT:,} charges of {len(charges(1)[0])} keys, batches of {BATCH}, {ROUNDS} rounds")
    print(f"{'':34}{'median/s':>10}{'of the floor':>14}")
    for name, values in sorted(figures.items()):
        step = name.rpartition(", ")[2]
        reference = figures.get(f"floor, {step}", figures["floor, update"])
        ratios = [value / base for value, base in zip(values, reference, strict=True)]
        print(f"{name:34}{median(values):>10,.0f}{median(ratios):>14.2f}")
