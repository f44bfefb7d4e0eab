"""Removes mirrored rows for good, as only erasing does."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.db.models.deletion import Collector

from stripe_django.models.base import StripeModel

from . import changes


def remove(rows: Sequence[StripeModel], using: str) -> None:
    """Remove rows of one model and their links, in the caller's transaction.

    Rows that refer to them with a plain Django relation get what its ``on_delete`` says:
    ``PROTECT`` raises ``ProtectedError``.
    """
    model = type(rows[0])
    ids = [row.stripe_id for row in rows]
    for link in model._meta.local_many_to_many:
        links: QuerySet = QuerySet(model=link.remote_field.through, using=using)
        links.filter(**{f"{link.m2m_column_name()}__in": ids})._raw_delete(using)
    collector = Collector(using=using)
    collector.collect(rows)
    collector.delete()
    changes.note(model, ids, using)
