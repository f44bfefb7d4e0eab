"""``python -m tests.first_schema``: from the first migration to the last, with data on the way.

Run by ``test_migrations.py`` in a process and a database of its own.
"""

import os
from datetime import UTC, datetime

import django

OWN = {"id", "stripe_id", "stripe_account", "as_of", "as_of_kind", "doubtful", "deleted_at"} | {
    *("digest", "synced_at", "extra"),
}
COLUMNS = {"amount": 500, "customer": "cus_1", "description": None}
REST = {"payment_method": "pm_1", "outcome": {"type": "authorized"}, "review": None}
CHARGE = {"id": "ch_1", "object": "charge", **COLUMNS, **REST}
BEFORE, AFTER = (datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2))


def main():
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from stripe_django import sync
    from stripe_django.models import Charge

    name = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = connection.creation._create_test_db(0, autoclobber=True)
    try:
        call_command("migrate", "stripe_django", "0001", verbosity=0)
        fill(connection)
        call_command("migrate", verbosity=0)
        assert Charge.objects.get().to_stripe() == CHARGE
        newer = {**CHARGE, "amount": 600}
        sync.apply(newer, as_of=AFTER)
        row = Charge.objects.get()
        assert (row.to_stripe(), row.payment_method_id) == (newer, "pm_1")
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def fill(connection):
    """Write the charge as the first schema had it: most of it in ``extra``."""
    from django.db.migrations.executor import MigrationExecutor

    loader = MigrationExecutor(connection).loader
    charges = loader.project_state([("stripe_django", "0001_initial")]).apps.get_model(
        "stripe_django", "Charge"
    )
    keys = {field.name for field in charges._meta.get_fields()} - OWN
    charges.objects.create(
        stripe_id="ch_1",
        as_of=BEFORE,
        synced_at=BEFORE,
        extra={**REST, "_absent": sorted(keys - CHARGE.keys())},
        **COLUMNS,
    )


if __name__ == "__main__":
    main()
