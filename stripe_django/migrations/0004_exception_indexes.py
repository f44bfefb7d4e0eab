"""Finds the few rows that people look for among the many that are as they should be.

Rows are in these indexes only while something is wrong with them, or waits, so that the sync pays
next to nothing. MariaDB and MySQL have no indexes with a condition, and get none.
"""

from collections.abc import Iterator
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# The table, the columns, and the condition.
INDEXES = (
    ("charge", "disputed", "created", "disputed"),
    ("charge", "refunded", "created", "refunded"),
    ("customer", "delinquent", "created", "delinquent"),
    ("dispute", "unfinished", "status, created", "status <> 'lost' AND status <> 'won'"),
    ("payout", "unpaid", "status, created", "status <> 'paid'"),
    ("refund", "unfinished", "status, created", "status <> 'succeeded'"),
)


def add_indexes(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name, table, columns, condition in _indexes(schema_editor):
        schema_editor.execute(f"CREATE INDEX {name} ON {table} ({columns}) WHERE {condition}")


def remove_indexes(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name, *_ in _indexes(schema_editor):
        schema_editor.execute(f"DROP INDEX {name}")


def _indexes(schema_editor: BaseDatabaseSchemaEditor) -> Iterator[tuple[str, str, str, str]]:
    if schema_editor.connection.features.supports_partial_indexes:
        for model, name, columns, condition in INDEXES:
            table = f"stripe_django_{model}"
            yield f"{table}_{name}", table, columns, condition


class Migration(migrations.Migration):
    dependencies = [("stripe_django", "0003_account_indexes")]

    operations = [migrations.RunPython(add_indexes, remove_indexes, elidable=False)]
