"""Finds the objects of one of many accounts, in the order of their creation.

Your own account's rows are in none of these indexes, so that a project with a single account pays
nothing for them. MariaDB and MySQL have no indexes with a condition, and get none.
"""

from collections.abc import Iterator
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def add_indexes(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    quote = schema_editor.quote_name
    for table in _tables(apps, schema_editor):
        schema_editor.execute(
            f"CREATE INDEX {quote(f'{table}_account')} ON {quote(table)}"
            f" ({quote('stripe_account')}, {quote('created')})"
            f" WHERE {quote('stripe_account')} <> ''"
        )


def remove_indexes(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for table in _tables(apps, schema_editor):
        schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(f'{table}_account')}")


def _tables(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> Iterator[str]:
    if not schema_editor.connection.features.supports_partial_indexes:
        return
    for model in apps.get_app_config("stripe_django").get_models():
        columns = {field.column for field in model._meta.local_concrete_fields}
        if {"stripe_id", "stripe_account", "created"} <= columns:
            yield model._meta.db_table


class Migration(migrations.Migration):
    dependencies = [("stripe_django", "0002_fill_factor")]

    operations = [migrations.RunPython(add_indexes, remove_indexes, elidable=False)]
