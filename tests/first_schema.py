"""``python -m tests.first_schema``: from the first migration to the last, with data on the way.

Run by ``test_migrations.py`` in a process and a database of its own.
"""

import os
from datetime import UTC, datetime

import django

OWN = {"id", "stripe_id", "stripe_account", "as_of", "as_of_kind", "ambiguous", "deleted_at"} | {
    *("digest", "synced_at", "extra"),
}
COLUMNS = {"amount": 500, "customer": "cus_1", "description": None}
REST = {"payment_method": "pm_1", "outcome": {"type": "authorized"}, "review": None}
CHARGE = {"id": "ch_1", "object": "charge", **COLUMNS, **REST}
GOLD = {"id": "gold", "object": "plan"}
SHOWN = (CHARGE, {"id": "cus_0123456789abcd", "object": "customer"}, GOLD, None)
BEFORE, AFTER = (datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2))


def main():
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from stripe_django import sync
    from stripe_django.models import Charge, Event

    name = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = connection.creation._create_test_db(0, autoclobber=True)
    try:
        fill(migrated_to_the_first(connection))
        call_command("migrate", verbosity=0)
        assert Charge.objects.get().to_stripe() == CHARGE
        known = Event.objects.order_by("pk").values_list("object_id", "object_name")
        assert list(known) == [(it["id"], it["object"]) for it in SHOWN[:2]] + [(None, None)] * 2
        newer = {**CHARGE, "amount": 600}
        sync.apply(newer, as_of=AFTER)
        row = Charge.objects.get()
        assert (row.to_stripe(), row.payment_method_id) == (newer, "pm_1")
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def migrated_to_the_first(connection):
    """Migrate to the first schema, as it was before another migration replaced it."""
    from django.db.migrations.executor import MigrationExecutor
    from django.db.migrations.loader import MigrationLoader

    executor = MigrationExecutor(connection)
    executor.loader = MigrationLoader(connection, replace_migrations=False)
    return executor.migrate([("stripe_django", "0001_initial")])


def fill(state):
    """Write a charge as the first schema had it, most of it in ``extra``, and events."""
    charges, events = (state.apps.get_model("stripe_django", name) for name in ("Charge", "Event"))
    keys = {field.name for field in charges._meta.get_fields()} - OWN
    times = {"as_of": BEFORE, "synced_at": BEFORE}
    charges.objects.create(
        stripe_id="ch_1",
        extra={**REST, "_absent": sorted(keys - CHARGE.keys())},
        **COLUMNS,
        **times,
    )
    for number, shown in enumerate(SHOWN):
        data = shown and {"object": shown}
        events.objects.create(
            stripe_id=f"evt_{number}", stripe_account="acct_1", data=data, **times
        )


if __name__ == "__main__":
    main()
