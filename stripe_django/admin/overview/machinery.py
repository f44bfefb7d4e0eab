"""The page of the machinery: what the mirror has, how fresh it is, and what failed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any

from django.contrib.admin import AdminSite
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django.admin.rendering.svg_charts import Chart, Series
from stripe_django.models import EventHour, InboxEvent, PendingRead, SyncRun, Verification

from . import machinery_stats as stats
from .runs import Line, last_runs
from .tiles import ListOf, counted

HOURS = 48
OUTCOMES = (
    gettext_noop("applied"),
    gettext_noop("ignored"),
    gettext_noop("received"),
    gettext_noop("failed"),
    gettext_noop("dead"),
)


def context(site: AdminSite, list_of: ListOf) -> dict[str, Any]:
    """What the template shows, without reading a table of the mirror."""
    objects = _objects(list_of)
    return {
        "title": _("Stripe: machinery"),
        "objects": objects,
        "ambiguous": any(each["row"].ambiguous for each in objects),
        "webhooks": stats.webhooks(),
        "charts": [*events_by_hour()],
        "runs": _runs(site, list_of),
        "all_runs": list_of(SyncRun),
        "inbox": list_of(InboxEvent),
        "reads": list_of(PendingRead),
        "verifications": list_of(Verification),
    }


def events_by_hour() -> Iterator[Chart]:
    last = timezone.now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    hours = [last - timedelta(hours=ago) for ago in reversed(range(HOURS))]
    rows = {row.hour: row for row in EventHour.objects.filter(hour__gte=hours[0])}
    if not rows:
        return
    series = [
        _counts(name, [getattr(rows.get(hour), name, 0) for hour in hours]) for name in OUTCOMES
    ]
    yield Chart(
        key="events",
        title=_("Events per hour"),
        description=_("The events of each of the last 48 hours (UTC), by their present status."),
        tick=counted,
        names=[date_format(hour, "d M H:00") for hour in hours],
        series=series,
    )


def _objects(list_of: ListOf) -> list[dict[str, Any]]:
    verified = stats.verified()
    return [
        {
            "verified": verified.get(model.stripe.object_name),
            "name": model._meta.verbose_name_plural,
            "list": list_of(model),
            "row": row,
            "rows": counted(row.rows),
            "ambiguous": counted(row.ambiguous),
        }
        for model, row in stats.objects()
    ]


def _runs(site: AdminSite, list_of: ListOf) -> list[Line]:
    its_admin: Any = site._registry.get(SyncRun)
    may_view = list_of(SyncRun) is not None
    return [*last_runs(lambda run: its_admin.url(run) if may_view else "")]


def _counts(name: str, values: list[int]) -> Series:
    return Series(_(name), name, values, [counted(value) for value in values])
