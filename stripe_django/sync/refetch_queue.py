"""Queues objects to be read from Stripe, because their rows cannot be trusted: each once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import router
from django.utils import timezone

from stripe_django.conf import settings
from stripe_django.models import OpenWrite, PendingRead, RefutedSnapshot
from stripe_django.models.base import StripeModel

from .backoff import LEASE
from .mapping.rows import UNKNOWN_TIME
from .writer.precedence import Outcome
from .writer.report import Conflict, Report

BATCH = 500
MAX_DIGESTS = 16  # of one object; more of them are not compared
REMEMBERED = timedelta(hours=1)  # for which a refuted snapshot requires no other read
A_SECOND = timedelta(seconds=1)
MERGED = ("not_before", "digests", "reason", "account", "attempts", "error", "next_attempt_at")

Reason = PendingRead.Reason


def queue(
    found: Iterable[Conflict], *, reason: Reason, leased: bool = False, using: str = ""
) -> list[int]:
    """Queue reads in the caller's transaction; returns their keys.

    A read may begin once the second of the conflict has ended. With ``leased``, the caller is going
    to enqueue tasks for them, if there are any; otherwise they are due at once.
    """
    by_model: dict[type[StripeModel], dict[str, Conflict]] = defaultdict(dict)
    for each in found:
        by_model[each.model][each.stripe_id] = each
    using = using or router.db_for_write(PendingRead)
    due_at = timezone.now() + (LEASE if leased and settings.tasks else timedelta())
    return [
        key
        for model, conflicts in by_model.items()
        for some in _batches(sorted(conflicts.values(), key=_key))
        for key in _store(
            model.stripe.object_name,
            {each.stripe_id: _read_of(each, reason, due_at) for each in some},
            using,
        )
    ]


def queue_all(report: Report, using: str) -> None:
    """Queue what a write has left to be read. Without an API key nothing is.

    The differences of snapshots that were refuted a moment ago count as stale.
    """
    if not (settings.api_key or settings.accounts):
        _count_as_stale(report, report.differences)
        return
    queue(report.conflicts, reason=Reason.CONFLICT, using=using)
    if report.differences:
        refuted = [each for each in report.differences if _is_refuted(each, using)]
        _count_as_stale(report, refuted)
        fresh = [each for each in report.differences if each not in refuted]
        queue(fresh, reason=Reason.TIMELESS, using=using)


def queue_writes(writes: Iterable[OpenWrite], *, using: str) -> None:
    """Queue the reads of objects that requests may have written; they need not have rows."""
    by_name: dict[str, dict[str, PendingRead]] = defaultdict(dict)
    for each in writes:
        read = PendingRead(
            object_name=each.object_name,
            stripe_id=each.stripe_id,
            account=each.account,
            reason=Reason.WRITE.value,
            not_before=each.not_before,
            next_attempt_at=each.due_at,
        )
        _merge(by_name[each.object_name].setdefault(each.stripe_id, read), read)
    for name, reads in by_name.items():
        _store(name, reads, using)


def after(moment: datetime | None) -> datetime:
    """When the second of a moment has ended, from which on a read shows what came of it."""
    return moment.replace(microsecond=0) + A_SECOND if moment else UNKNOWN_TIME


def refute(read: PendingRead, row: StripeModel) -> None:
    """Remember the timeless snapshots that a read of their object did not confirm."""
    refuted = RefutedSnapshot.objects.using(row._state.db)
    refuted.filter(refuted_at__lt=timezone.now() - REMEMBERED).delete()
    for digest in set(read.digests.split()) - {row.digest}:
        known: dict[str, Any] = {
            "object_name": row.stripe.object_name,
            "stripe_id": row.stripe_id,
            "digest": digest,
        }
        found = {"row_digest": row.digest, "refuted_at": timezone.now()}
        refuted.update_or_create(**known, defaults=found)


def _batches(conflicts: Sequence[Conflict]) -> Iterator[Sequence[Conflict]]:
    for start in range(0, len(conflicts), BATCH):
        yield conflicts[start : start + BATCH]


def _key(conflict: Conflict) -> str:
    return conflict.stripe_id


def _store(object_name: str, wanted: Mapping[str, PendingRead], using: str) -> list[int]:
    """Store the reads of some objects of one type, by their ids, or add to those that are there."""
    reads = PendingRead.objects.using(using)
    reads.bulk_create(wanted.values(), ignore_conflicts=True)
    stored = reads.filter(object_name=object_name, stripe_id__in=wanted)
    keys = []
    for read in stored.select_for_update().order_by("pk"):
        keys.append(read.pk)
        if _merge(read, wanted[read.stripe_id]):
            read.save(using=using, update_fields=MERGED)
    return keys


def _read_of(conflict: Conflict, reason: Reason, due_at: datetime) -> PendingRead:
    return PendingRead(
        object_name=conflict.model.stripe.object_name,
        stripe_id=conflict.stripe_id,
        reason=reason.value,
        not_before=after(conflict.moment),
        next_attempt_at=due_at,
        digests=" ".join(sorted(conflict.digests)[:MAX_DIGESTS]),
    )


def _merge(read: PendingRead, wanted: PendingRead) -> bool:
    """Add to a stored read what is new about it; false if nothing is."""
    before = [getattr(read, name) for name in MERGED]
    if read.next_attempt_at is None:  # it was dead-lettered; this is a new conflict
        read.attempts, read.error, read.next_attempt_at = 0, "", wanted.next_attempt_at
    elif read.reason == Reason.CONFIRM != wanted.reason and not read.error:
        # What is new waits for no confirmation of the old: the next read is compared with both.
        read.next_attempt_at = min(filter(None, (read.next_attempt_at, wanted.next_attempt_at)))
    if read.reason == Reason.CONFLICT:  # which any later read resolves; others need their own
        read.reason = wanted.reason
    read.account = read.account or wanted.account
    read.not_before = max(read.not_before, wanted.not_before)
    digests = sorted({*read.digests.split(), *wanted.digests.split()})
    read.digests = " ".join(digests[:MAX_DIGESTS])
    return [getattr(read, name) for name in MERGED] != before


def _is_refuted(difference: Conflict, using: str) -> bool:
    """Whether a read has refuted all that differs, and the row is as that read has left it."""
    model, stripe_id = difference.model, difference.stripe_id
    rows = model._base_manager.using(using).filter(stripe_id=stripe_id)
    refuted = RefutedSnapshot.objects.using(using).filter(
        object_name=model.stripe.object_name,
        stripe_id=stripe_id,
        digest__in=difference.digests,
        row_digest__in=rows.values("digest"),
        refuted_at__gte=timezone.now() - REMEMBERED,
    )
    return refuted.count() == len(difference.digests)


def _count_as_stale(report: Report, differences: Sequence[Conflict]) -> None:
    for each in differences:
        name = each.model.stripe.object_name
        report.counts[name, Outcome.REFETCH] -= 1
        report.counts[name, Outcome.STALE] += 1
    report.counts += type(report.counts)()  # without what is zero by now
