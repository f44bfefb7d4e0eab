"""The statuses of the events of each hour, and the objects and days that they affect.

The inbox is read in the order of its keys, up to where it was read before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta

from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import TruncHour

from stripe_django.models import Event, EventHour, InboxEvent, ObjectStatistics, Retention
from stripe_django.sync.events import store

from . import payment_volume, row_counts
from .lease import Turn

BATCH = 5_000  # keys
# Two transactions may commit in another order than that of their keys.
MARGIN = 1_000
PATIENCE = timedelta(minutes=1)  # with an event that is not applied
OPEN_EVERY = timedelta(minutes=5)
WEEK_EVERY = timedelta(days=1)
WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)
UNFINISHED = ("received", "failed", "dead")


def steps(turn: Turn) -> Iterator[None]:
    """Process new events, and count again the hours that may have changed."""
    while (events := _new(turn)) is not None:
        last = events.aggregate(last=Max("pk"))["last"]
        if last is None:  # they were pruned meanwhile
            continue
        _note_hours(events, turn)
        _note_objects(events, turn)
        payment_volume.note_days_of(events, turn)
        turn.state.last_event = last
        turn.save("last_event", "days_due")
        yield
    for hour in _unsettled(turn):
        _count(hour, turn)
        yield


def _inbox(turn: Turn) -> QuerySet:
    return InboxEvent.objects.using(turn.using)


def _new(turn: Turn) -> QuerySet | None:
    """The next unprocessed events, up to one that is about to be applied: only then
    will it say which object it is about.
    """
    later = _inbox(turn).filter(pk__gt=turn.state.last_event)
    first = later.order_by("pk").values_list("pk", flat=True).first()
    if first is None:
        return None
    waiting = store.not_tried().filter(received_at__gt=turn.began_at - PATIENCE)
    oldest = waiting.values_list("pk", flat=True).first()
    end = first + BATCH if oldest is None else min(first + BATCH, oldest)
    return later.filter(pk__lt=end) if end > first else None


def _note_hours(events: QuerySet, turn: Turn) -> None:
    """Extend or create the hours of these events; they are counted later."""
    hours = EventHour.objects.using(turn.using)
    found = events.annotate(hour=TruncHour("received_at", tzinfo=UTC)).values("hour")
    for each in found.annotate(first=Min("pk"), last=Max("pk")).order_by("hour"):
        keys = {"first_event": each["first"], "last_event": each["last"]}
        hour, is_new = hours.get_or_create(hour=each["hour"], defaults=keys)
        if not is_new:
            hour.first_event = min(hour.first_event, each["first"])
            hour.last_event = max(hour.last_event, each["last"])
            hour.counted_at = None
            hour.save(using=turn.using)


def _note_objects(events: QuerySet, turn: Turn) -> None:
    about = dict(events.values_list("object_name").annotate(Max("sent_at")).order_by())
    if about:
        about[Event.stripe.object_name] = max(about.values())
    for name, sent_at in about.items():
        objects = ObjectStatistics.objects.using(turn.using).filter(object_name=name)
        objects.filter(Q(event_at=None) | Q(event_at__lt=sent_at)).update(event_at=sent_at)
    row_counts.mark(about, turn.using)


def _unsettled(turn: Turn) -> Iterator[EventHour]:
    """The uncounted hours, those with unfinished events, and once a day those of a week."""
    now = turn.began_at
    is_open = Q(received__gt=0) | Q(failed__gt=0) | Q(dead__gt=0)
    yield from (
        EventHour.objects.using(turn.using)
        .filter(
            Q(counted_at=None)
            | (is_open & Q(counted_at__lte=now - OPEN_EVERY))
            | Q(hour__gte=now - WEEK, counted_at__lte=now - WEEK_EVERY)
        )
        .order_by("-hour")
    )


def _count(hour: EventHour, turn: Turn) -> None:
    events = _inbox(turn).filter(
        pk__gte=hour.first_event - MARGIN,
        pk__lte=hour.last_event + MARGIN,
        received_at__gte=hour.hour,
        received_at__lt=hour.hour + HOUR,
    )
    found = dict(events.values_list("status").annotate(Count("pk")).order_by())
    if _is_pruned(hour, turn):
        _count_finished_since(hour, found)
    else:
        for status in InboxEvent.Status.values:
            setattr(hour, status, found.get(status, 0))
    hour.counted_at = turn.began_at
    hour.save(using=turn.using)


def _is_pruned(hour: EventHour, turn: Turn) -> bool:
    """Whether finished events of the hour may not be in the inbox any more."""
    return Retention.objects.using(turn.using).filter(inbox_since__gt=hour.hour).exists()


def _count_finished_since(hour: EventHour, found: dict[str, int]) -> None:
    """Unfinished events are all there; those that no longer are have been applied meanwhile."""
    before = sum(getattr(hour, status) for status in UNFINISHED)
    for status in UNFINISHED:
        setattr(hour, status, found.get(status, 0))
    hour.applied += max(0, before - sum(getattr(hour, status) for status in UNFINISHED))
