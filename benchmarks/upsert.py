"""How fast charges are mapped and written, beside the least that a database must do for it.

On PostgreSQL that is ``COPY`` into a temporary table and one guarded merge, on SQLite one prepared
upsert for each row, both of rows that are ready-made, JSON text included, into the same table with
all its indexes. On MariaDB it is Django's own ``bulk_create(update_conflicts=True)``, of objects
that are ready-made.
"""

import gc
from contextlib import contextmanager
from statistics import median
from time import perf_counter

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from stripe_django.models import Charge
from stripe_django.sync.mapping import mapper
from stripe_django.sync.mapping.schema import schema_for
from stripe_django.sync.writer.backends import record, statements_for
from stripe_django.sync.writer.precedence import decide

from .charges import charges
from .writing import BATCH, batches, read, write

DATABASES = ("postgres", "sqlite", "mariadb")
COUNT = 10_000
ROUNDS = 5
TABLE = Charge._meta.db_table
GUARD = f"{TABLE}.as_of IS NULL OR {TABLE}.as_of < excluded.as_of"


def mapped(payloads, version):
    moment = read(version)
    return [
        row for payload in payloads for row in mapper.to_rows(payload, moment=moment, decoded=True)
    ]


@contextmanager
def timed(figures, name):
    start = perf_counter()
    yield
    figures.setdefault(name, []).append(COUNT / (perf_counter() - start))


class Floor:
    """What is measured beside: ``made`` is ready for ``write``."""

    name = "floor"

    def made(self, payloads, version):
        """The columns and their values."""
        decisions = [decide(None, [row]) for row in mapped(payloads, version)]
        statements, now = statements_for(connection, Charge), timezone.now()
        records = [self.values(statements, record(decision, now)) for decision in decisions]
        return statements.columns()[1:], [values[1:] for values in records]

    def values(self, statements, record):
        return statements.values(record)

    def write(self, columns, records):
        names = ", ".join(f'"{name}"' for name in columns)
        changes = ", ".join(f'"{name}" = excluded."{name}"' for name in columns[1:])
        for batch in batches(records):
            with transaction.atomic(), connection.cursor() as cursor:
                self.merge(cursor, names, batch, f"DO UPDATE SET {changes} WHERE {GUARD}")


class PostgreSQL(Floor):
    def merge(self, cursor, names, batch, then):
        cursor.execute(
            f"CREATE TEMPORARY TABLE floor ON COMMIT DROP"
            f" AS SELECT {names} FROM {TABLE} WITH NO DATA"
        )
        with cursor.copy(f"COPY floor ({names}) FROM STDIN") as copy:
            for values in batch:
                copy.write_row(values)
        cursor.execute(
            f"INSERT INTO {TABLE} ({names}) SELECT {names} FROM floor"
            f" ON CONFLICT (stripe_id) {then}"
        )


class SQLite(Floor):
    def values(self, statements, record):
        return statements.adapted_values(record)

    def merge(self, cursor, names, batch, then):
        marks = ", ".join("?" * len(batch[0]))
        sql = f"INSERT INTO {TABLE} ({names}) VALUES ({marks}) ON CONFLICT (stripe_id) {then}"
        connection.connection.executemany(sql, batch)


class BulkCreate(Floor):
    """Objects with decoded JSON, which Django encodes itself."""

    name = "bulk_create"

    def made(self, payloads, version):
        now = timezone.now()
        columns = [each.attname for each in schema_for(Charge).columns]
        return columns, [self._charge(row, columns, now) for row in mapped(payloads, version)]

    def _charge(self, row, columns, now):
        fields = {each.attname: each.field for each in schema_for(Charge).columns if each.is_json}
        values = dict(zip(columns, row.values, strict=True))
        for name, field in fields.items():
            values[name] = field.from_db_value(values[name], None, connection)
        return Charge(
            **values,
            stripe_id=row.stripe_id,
            digest=row.digest,
            as_of=row.moment.as_of,
            as_of_kind=row.moment.kind,
            synced_at=now,
        )

    def write(self, columns, objects):
        changing = [*columns, "as_of", "as_of_kind", "digest", "synced_at", "extra"]
        for batch in batches(objects):
            for each in batch:
                each.pk = None  # which the last round has set
            QuerySet(Charge).bulk_create(batch, update_conflicts=True, update_fields=changing)


FLOORS = {"postgresql": PostgreSQL, "sqlite": SQLite, "mysql": BulkCreate}


def empty():
    with connection.cursor() as cursor:
        verb = "DELETE FROM" if connection.vendor == "sqlite" else "TRUNCATE"
        cursor.execute(f"{verb} {TABLE}")


def measure(floor):
    """Objects per second of each step, a list of ``ROUNDS`` figures each."""
    figures = {}
    payloads = [charges(COUNT, version) for version in range(2)]
    made = [floor.made(payloads[version], version) for version in range(2)]
    gc.freeze()  # a sync never holds that many objects at once
    for _ in range(ROUNDS):
        with timed(figures, "mapping and encoding alone"):
            mapped(payloads[0], 0)
        for version, step in enumerate(["insert", "update"]):
            if not version:
                empty()
            with timed(figures, f"{floor.name}, {step}"):
                floor.write(*made[version])
        for version, step in enumerate(["insert", "update"]):
            if not version:
                empty()
            with timed(figures, f"mapping + upsert, {step}"):
                write(payloads[version], version)
        before = updates()
        with timed(figures, "mapping + upsert, same content"):
            write(payloads[1], 2)
        all_of_them, heap_only = (now - then for now, then in zip(updates(), before, strict=True))
    gc.unfreeze()
    return figures, all_of_them and heap_only / all_of_them


def updates():
    """How many rows PostgreSQL has updated so far, and how many of these without an index."""
    if connection.vendor != "postgresql":
        return 0, 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = %s", [TABLE]
        )
        return cursor.fetchone()


def report():
    floor = FLOORS[connection.vendor]()
    figures, heap_only = measure(floor)
    print(f"{COUNT:,} charges of {len(charges(1)[0])} keys, batches of {BATCH}, {ROUNDS} rounds")
    print(f"{'':34}{'median/s':>10}{f'of {floor.name}':>16}")
    for name, values in sorted(figures.items()):
        step = name.rpartition(", ")[2]
        reference = figures.get(f"{floor.name}, {step}", figures[f"{floor.name}, update"])
        ratios = [value / base for value, base in zip(values, reference, strict=True)]
        print(f"{name:34}{median(values):>10,.0f}{median(ratios):>16.2f}")
    if connection.vendor == "postgresql":
        print(f"updates of same content without an entry in an index: {heap_only:.3f}")
