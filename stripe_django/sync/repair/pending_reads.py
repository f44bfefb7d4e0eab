"""Refetches of objects whose rows cannot be trusted: one for an object, whatever left it so."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from django.db import router
from django.db.models import QuerySet
from django.utils import timezone

from stripe_django import logs, registry
from stripe_django.api import request_limit
from stripe_django.api.client import clock_of
from stripe_django.conf import settings
from stripe_django.exceptions import StripeDjangoError
from stripe_django.models import PendingRead
from stripe_django.models.base import AsOfKind, StripeModel
from stripe_django.sync import home, refetch_queue, watch
from stripe_django.sync.backoff import format_error, next_attempt
from stripe_django.sync.database import claims
from stripe_django.sync.fetch import fetch
from stripe_django.sync.mapping import identity
from stripe_django.sync.scope import models_in_scope
from stripe_django.sync.writer import acceptance
from stripe_django.sync.writer.report import Conflict, Report

from . import reread
from .resolution import A_SECOND, Before, is_same, pending, read_at, resolve, when_written

LONGEST_WAIT = timedelta(seconds=2)  # for the end of a second at Stripe
TURNS = 3  # reads in a row: the first may show what time it is, others follow later events

Reason = PendingRead.Reason


class Outcome(StrEnum):
    """What became of a refetch."""

    RESOLVED = "resolved"
    ACCEPTED = "accepted"  # Stripe offers no way to read the object: its row stays as it is
    DROPPED = "dropped"  # the row is gone, out of scope, or of a mode that the key cannot read
    FAILED = "failed"
    DEAD = "dead"


class _Found(NamedTuple):
    """What one read has found: the row, ``None`` if the read can say nothing of it, and the row as
    it was before that was written.
    """

    outcome: Outcome
    row: StripeModel | None = None
    before: Before | None = None


def request(
    model: type[StripeModel],
    stripe_id: str,
    second: datetime,
    *,
    reason: Reason,
    digests: frozenset[str] = frozenset(),
) -> int:
    """Store that an object has to be read once a second of Stripe's time has ended.

    Belongs into the transaction that left the row ambiguous. ``digests`` are those of the
    snapshots to compare with the read. Returns the key, for ``refetch``.
    """
    conflict = Conflict(model, stripe_id, second, digests)
    [key] = refetch_queue.queue([conflict], reason=reason, leased=True)
    return key


def refetch(read_id: int, among: QuerySet[PendingRead] | None = None) -> Outcome | None:
    """Read one object, unless another process does; an error is noted, and retried later.

    ``among`` are those that may be claimed. Returns ``None`` if nothing was done.
    """
    rows = pending().exclude(next_attempt_at=None) if among is None else among
    if request_limit.is_active():  # another request may have tried it a moment ago
        rows = claims.due(rows)
    if not claims.claim(claims.unclaimed(rows.filter(pk=read_id))):
        return None
    read = pending().get(pk=read_id)
    try:
        if _was_read_meanwhile(read):
            return Outcome.RESOLVED
        left: StripeModel | None = None
        known: Before | None = None
        for turn in range(TURNS):
            has_waited = _wait_for(read)
            if turn and not has_waited:
                break
            found = _read(read)
            if not (turn and is_same(found.before, left)):  # or an earlier turn has left it so
                known = found.before
            left = found.row
            read = pending(read_id).first() or read  # with what conflicted meanwhile
            if resolve(read, found.row, known):
                if found.row is not None and not pending(read.pk).exists():
                    _accept(found.row, read.not_before)
                return found.outcome
        raise StripeDjangoError("Stripe responded before the ambiguous second had ended.")
    except Exception as error:  # of any kind: what is not noted would be retried unseen
        return _fail(read, error)


def _accept(row: StripeModel, since: datetime) -> None:
    """Accept a row, and the members of its lists: the read began after all that conflicted."""
    if row.ambiguous:
        acceptance.accept(row)
    for member in acceptance.ambiguous_members(row):
        if member.as_of_kind == AsOfKind.READ and read_at(member) >= since:
            acceptance.accept(member)


def _wait_for(read: PendingRead) -> bool:
    """Sleep until it is that time at Stripe, as far as that is known.

    Returns whether there was time for that.
    """
    # By this machine's clock, a second more: the time of a read is known to the second at first.
    now = clock_of(settings.api_base).now() or timezone.now() - A_SECOND
    wait = min(max(read.not_before - now, timedelta()), LONGEST_WAIT).total_seconds()
    possible = max(min(wait, request_limit.remaining() - request_limit.RESPONSE), 0.0)
    time.sleep(possible)
    return possible == wait


def _was_read_meanwhile(read: PendingRead) -> bool:
    """Whether another read has resolved the conflict, which then needs none of its own."""
    row = _row_of(read)
    if read.reason != Reason.CONFLICT or row is None or row.ambiguous:
        return False
    return row.as_of_kind == AsOfKind.READ and resolve(read, row)


def _read(read: PendingRead) -> _Found:
    row, report = _row_of(read), Report()
    if row is None:
        return _read_missing(read)
    try:
        fresh = reread.reread(row, report)
    except type(row).DoesNotExist:
        if row.stripe_account is None:
            # No key is known to be for it; its own events resolve it.
            return _Found(Outcome.DROPPED)
        raise
    if fresh is None:
        acceptance.accept(row)
        logs.CONFLICT_ACCEPTED(object_name=read.object_name, stripe_id=read.stripe_id)
        return _Found(Outcome.ACCEPTED)
    return _Found(Outcome.RESOLVED, fresh, when_written(row, report))


def _read_missing(read: PendingRead) -> _Found:
    """Read an object that was written at Stripe and has no row, if it has an address."""
    model = registry.by_object_name()[read.object_name]
    if read.reason != Reason.WRITE or model not in models_in_scope():
        return _Found(Outcome.DROPPED)
    try:
        row = fetch(model, identity.bare_id(read.stripe_id), account=read.account)
    except (LookupError, model.DoesNotExist):
        return _Found(Outcome.DROPPED)
    return _Found(Outcome.RESOLVED, row)


def _row_of(read: PendingRead) -> StripeModel | None:
    """The row in this database, if its model is in scope and the key can read it."""
    using = router.db_for_write(PendingRead)
    model = registry.by_object_name()[read.object_name]
    if model not in models_in_scope():
        return None
    found: StripeModel | None = model.objects.using(using).filter(stripe_id=read.stripe_id).first()
    return found if found and home.may_read(found, using) else None


def _fail(read: PendingRead, error: Exception) -> Outcome:
    again = next_attempt(read.attempts)
    changes = {"next_attempt_at": again, "claimed_at": None, "error": format_error(error)}
    pending(read.pk).update(**changes)
    watch.refetch_failed(read, error, is_dead=again is None)
    return Outcome.FAILED if again else Outcome.DEAD
