"""The states of one subscription in their order, and the times between which its revenue is one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, NamedTuple

from stripe_django.models import Discount, Event, Subscription, SubscriptionItem
from stripe_django.sync.mapping.identity import HomeAccount

from .states import State, essence, is_complete, of_item, of_payload, of_row

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)  # the beginning of what has no date


class Since(NamedTuple):
    """A state, and since when."""

    at: datetime
    state: State


@dataclass(frozen=True, slots=True)
class Version:
    """A state in a span of time within which nothing changes its revenue."""

    starts_at: datetime
    ends_at: datetime | None
    state: State


@dataclass(frozen=True, slots=True)
class Known:
    """All that is stored about one subscription."""

    row: Subscription
    items: Sequence[SubscriptionItem]
    events: Sequence[Event]
    discounts: Sequence[Discount]
    """Those on it and its items, and on its customer."""
    customer_discount: str | None


def versions(known: Known, home: HomeAccount, since: datetime | None) -> Iterator[Version]:
    """The versions, the earliest first; only those that begin from ``since`` on, if it is given.

    Otherwise, the first state is that of all the time before, by its own dates.
    """
    states = list(_merged(_states(known, home, is_whole=since is None)))
    if since is not None:
        states = [each for each in states if each.at >= since]
    for this, following in pairwise([*states, None]):
        if this is not None:
            end = following.at if following else None
            yield from _cut(this, end, known)


def _states(known: Known, home: HomeAccount, *, is_whole: bool) -> Iterator[Since]:
    events = [each for each in known.events if is_complete(each.data["object"])]
    row, shown = known.row, [_shown(each, home) for each in _changing(events)]
    if not shown:
        state = of_row(row, known.items)
        yield Since(min(state.began_at or ALWAYS, row.as_of or ALWAYS), state)
        return
    if is_whole:
        before = _before(events[0], shown[0].state, known, home)
        yield Since(min(before.began_at or ALWAYS, shown[0].at), before)
    yield from shown
    last = events[-1].created
    if row.as_of is not None and last is not None and row.as_of > last:
        yield Since(row.as_of, _without_removed(of_row(row, known.items)))


def _changing(events: Iterable[Event]) -> Iterator[Event]:
    """Without those, such as renewals, that plainly show what the one before showed."""
    before = None
    for each in events:
        shown = essence(each.data["object"])
        if shown != before:
            yield each
        before = shown


def _shown(event: Event, home: HomeAccount) -> Since:
    assert event.created is not None
    return Since(event.created, of_payload(event.data["object"], home))


def _before(event: Event, state: State, known: Known, home: HomeAccount) -> State:
    """The state before the first event: that event's, with what it changed taken back."""
    if previous := event.data.get("previous_attributes"):
        state = of_payload(_merge(event.data["object"], previous), home)
    known_ids = {each.stripe_id for each in state.items}
    gone = (of_item(row) for row in known.items if row.stripe_id not in known_ids)
    return replace(state, items=(*state.items, *(each for each in gone if each.deleted_at)))


def _merge(payload: Mapping[str, Any], previous: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(payload)
    for key, value in previous.items():
        now = merged.get(key)
        if isinstance(now, Mapping) and isinstance(value, Mapping):
            value = _merge(now, value)
        merged[key] = value
    return merged


def _without_removed(state: State) -> State:
    return replace(state, items=tuple(each for each in state.items if each.deleted_at is None))


def _merged(states: Iterable[Since]) -> Iterator[Since]:
    """Without those that are as they were before; of one moment, the last."""
    last: Since | None = None
    for each in states:
        if last is not None and each.state != last.state and each.at > last.at:
            yield last
            last = each
        elif last is None or each.state != last.state:
            last = each if last is None else last._replace(state=each.state)
    if last is not None:
        yield last


def _cut(since: Since, end: datetime | None, known: Known) -> Iterator[Version]:
    """The versions of one state, between the dates on which its revenue may change."""
    state = since.state
    dates = {state.began_at, state.trial_end, state.ended_at, state.canceled_at}
    for item in state.items:
        dates |= {item.created, item.deleted_at}
    for discount in known.discounts:
        dates |= {discount.start, discount.end, discount.deleted_at}
    within = {
        each
        for each in dates
        if each is not None and each > since.at and (end is None or each < end)
    }
    for start, stop in pairwise([since.at, *sorted(within), end]):
        assert start is not None
        yield Version(start, stop, state)
