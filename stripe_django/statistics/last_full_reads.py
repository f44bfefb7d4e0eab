"""The time of the last run that read each object completely.

Each run of your own account is processed once, after its end: there is one at a time.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q

from stripe_django.models import ObjectStatistics, SyncRange, SyncRun

from .lease import Turn


def steps(turn: Turn) -> Iterator[None]:
    """Process the runs that have ended since, one in each step."""
    ended = SyncRun.objects.using(turn.using).filter(stripe_account="", finished_at__isnull=False)
    if turn.state.last_run_at:
        ended = ended.filter(finished_at__gt=turn.state.last_run_at)
    for run in ended.order_by("finished_at"):
        if run.kind != SyncRun.Kind.SINCE and run.as_of:
            _note(run, turn)
        turn.state.last_run_at = run.finished_at
        turn.save("last_run_at")
        yield


def _note(run: SyncRun, turn: Turn) -> None:
    parts = SyncRange.objects.using(turn.using).filter(run=run).order_by()
    left = Count("pk", filter=~Q(status=SyncRange.Status.DONE))
    read = parts.values("object_name").annotate(left=left).filter(left=0)
    names = [each["object_name"] for each in read]
    objects = ObjectStatistics.objects.using(turn.using)
    objects.filter(object_name__in=names).update(read_at=run.as_of)
