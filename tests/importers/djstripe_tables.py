"""Tables of dj-stripe as its own code has filled them, from the files beside; ``tools.djstripe``
makes these files.
"""

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from django.apps.registry import Apps
from django.db import connection, models, transaction

FOLDER = Path(__file__).parent
VERSIONS = ("2.8", "2.9", "2.11")
TEXT = {"JSONField", "DecimalField"}  # which are inserted as they are


@cache
def content(version):
    """The tables of a version, with their columns and rows."""
    return json.loads((FOLDER / f"djstripe-{version}.json").read_text(encoding="utf-8"))


@contextmanager
def tables(version):
    """The tables of a version in the database, outside of any transaction."""
    made = models_of(content(version))
    with connection.schema_editor() as editor:
        for model in made.values():
            editor.create_model(model)
    try:
        with connection.constraint_checks_disabled(), transaction.atomic():
            for name, model in made.items():
                fill(model, content(version)[name])
        yield made
    finally:
        with connection.constraint_checks_disabled(), connection.schema_editor() as editor:
            for model in made.values():
                editor.delete_model(model)


def models_of(described):
    """A model of each table, which no other app sees."""
    apps = Apps()
    made = {}
    names = {name: f"T{number}" for number, name in enumerate(described)}
    for name, table in described.items():
        fields = {
            column: field_of(column, known, names) for column, known in table["columns"].items()
        }
        meta = type("Meta", (), {"apps": apps, "app_label": "djstripe", "db_table": name})
        body = {**fields, "Meta": meta, "__module__": __name__}
        made[name] = type(names[name], (models.Model,), body)
    return made


def field_of(column, known, names):
    options = {key: value for key, value in known.items() if key not in ("type", "to")}
    target, to_field = known.get("to", (None, None))
    if target in names:
        return models.ForeignKey(
            f"djstripe.{names[target]}",
            models.DO_NOTHING,
            to_field=to_field,
            db_column=column,
            related_name="+",
            null=options.get("null", False),
            unique=options.get("unique", False),
        )
    kind = known["type"].replace("AutoField", "IntegerField") if target else known["type"]
    return getattr(models, kind)(db_column=column, **options)


def fill(model, table):
    """Insert rows as SQLite's driver has returned them."""
    fields = {field.column: field for field in model._meta.concrete_fields}
    made = []
    for row in table["rows"]:
        values = zip(table["columns"], row, strict=True)
        made.append(
            model(**{fields[name].attname: value_of(fields[name], each) for name, each in values})
        )
    model._base_manager.bulk_create(made)


def value_of(field, value):
    kind = field.get_internal_type()
    if value is None:
        return None
    if kind == "JSONField":
        return json.loads(value)
    if kind == "DateTimeField":
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return bool(value) if kind == "BooleanField" else value
