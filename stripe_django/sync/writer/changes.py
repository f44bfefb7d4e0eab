"""Notes which rows a transaction changes, in that transaction, for projects that follow them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connections

from stripe_django.conf import settings
from stripe_django.models import NewChange
from stripe_django.models.base import StripeModel

CHUNK = 500  # rows in one statement


@dataclass(slots=True)
class Changes:
    """The rows changed so far; ``write`` stores them."""

    found: list[str] = field(default_factory=list)  # names of objects and ids by turns

    def add(self, model: type[StripeModel], stripe_ids: Iterable[str]) -> None:
        name = model.stripe.object_name
        for stripe_id in stripe_ids:
            self.found += (name, stripe_id)

    def write(self, using: str) -> None:
        connection = connections[using]
        table = connection.ops.quote_name(NewChange._meta.db_table)
        for start in range(0, len(self.found), 2 * CHUNK):
            values = self.found[start : start + 2 * CHUNK]
            marks = ", ".join(["(%s, %s)"] * (len(values) // 2))
            with connection.cursor() as cursor:
                sql = f"INSERT INTO {table} (object_name, stripe_id) VALUES {marks}"
                cursor.execute(sql, values)


def note(model: type[StripeModel], stripe_ids: Iterable[str], using: str) -> None:
    """Note changes of rows that are not written by ``upsert``, in the caller's transaction."""
    if settings.change_feed:
        changes = Changes()
        changes.add(model, stripe_ids)
        changes.write(using)
