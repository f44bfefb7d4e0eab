"""An event that comes into the inbox: one statement."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

from stripe_django.models import Home, InboxEvent


def insert(event: InboxEvent, *, connection: BaseDatabaseWrapper, home: bool | None = None) -> bool:
    """Insert an event; false, and nothing is done, if home is not settled or not of that mode.

    Without a mode, home is not asked. Raises Django's ``IntegrityError`` for an event that is
    there.
    """
    quote = connection.ops.quote_name
    fields = [each for each in InboxEvent._meta.concrete_fields if not each.primary_key]
    names = ", ".join(quote(each.attname) for each in fields)
    values = [each.get_db_prep_save(each.pre_save(event, True), connection) for each in fields]
    marks = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {quote(InboxEvent._meta.db_table)} ({names})"
    if home is None:
        sql += f" VALUES ({marks})"
    else:
        sql += f" SELECT {marks} FROM {quote(Home._meta.db_table)} WHERE id = %s AND livemode = %s"
        values += [Home.SINGLETON, home]
    answers = connection.features.can_return_columns_from_insert  # MySQL alone cannot
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} RETURNING id" if answers else sql, values)
        found = cursor.fetchone() if answers else (cursor.lastrowid,) * cursor.rowcount
    event.pk = found[0] if found else None
    return bool(found)
