"""Room in the pages of PostgreSQL for a second version of every row.

A full sync updates all rows of a page in one transaction, if only the time at which they were true.
Where the page has room for the new versions, these need no entry in any index, of which such a
table has a dozen or more. A page that is half empty has it, and is full again only until the old
versions are dead. Without that, the table would grow to the same size with its first full sync.
"""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FILL_FACTOR = 50  # per cent

# What there may be many of, and every full sync reads again.
TABLES = [
    f"stripe_django_{name}"
    for name in (
        "applicationfee balancetransaction charge checkoutsession creditnote customer dispute"
        " invoice invoiceitem invoicelineitem paymentintent paymentmethod payout refund setupintent"
        " subscription subscriptionitem transfer"
    ).split()
]


def set_options(schema_editor: BaseDatabaseSchemaEditor, options: str) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"ALTER TABLE {schema_editor.quote_name(table)} {options}")


def leave_room(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    set_options(schema_editor, f"SET (fillfactor = {FILL_FACTOR})")


def leave_none(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    set_options(schema_editor, "RESET (fillfactor)")
