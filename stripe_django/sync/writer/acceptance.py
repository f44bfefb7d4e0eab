"""Ambiguous rows that are kept as they are: no read can show more, or one has confirmed them."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from stripe_django import registry
from stripe_django.models.base import StripeModel


def accept(row: StripeModel) -> None:
    """Have a row count as unambiguous, unless its content has changed meanwhile."""
    rows: QuerySet[StripeModel] = QuerySet(type(row), using=row._state.db)
    rows.filter(pk=row.pk, as_of=row.as_of, digest=row.digest).update(ambiguous=False)


def ambiguous_members(owner: StripeModel) -> Iterator[StripeModel]:
    """The ambiguous rows among the members of an object's lists."""
    for references in registry.members(type(owner)).values():
        for model, reference in references.items():
            rows: QuerySet[StripeModel] = QuerySet(model, using=owner._state.db)
            yield from rows.filter(**{reference.attname: owner.stripe_id}, ambiguous=True)
