"""The indicators of events, handlers and refetches. No query reads more than ``MOST`` rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from stripe_django.conf import settings
from stripe_django.models import Event, HandlerRun, InboxEvent
from stripe_django.sync.events import backlog
from stripe_django.sync.home import HELD

from .amounts import MOST, counted, duration, seconds
from .indicators import Indicator, Measures, measured

JUDGED = timedelta(hours=1)  # after which the lag of the newest event is history

Status = InboxEvent.Status

WORK = {
    "events": ngettext_lazy("%(count)s event", "%(count)s events", "number"),
    "handlers": ngettext_lazy("%(count)s handler run", "%(count)s handler runs", "number"),
    "refetches": ngettext_lazy("%(count)s refetch", "%(count)s refetches", "number"),
}


def _lag() -> Iterator[Indicator]:
    applied = _of_status(backlog.everything().events, Status.APPLIED)
    own = Event.objects.using(applied.db).filter(stripe_id=OuterRef("event_id"))
    created = Subquery(own.values("created")[:1])
    version = Subquery(own.values("api_version")[:1])
    newest = applied.annotate(created=created, version=version).reverse()
    found: Any = newest.values_list("finished_at", "sent_at", "created", "version").first()
    if found is None:
        yield measured("lag", None, _("No event was applied yet."), _versions(None))
        return
    finished_at, sent_at, created_at, version_of_event = found
    lag = seconds(finished_at - (created_at or sent_at))
    is_recent = timezone.now() - finished_at < JUDGED
    text = _("The newest event was applied %(lag)s after it was created at Stripe.") % {
        "lag": duration(lag)
    }
    details = {"applied_at": finished_at.isoformat(), **_versions(version_of_event)}
    yield measured("lag", lag, text, details, is_judged=is_recent)


def _versions(of_event: str | None) -> dict[str, str | None]:
    return {"api_version": settings.api_version, "api_version_of_newest_event": of_event}


def _waiting() -> Iterator[Indicator]:
    events = backlog.everything().events
    oldest = [_oldest(events, status) for status in (Status.RECEIVED, Status.FAILED)]
    moments = [found for found in oldest if found]
    if not moments:
        yield measured("waiting", 0, _("No event is waiting."))
        return
    at, reason = min(moments)
    age = seconds(timezone.now() - at)
    text = _("The oldest event that is not applied has been waiting for %(age)s.")
    if reason == HELD:
        text = _(
            "The oldest event that is not applied has been waiting for the first stripe_sync"
            " for %(age)s."
        )
    text %= {"age": duration(age)}
    yield measured("waiting", age, text, {"since": at.isoformat()})


def _oldest(events: QuerySet[InboxEvent], status: str) -> tuple[datetime, str] | None:
    return _of_status(events, status).values_list("received_at", "reason").first()


def _of_status(rows: QuerySet, status: str) -> QuerySet:
    """The rows with a status, in the order of the index that finds them.

    It is a range, so that a planner has no other way: by the order of keys alone, it may read a
    million rows of other statuses first.
    """
    return rows.filter(status__gte=status, status__lte=status).order_by("status", "pk")


def _backlog() -> Iterator[Indicator]:
    work = backlog.everything()
    runs = HandlerRun.Status
    left = {
        "events": _sum(work.events, Status.RECEIVED, Status.FAILED),
        "handlers": _sum(work.runs, runs.WAITING, runs.FAILED),
        "refetches": _count(work.refetches.exclude(next_attempt_at=None)),
    }
    text = ngettext("%(work)s is waiting.", "%(work)s are waiting.", sum(left.values()))
    yield _total("backlog", left, text, _("Nothing is waiting."))


def _dead_lettered() -> Iterator[Indicator]:
    work = backlog.everything()
    runs = HandlerRun.Status
    dead = {
        "events": _sum(work.events, Status.DEAD),
        "handlers": _sum(work.runs, runs.DEAD),
        "refetches": _count(work.refetches.filter(next_attempt_at=None)),
    }
    text = ngettext("%(work)s is dead-lettered.", "%(work)s are dead-lettered.", sum(dead.values()))
    yield _total("dead_lettered", dead, text, _("Nothing is dead-lettered."))


def _sum(rows: QuerySet, *statuses: str) -> int:
    return sum(_count(_of_status(rows, status)) for status in statuses)


def _count(rows: QuerySet) -> int:
    """How many rows there are, of the first ``MOST`` and one more."""
    return rows[: MOST + 1].count()


def _total(name: str, counts: dict[str, int], text: str, nothing: str) -> Indicator:
    parts = [
        WORK[kind] % {"number": count, "count": counted(count)}
        for kind, count in counts.items()
        if count
    ]
    if not parts:
        return measured(name, 0, nothing, counts)
    text %= {"work": _(" and ").join(parts)}
    return measured(name, sum(counts.values()), text[0].upper() + text[1:], counts)


MEASURES: Measures = {
    ("lag",): _lag,
    ("waiting",): _waiting,
    ("backlog",): _backlog,
    ("dead_lettered",): _dead_lettered,
}
