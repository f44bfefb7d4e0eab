"""Changes in the change feed, and what is of no use after an hour."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils import timezone

from stripe_django.conf import settings
from stripe_django.models import Change, ChangeFeed, RefutedSnapshot
from stripe_django.sync import change_feed
from stripe_django.sync.refetch_queue import REMEMBERED

from . import batches
from .batches import Step
from .lease import Turn


def changes(turn: Turn) -> Iterator[int]:
    before = turn.cutoff("changes")
    if before is None or not settings.change_feed:
        return
    if turn.is_dry:
        feed = ChangeFeed.objects.using(turn.using).filter(marked_at__lte=before).first()
        old = Change.objects.using(turn.using).filter(position__lte=feed.marked if feed else 0)
        yield old.count()
        return
    yield from _some(change_feed.outdated(turn.using, before), turn)


def refuted(turn: Turn) -> Iterator[int]:
    """Snapshots that a read has refuted; they are compared for an hour, whatever the setting."""
    before = timezone.now() - REMEMBERED
    old = RefutedSnapshot.objects.using(turn.using).filter(refuted_at__lt=before)
    if turn.is_dry:
        yield old.count()
        return
    yield from _some(old, turn)


def _some(rows: QuerySet, turn: Turn) -> Iterator[int]:
    while keys := list(rows.values_list("pk", flat=True)[: batches.SIZE]):
        yield batches.delete(rows.filter(pk__in=keys), turn)
        turn.move(0)


STEPS = (
    Step("changes", "changes in the feed", changes),
    Step("refuted", "refuted snapshots", refuted),
)
