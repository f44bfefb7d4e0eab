"""Events, but for those that the state of an object at a later moment is known by.

``with_snapshot()`` shows an object by its newest event before a moment. So the last event of each
object before the limit stays, as its base, as long as the object has a row: then every moment from
the limit on is shown as before. ``Retention.events_since`` has the limit; nothing is known before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from stripe_django import registry
from stripe_django.models import Event, HandlerRun, InboxEvent, MirroredAccount, V2CoreEvent
from stripe_django.models.querysets.event import NOT_DELETIONS

from . import batches
from .batches import Step
from .lease import Turn

AHEAD = timedelta(days=1)  # of its delivery: the event of a test clock
UNFINISHED = (InboxEvent.Status.RECEIVED, InboxEvent.Status.FAILED, InboxEvent.Status.DEAD)


class Old(NamedTuple):
    """An event before the limit."""

    pk: int
    created: datetime
    stripe_id: str
    object_name: str | None
    object_id: str | None
    type: str | None
    account: str | None

    @property
    def is_deletion(self) -> bool:
        type_ = self.type or ""
        return type_.endswith(".deleted") and type_ not in NOT_DELETIONS


COLUMNS = ("pk", "created", "stripe_id", "object_name", "object_id", "type", "stripe_account")


def events(turn: Turn) -> Iterator[int]:
    before = turn.cutoff("events")
    if before is None:
        return
    since = turn.state.events_since
    if since is None or since < before:
        turn.save(events_since=before)  # first: who reads what is left has to know
    for page in _pages(Event.objects.using(turn.using), before, turn):
        bases = _bases(page, before, turn)
        yield _delete([each for each in page if each.pk not in bases], Event.objects.all(), turn)


def v2_events(turn: Turn) -> Iterator[int]:
    """They show no objects, so none is a base."""
    before = turn.cutoff("events")
    if before is None:
        return
    for page in _pages(V2CoreEvent.objects.using(turn.using), before, turn):
        yield _delete(page, V2CoreEvent.objects.all(), turn)


def _pages(rows: QuerySet, before: datetime, turn: Turn) -> Iterator[list[Old]]:
    """The events before the limit, the oldest first, from where the last turn has come.

    Those of one second are on one page, since the last of them need not be the one stored last.
    """
    while True:
        old = rows.filter(created__lt=before)
        if at := turn.state.position_at:
            same = Q(created=at, pk__gt=turn.state.position)
            old = old.filter(Q(created__gt=at) | same, created__gte=at)
        values = old.order_by("created", "pk").values_list(*COLUMNS)
        page = [Old(*each) for each in values[: batches.SIZE]]
        if not page:
            return
        last = page[-1]
        rest = values.filter(created=last.created, pk__gt=last.pk)
        page += [Old(*each) for each in rest]
        yield page
        turn.move(page[-1].pk, page[-1].created)


def _bases(page: Sequence[Old], before: datetime, turn: Turn) -> set[int]:
    """The keys of the events that stay because of what they show."""
    shown = [each for each in page if each.object_id and each.object_name]
    newest = _last(shown, turn, until=before)
    found = _with_row([each for each in shown if each.pk in newest], turn)
    unchanged_since = turn.cutoff("last_events")
    leaving = [
        each
        for each in found
        if each.is_deletion or (unchanged_since and each.created < unchanged_since)
    ]
    return {each.pk for each in found} - _last(leaving, turn)


def _last(some: Sequence[Old], turn: Turn, until: datetime | None = None) -> set[int]:
    """The keys of those that are the last of their object, or the last before ``until``."""
    if not some:
        return set()
    rows = Event.objects.using(turn.using).filter(pk__in=[each.pk for each in some])
    return set(rows.last_of_object(until=until).values_list("pk", flat=True))


def _with_row(some: Sequence[Old], turn: Turn) -> list[Old]:
    """Those whose object has a row."""
    by_name: dict[str, list[Old]] = defaultdict(list)
    for each in some:
        by_name[each.object_name or ""].append(each)
    found: list[Old] = []
    for name, its_events in by_name.items():
        model = registry.model_of({"object": name})
        if model is None:
            continue
        ids = {each.object_id for each in its_events}
        rows = model._base_manager.using(turn.using).filter(stripe_id__in=ids)
        here = set(rows.values_list("stripe_id", flat=True))
        found += [each for each in its_events if each.object_id in here]
    return found


def _delete(some: Sequence[Old], events: QuerySet, turn: Turn) -> int:
    needed = _needed(some, turn)
    keys = [each.pk for each in some if each.stripe_id not in needed]
    rows = events.using(turn.using).filter(pk__in=keys)
    return batches.delete(batches.unreferenced(rows), turn) if keys else 0


def _needed(some: Sequence[Old], turn: Turn) -> set[str]:
    """The events that something is still to be done with.

    What awakes a dormant account stays until the next sync has seen it; an event that is dated
    ahead stays as long as the inbox has it, which has no date.
    """
    ids = [each.stripe_id for each in some]
    inbox = InboxEvent.objects.using(turn.using).filter(event_id__in=ids)
    is_open = Q(status__in=UNFINISHED) | Q(next_attempt_at__isnull=False)
    needed = set(inbox.filter(is_open).values_list("event_id", flat=True))
    runs = HandlerRun.objects.using(turn.using).filter(event_id__in=ids)
    needed |= set(runs.exclude(status=HandlerRun.Status.DONE).values_list("event_id", flat=True))
    dated = {each.stripe_id: each.created for each in some}
    sent = inbox.values_list("event_id", "sent_at")
    needed |= {each for each, sent_at in sent if dated[each] > sent_at + AHEAD}
    dormant = MirroredAccount.objects.using(turn.using).filter(
        state=MirroredAccount.State.DORMANT, stripe_account__in={each.account for each in some}
    )
    accounts = set(dormant.values_list("stripe_account", flat=True))
    return needed | {each.stripe_id for each in some if each.account in accounts}


STEPS = (
    Step("events", "events", events),
    Step("v2_events", gettext_noop("events of the second API version"), v2_events),
)
