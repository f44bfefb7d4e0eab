"""Changes in the change feed, and what is of no use after an hour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_noop

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
    yield from _some(Change, turn, position__lte=change_feed.outdated(turn.using, before))


def refuted(turn: Turn) -> Iterator[int]:
    """Snapshots that a read has refuted; they are compared for an hour, whatever the setting."""
    before = timezone.now() - REMEMBERED
    if turn.is_dry:
        yield RefutedSnapshot.objects.using(turn.using).filter(refuted_at__lt=before).count()
        return
    yield from _some(RefutedSnapshot, turn, refuted_at__lt=before)


def _some(model: type[models.Model], turn: Turn, **old: Any) -> Iterator[int]:
    """Both kinds of rows are renewed in place: one that is, between the two statements, stays."""
    rows = model._base_manager.using(turn.using).filter(**old)
    while keys := list(rows.values_list("pk", flat=True)[: batches.SIZE]):
        yield batches.delete(rows.filter(pk__in=keys), turn, **old)
        turn.move(0)


STEPS = (
    Step("changes", gettext_noop("changes in the feed"), changes),
    Step("refuted", gettext_noop("refuted snapshots"), refuted),
)
