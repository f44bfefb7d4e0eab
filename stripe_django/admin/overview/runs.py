"""The last runs of ``stripe_sync``, for the overview."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from stripe_django.admin.rendering.truncate import brief
from stripe_django.admin.run_progress import progress
from stripe_django.admin.runs import account, counts, state, took
from stripe_django.models import SyncRange, SyncRun

LAST = 20
NOTHING: dict[str, Any] = dict.fromkeys(progress(), 0) | {"part_error": ""}


@dataclass(frozen=True, slots=True)
class Line:
    """One run as text; ``url`` is its page, empty without the permission to view it."""

    run: SyncRun
    url: str
    account: str
    state: str
    took: str
    counts: list[str]
    error: str


def last_runs(url_of: Callable[[SyncRun], str]) -> Iterator[Line]:
    """The newest first; two queries. Errors are empty without the permission to view runs."""
    runs = list(SyncRun.objects.order_by("-pk")[:LAST])
    ranges = SyncRange.objects.filter(run__in=[run.pk for run in runs]).order_by()
    aggregated: Any = ranges.values("run").annotate(**progress())
    by_run = {each["run"]: each for each in aggregated}
    for run in runs:
        url, found = url_of(run), by_run.get(run.pk, NOTHING)
        error = brief(run.error or found["part_error"]) if url else ""
        yield Line(run, url, account(run), state(run), took(run), counts(found), error)
