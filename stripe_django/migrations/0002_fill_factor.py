"""Leaves room in PostgreSQL's pages for a second version of every row.

A full sync updates all rows of a page in one transaction, if only their ``as_of``. Where the page
has room for the new versions, PostgreSQL adds no entries to the indexes, of which such a table
has a dozen or more. A page that is half empty has it, and is full only until the old versions are
dead. Without that, the table would grow to the same size with its first full sync.
"""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FILL_FACTOR = 50  # per cent

# The tables that may have many rows, all of which every full sync reads again.
TABLES = [
    f"stripe_django_{name}"
    for name in (
        "applicationfee balancetransaction charge checkoutsession creditnote customer dispute"
        " invoice invoiceitem invoicelineitem paymentintent paymentmethod payout refund setupintent"
        " subscription subscriptionitem transfer"
    ).split()
]


def set_fill_factor(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alter_tables(schema_editor, f"SET (fillfactor = {FILL_FACTOR})")


def reset_fill_factor(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    alter_tables(schema_editor, "RESET (fillfactor)")


def alter_tables(schema_editor: BaseDatabaseSchemaEditor, options: str) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"ALTER TABLE {schema_editor.quote_name(table)} {options}")


class Migration(migrations.Migration):
    dependencies = [("stripe_django", "0001_initial")]

    operations = [migrations.RunPython(set_fill_factor, reset_fill_factor, elidable=False)]
