"""Which balance transactions are probably missing: those that other rows refer to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from stripe_django import fields, registry
from stripe_django.models import BalanceTransaction
from stripe_django.sync.ingest import PageWriter
from stripe_django.sync.mapping import identity
from stripe_django.sync.mapping.schema import target_of
from stripe_django.verification.sightings import Subject, path_of

MOST = 1_000  # of one reference


def missing(writer: PageWriter) -> Iterator[Subject]:
    """Transactions that rows of the account refer to, and that have no row themselves."""
    seen: set[str] = set()
    for model in registry.models():
        for field in (*model._meta.concrete_fields, *model._meta.local_many_to_many):
            if _refers_to_transactions(field):
                found = {*_without_row(model, field, writer)} - seen
                seen |= found
                yield from (_subject(each) for each in sorted(found))


def _refers_to_transactions(field: Any) -> bool:
    is_reference = isinstance(field, fields.Reference | fields.Links)
    return is_reference and target_of(field) is BalanceTransaction


def _without_row(model: Any, field: Any, writer: PageWriter) -> Iterator[str]:
    rows: QuerySet = QuerySet(model, using=writer.using).filter(stripe_account=writer.account)
    name = field.attname
    if isinstance(field, fields.Links):
        through: Any = field.remote_field.through
        owners = rows.values("stripe_id")
        near, name = field.m2m_column_name(), field.m2m_reverse_name()
        rows = QuerySet(through, using=writer.using).filter(**{f"{near}__in": owners})
    here: QuerySet = QuerySet(BalanceTransaction).filter(
        stripe_id=OuterRef(name), as_of__isnull=False
    )
    lacking = rows.exclude(**{name: None}).exclude(Exists(here)).order_by()
    yield from lacking.values_list(name, flat=True)[:MOST]


def _subject(stripe_id: str) -> Subject:
    api_id = identity.bare_id(stripe_id)
    return Subject(BalanceTransaction, stripe_id, api_id, path_of(BalanceTransaction, api_id, {}))
