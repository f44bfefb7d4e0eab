"""Conflicts that no read can resolve: the row is kept as it is."""

from __future__ import annotations

from django.db.models import QuerySet

from stripe_django.models.base import StripeModel


def accept(row: StripeModel) -> None:
    """Have a row count as unambiguous, unless its content has changed meanwhile."""
    rows: QuerySet[StripeModel] = QuerySet(type(row), using=row._state.db)
    rows.filter(pk=row.pk, as_of=row.as_of, digest=row.digest).update(ambiguous=False)
