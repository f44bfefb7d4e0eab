"""Run by the interpreter that has dj-stripe: fills its tables by its own code, and dumps them.

It imports nothing of this checkout. Arguments: database, address of the fake, key, fixture.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import django
from django.conf import settings

DATABASE, ADDRESS, KEY, FIXTURE = sys.argv[1:5]
LEFT_OUT = ("apikey", "idempotencykey", "webhookeventtrigger")  # of which the first has keys
EVENTS = 12  # in the fixture: most of the rows are events
OPTIONS = ("max_length", "max_digits", "decimal_places", "null", "unique", "primary_key")


def configure() -> None:
    engine, _, name = DATABASE.rpartition(":")
    kind = "postgresql" if engine == "postgres" else "sqlite3"
    database = {"ENGINE": f"django.db.backends.{kind}", "NAME": name}
    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "djstripe"],
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        STRIPE_TEST_SECRET_KEY=KEY,
        STRIPE_LIVE_MODE=False,
        STRIPE_API_HOST=ADDRESS,
        DJSTRIPE_FOREIGN_KEY_TO_FIELD="id",
        DJSTRIPE_USE_NATIVE_JSONFIELD=True,
    )
    django.setup()


def fill() -> None:
    import stripe
    from django.apps import apps
    from django.core.management import call_command
    from djstripe.models import APIKey  # type: ignore[import-not-found]

    stripe.api_base = ADDRESS
    call_command("migrate", verbosity=0)
    APIKey.objects.get_or_create_by_api_key(KEY)
    models = [model.__name__ for model in apps.get_app_config("djstripe").get_models()]
    models = [name for name in models if name != "AccountV2"]  # read from Stripe itself, always
    with Path("/dev/null").open("w") as nowhere:
        call_command("djstripe_sync_models", *models, stdout=nowhere, stderr=sys.stderr)
    import_events(stripe)


def import_events(stripe: Any) -> None:
    """As webhooks would bring them, without their handlers."""
    from djstripe.models import Event

    for event in stripe.Event.list(api_key=KEY, limit=100).auto_paging_iter():
        Event.sync_from_stripe_data(event)


def dump() -> dict[str, Any]:
    """The tables with their columns, and the rows that they have."""
    from django.apps import apps
    from django.db import connection

    tables: dict[str, Any] = {}
    for model in apps.get_app_config("djstripe").get_models(include_auto_created=True):
        table = model._meta.db_table
        fields: list[Any] = [*model._meta.concrete_fields]
        columns: dict[str, Any] = {field.column: column(field, connection) for field in fields}
        known: dict[str, Any] = {"columns": columns, "rows": []}
        if table.removeprefix("djstripe_") not in LEFT_OUT:
            limit = EVENTS if table == "djstripe_event" else None
            known["rows"] = rows(table, list(columns), connection)[:limit]
        tables[table] = known
    return tables


def column(field: Any, connection: Any) -> dict[str, Any]:
    """A column as a field of Django: its type, options, and what it refers to."""
    kind, target = field.get_internal_type(), None
    if field.many_to_one or field.one_to_one:
        found = field.target_field
        target = [found.model._meta.db_table, found.column]
        kind = found.get_internal_type()
    kind = kind.replace("AutoField", "IntegerField") if target else kind
    options = {
        name: getattr(source, name)
        for name in OPTIONS
        for source in [field.target_field if target and name in OPTIONS[:3] else field]
        if getattr(source, name, None)
    }
    return {"type": kind, **options, **({"to": target} if target else {})}


def rows(table: str, names: list[str], connection: Any) -> list[list[Any]]:
    """The rows as the driver of SQLite returns them; JSON stays text."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(map(quote, names))} FROM {quote(table)} ORDER BY 1")
        return [list(row) for row in cursor.fetchall()]


def text(tables: dict[str, Any]) -> str:
    """The tables as JSON, with a line for each row."""
    lines = []
    for name, known in tables.items():
        listed = ",".join(f"\n{json.dumps(row, default=str)}" for row in known["rows"])
        columns = json.dumps(known["columns"])
        lines.append(f'{json.dumps(name)}: {{"columns": {columns}, "rows": [{listed}]}}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


configure()
fill()
if FIXTURE:
    Path(FIXTURE).write_text(text(dump()), encoding="utf-8")
