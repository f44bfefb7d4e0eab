"""Members that are gone from the newest complete list of their owner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from stripe_django import fields
from stripe_django.models.base import StripeModel

from .plan import plan
from .rows import Row


def write(model: type[StripeModel], rows: Sequence[Row], using: str) -> None:
    """Mark as deleted what these rows' lists do not name any more."""
    for key, references in plan(model).members.items():
        by_moment: dict[datetime, list[Row]] = defaultdict(list)
        for row in rows:
            if key in row.members and row.moment.as_of is not None:
                by_moment[row.moment.as_of].append(row)
        for member, reference in references.items():
            if reference.bound:
                for as_of, owners in by_moment.items():
                    _mark(member, reference, key, owners, as_of, using)


def _mark(
    member: type[StripeModel],
    reference: fields.Reference,
    key: str,
    owners: Sequence[Row],
    as_of: datetime,
    using: str,
) -> None:
    named = [stripe_id for owner in owners for stripe_id in owner.members[key]]
    ids = [owner.stripe_id for owner in owners]
    older: QuerySet = QuerySet(member, using=using).filter(
        Q(deleted_at=None) | Q(deleted_at__lt=as_of),
        **{f"{reference.attname}__in": ids},
        as_of__lt=as_of,
    )
    older.exclude(stripe_id__in=named).update(deleted_at=as_of)
