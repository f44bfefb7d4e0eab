"""Writes stored rows again under another policy: the same content, at the same time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone

from stripe_django.models.base import StripeModel
from stripe_django.sync.mapping.rows import Row

from . import changes
from .backends import statements_for
from .backends.base import Record, state_values
from .upsert import by_columns

Rewritten = Callable[[StripeModel], Row | None]


def rewrite_in_transaction(
    model: type[StripeModel], stripe_ids: Sequence[str], rewritten: Rewritten, *, using: str
) -> int:
    """Write what ``rewritten`` makes of the stored rows, locked, in the caller's transaction.

    Returns how many it made something of.
    """
    statements = statements_for(connections[using], model)
    statements.lock()
    states = statements.read(sorted(stripe_ids))
    now, records = timezone.now(), []
    rows: QuerySet = QuerySet(model, using=using).filter(stripe_id__in=list(states))
    for stored in rows:
        if row := rewritten(stored):
            state = states[row.stripe_id]._replace(digest=row.digest)
            own = (state.id, row.stripe_id, *state_values(state), state.digest, now)
            records.append(Record(own, row))
    statements.send(by_columns(records), [], now)
    changes.note(model, [each.row.stripe_id for each in records], using)
    return len(records)
