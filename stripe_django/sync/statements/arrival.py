"""An event that comes into the inbox applied already: one statement, which asks for home too."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

from stripe_django.models import Home, InboxEvent


def insert(event: InboxEvent, *, home: bool, connection: BaseDatabaseWrapper) -> bool:
    """Insert an event; false, and nothing is done, if home is not settled or of another mode.

    Raises Django's ``IntegrityError`` for an event that is there.
    """
    quote = connection.ops.quote_name
    fields = [each for each in InboxEvent._meta.concrete_fields if not each.primary_key]
    names = ", ".join(quote(each.attname) for each in fields)
    marks = ", ".join(["%s"] * len(fields))
    values = [each.get_db_prep_save(each.pre_save(event, True), connection) for each in fields]
    sql = (
        f"INSERT INTO {quote(InboxEvent._meta.db_table)} ({names}) SELECT {marks}"
        f" FROM {quote(Home._meta.db_table)} WHERE id = %s AND livemode = %s"
    )
    answers = connection.features.can_return_columns_from_insert  # MySQL alone cannot
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} RETURNING id" if answers else sql, [*values, Home.SINGLETON, home])
        found = cursor.fetchone() if answers else (cursor.lastrowid,) * cursor.rowcount
    event.pk = found[0] if found else None
    return bool(found)
