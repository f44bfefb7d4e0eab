"""``erase``: the documented way to remove personal data."""

from __future__ import annotations

from django.db import router, transaction
from django.db.models import QuerySet

from stripe_django.models import Event
from stripe_django.models.base import StripeModel


def erase(row: StripeModel) -> None:
    """Remove a row from this database, and the events that show the object.

    For personal data. Erase it at Stripe first, or the next sync brings it back. Other rows that
    refer to it stay, with the bare id.
    """
    using = router.db_for_write(type(row))
    with transaction.atomic(using=using):
        type(row)._default_manager.using(using).filter(pk=row.pk)._raw_delete(using)
        if row.api_id is not None:
            _events_of(row, using)._raw_delete(using)
        for link in type(row)._meta.local_many_to_many:
            through = link.remote_field.through
            assert through is not None
            links = through._base_manager.using(using)
            links.filter(**{link.m2m_column_name(): row.stripe_id}).delete()


def _events_of(row: StripeModel, using: str) -> QuerySet:
    """The events of the row's account that show its object."""
    events: QuerySet = Event._default_manager.using(using)
    return events.filter(
        stripe_account=row.stripe_account,
        data__object__id=row.api_id,
        data__object__object=row.OBJECT_NAME,
    )
