"""Decides which of two snapshots of one object is newer. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from operator import attrgetter
from typing import Any, NamedTuple

from django.utils.translation import gettext_noop

from stripe_django.models.base import AsOfKind
from stripe_django.sync.mapping.rows import (
    DIGEST_SEPARATOR,
    REQUEST_PREFIX,
    UNKNOWN_TIME,
    Rank,
    Row,
    content_of,
    policy_of,
)
from stripe_django.sync.mapping.schema import final_states, schema_for

from . import ownership
from .intervals import Interval, following, second_of

FALSE_AFTER = timedelta(minutes=5)  # a stored time that is later than this after now is false


class Outcome(StrEnum):
    """The outcome of one snapshot."""

    CREATED = gettext_noop("created")
    UPDATED = gettext_noop("updated")
    UNCHANGED = gettext_noop("unchanged")
    STALE = gettext_noop("stale")
    CONFLICTING = gettext_noop("conflicting")
    REFETCH = gettext_noop("refetch")
    FAILED = gettext_noop("failed")
    ERASED = gettext_noop("erased")


# Once: Python 3.11 takes as long to find a member of an enum as to call a function.
CREATED, UPDATED, UNCHANGED, STALE, CONFLICTING, REFETCH, *_ = Outcome


class State(NamedTuple):
    """The state of a stored row. ``id`` is ``None`` for one that is not stored yet."""

    id: int | None
    as_of: datetime | None
    as_of_kind: str
    digest: str
    ambiguous: bool
    deleted_at: datetime | None
    as_of_from: datetime | None = None
    as_of_source: str = ""
    account: str | None = ""
    is_final: bool = False

    @property
    def interval(self) -> Interval:
        assert self.as_of is not None
        return Interval(self.as_of, self.as_of_from, self.as_of_kind, self.as_of_source)

    def within(self, interval: Interval) -> State:
        end, start, kind, source = interval
        return self._replace(as_of=end, as_of_from=start, as_of_kind=kind, as_of_source=source)


class Order(Enum):
    OLDER = -1
    SAME = 0
    NEWER = 1


OLDER, SAME, NEWER = Order


class Step(NamedTuple):
    """The decision about one snapshot: whether its content is written, and the state after it."""

    outcome: Outcome
    writes: bool
    state: State


@dataclass(slots=True)
class Decision:
    """The decision about one key: the state to store, and the row whose content to write, if any.

    ``differing`` are the digests of the snapshots that a refetch has to decide between.
    """

    seen: State | None
    state: State
    content: Row | None
    outcomes: list[Outcome]
    differing: frozenset[str] = frozenset()

    @property
    def is_write(self) -> bool:
        return self.content is not None

    @property
    def is_touch(self) -> bool:
        return self.content is None and self.state != self.seen

    @property
    def is_visible(self) -> bool:
        """Whether it changes what the row shows, and not only when that was true."""
        if self.seen is None or self.is_write:
            return True
        before, after = self.seen, self.state
        return (before.account, before.deleted_at, _is_alive(before)) != (
            *(after.account, after.deleted_at, _is_alive(after)),
        )

    @property
    def is_conflict(self) -> bool:
        """Whether two of the snapshots, or one and the stored one, leave the row ambiguous."""
        return self.state.ambiguous and CONFLICTING in self.outcomes

    @property
    def needs_refetch(self) -> bool:
        return REFETCH in self.outcomes


def decide(seen: State | None, rows: Iterable[Row], now: datetime = UNKNOWN_TIME) -> Decision:
    """Apply several snapshots of one object, one after the other. ``now`` is Stripe's time."""
    stored, state, content, outcomes = seen, seen, None, []
    differing: set[str] = set()
    for row in rows:
        before = state
        outcome, writes, state = _decide_owned(before, row, now)
        outcomes.append(outcome)
        if outcome is REFETCH:
            differing.add(row.digest)
        elif outcome is CONFLICTING and before is not None:
            differing |= {before.digest, row.digest}
        if writes:
            content = row if content is None else _completed(row, content)
    assert state is not None  # there is at least one row
    return Decision(stored, state, content, outcomes, frozenset(differing))


def _completed(row: Row, earlier: Row) -> Row:
    """The row with what only an earlier one's payload has: preserved columns, and links."""
    row = _with_links(row, earlier) if earlier.links else row
    known = row.preserved_columns - earlier.preserved_columns
    if not known:
        return row
    columns = schema_for(row.model).columns
    values = [
        old if column.attname in known else new
        for column, new, old in zip(columns, row.values, earlier.values, strict=True)
    ]
    return row.with_values(
        values, preserved_columns=row.preserved_columns & earlier.preserved_columns
    )


def _with_links(row: Row, earlier: Row) -> Row:
    """The row with an earlier one's links, unless it has a complete list of its own."""
    links, partial = dict(row.links), set(row.partial_links)
    for name, known in earlier.links.items():
        if name not in row.links or name in row.partial_links:
            links[name] = [*known, *row.links.get(name, ())]
            partial.discard(name)
            partial |= earlier.partial_links & {name}
    return replace(row, links=links, partial_links=frozenset(partial))


def _decide_owned(seen: State | None, row: Row, now: datetime) -> Step:
    """Decide about one snapshot, and which account the row lives in afterwards."""
    if seen is None:
        return decide_one(seen, row, now)
    step = decide_one(seen, ownership.within(seen.account, row), now)
    account = ownership.account_after(seen.account, row)
    if not step.writes and ownership.is_misread(seen.account, row) and not _is_same(seen, row):
        if seen.as_of is None and row.has_content:  # one copy in the place of another one
            state = _state_of(row, seen.id, step.state.deleted_at)
            return Step(UPDATED, True, state._replace(account=account))
        return Step(CONFLICTING, False, step.state._replace(account=account, ambiguous=True))
    if step.state.account == account:
        return step
    return step._replace(state=step.state._replace(account=account))


def _is_same(seen: State, row: Row) -> bool:
    """Whether they have the same content, apart from what comes only on request, and from what the
    policy of either withholds.
    """
    return _is_equal(seen, row) or row.had_digest(seen.digest)


def _is_equal(seen: State, row: Row) -> bool:
    """Whether they have the same content, also as it is stored."""
    return seen.digest == row.digest or content_of(seen.digest) == content_of(row.digest)


def decide_one(seen: State | None, row: Row, now: datetime = UNKNOWN_TIME) -> Step:
    """Decide about the time of one snapshot."""
    if seen is None:
        return Step(CREATED, True, _state_of(row, None, row.deleted_at))
    if row.moment.is_copy:
        return _decide_copy(seen, row)
    if _is_false(seen, row, now) and not _is_own_read(row):
        return Step(REFETCH, False, seen)
    if _is_own_read(row) and _is_in_future(seen.deleted_at, row, now):
        seen = seen._replace(deleted_at=None)
    deleted_at = _later(seen.deleted_at, row.deleted_at)
    if row.has_content:
        step = _decide_content(seen, row, deleted_at, now)
    else:
        outcome = UPDATED if deleted_at != seen.deleted_at else UNCHANGED
        step = Step(outcome, False, seen._replace(deleted_at=deleted_at))
    if step.outcome is not STALE and _deletion_conflicts(seen, row):
        return Step(CONFLICTING, step.writes, step.state._replace(ambiguous=True))
    if step.state.ambiguous and _is_surely_deleted(step.state):
        # Stripe has no content that a read could show.
        return step._replace(state=step.state._replace(ambiguous=False))
    return step


def _decide_copy(seen: State, row: Row) -> Step:
    if _is_same(seen, row):
        return Step(UNCHANGED, False, seen)
    if row.moment.timeless and row.moment.rank is Rank.DELETION and row.has_content:
        # If a read finds that it was deleted, there is no other way to its last content.
        last = seen._replace(digest=row.digest, is_final=is_final(row))
        return Step(REFETCH, True, last)
    if row.moment.timeless and not (row.deleted_at and not _is_alive(seen)):
        return Step(REFETCH, False, seen)
    return Step(STALE, False, seen)


def _decide_content(seen: State, row: Row, deleted_at: datetime | None, now: datetime) -> Step:
    order = _order(seen, row, now)
    if order is OLDER:
        return Step(STALE, False, seen._replace(deleted_at=deleted_at))
    newest = _state_of(row, seen.id, deleted_at, _completed_digest(seen, row))
    is_same = newest.digest == seen.digest
    outcome = UNCHANGED if is_same else UPDATED
    if order is NEWER:
        return Step(outcome, not is_same, _after_requests(seen, newest))
    if is_same or _adds_what_was_requested(seen, row) or row.had_digest(seen.digest):
        narrowed = seen.interval.narrowed(_interval_of(row))
        same = newest._replace(ambiguous=seen.ambiguous).within(narrowed)
        return Step(outcome, not is_same, same)
    if row.model.stripe.immutable:
        if _is_preferred(seen, row):
            return Step(UPDATED, True, newest)
        return Step(UNCHANGED, False, seen._replace(deleted_at=deleted_at))
    if newest.is_final != seen.is_final:
        if newest.is_final:
            return Step(UPDATED, True, newest)
        return Step(STALE, False, seen._replace(deleted_at=deleted_at))
    mine, theirs = _precedence_of_row(seen, row), _precedence_of_seen(seen, row)
    # What a deletion has won over may come again, also once a read has found the object gone.
    has_won = seen.deleted_at and (seen.ambiguous or row.moment.rank is not Rank.DELETION)
    wins = mine > theirs or (mine == theirs and not has_won)
    state = newest if wins else seen._replace(deleted_at=deleted_at)
    # Only what is newer than both resolves the conflict without a read.
    latest = max(_interval_of(row), seen.interval, key=attrgetter("upper"))
    if state.interval.upper < latest.upper:
        state = state.within(latest)
    return Step(CONFLICTING, wins, state._replace(ambiguous=True))


def _after_requests(seen: State, newest: State) -> State:
    """The state, whose content is newer than the requests of the stored one."""
    if REQUEST_PREFIX not in seen.as_of_source:
        return newest
    mine, earlier = newest.interval, seen.interval
    if not mine.shares_clock(earlier):
        return newest
    return newest._replace(as_of_source=following(mine, earlier))


def _completed_digest(seen: State, row: Row) -> str:
    """The digest of the row, or the stored one if it has the same content and more on request."""
    has_more = row.digest.endswith(DIGEST_SEPARATOR) and _is_equal(seen, row)
    return seen.digest if has_more else row.digest


def _adds_what_was_requested(seen: State, row: Row) -> bool:
    """Whether a snapshot differs only in keys that no stored one has had."""
    return seen.digest.endswith(DIGEST_SEPARATOR) and _is_equal(seen, row)


def _precedence_of_row(seen: State, row: Row) -> tuple[bool, datetime, Rank, Any]:
    """Of two conflicting snapshots a deletion wins, since nothing came after its content unless the
    id was used again; then the one that ended later, and then the one of the higher rank. The ends
    are compared exactly if one clock has measured both.
    """
    mine, rank = _interval_of(row), row.moment.rank
    return rank is Rank.DELETION, mine.upper, rank, _exact_end(mine, seen.interval)


def _precedence_of_seen(seen: State, row: Row) -> tuple[bool, datetime, Rank, Any]:
    mine, rank = seen.interval, _rank_of(seen)
    return rank is Rank.DELETION, mine.upper, rank, _exact_end(mine, _interval_of(row))


def _exact_end(mine: Interval, other: Interval) -> datetime | tuple[int, datetime]:
    """Both ends are of the same type: either one clock measured both, or not."""
    if not mine.shares_clock(other):
        return mine.upper
    return (mine.ticks[1], mine.end) if mine.ticks and other.ticks else mine.end


def _is_false(seen: State, row: Row, now: datetime) -> bool:
    """Whether the stored time lies in the future, so that it orders nothing."""
    return not row.model.stripe.immutable and _is_in_future(seen.as_of, row, now)


def _is_in_future(moment: datetime | None, row: Row, now: datetime) -> bool:
    """Whether a stored time is later than now, and than the row's, by more than clocks may be."""
    if moment is None or now == UNKNOWN_TIME:
        return False
    return moment > max(now, row.moment.as_of or now) + FALSE_AFTER


def _is_own_read(row: Row) -> bool:
    """Whether this package has read it, and so knows Stripe's time."""
    source = row.moment.source
    return row.moment.rank is Rank.READ and bool(source) and not _interval_of(row).is_of_request


def _deletion_conflicts(seen: State, row: Row) -> bool:
    """Whether one is a deletion, and the other one shows the object alive at the same time.

    An object whose id is used again may be alive after all.
    """
    if row.deleted_at:
        is_same = seen.as_of is not None and seen.interval.overlaps(
            _interval_of(row), exactly=not seen.ambiguous
        )
        return is_same and _is_alive(seen)
    if seen.as_of and _is_known_by_request(seen.interval, _interval_of(row)):
        return False
    return seen.deleted_at is not None and _interval_of(row).overlaps(
        Interval(seen.deleted_at), exactly=False
    )


def _is_surely_deleted(state: State) -> bool:
    """Whether it was deleted after the second of its content."""
    if state.deleted_at is None or state.as_of is None:
        return False
    return second_of(state.deleted_at) > second_of(state.as_of)


def _is_alive(seen: State) -> bool:
    return seen.deleted_at is None or (seen.as_of is not None and seen.as_of > seen.deleted_at)


def _is_preferred(seen: State, row: Row) -> bool:
    """Which of two snapshots of an immutable object to keep: that of the policy in force, a read,
    or else always the same one, whichever comes first.
    """
    if policy_of(row.digest) != policy_of(seen.digest):
        return True
    mine = row.moment.rank is Rank.READ, row.digest
    return mine > (_rank_of(seen) is Rank.READ, seen.digest)


def _state_of(row: Row, row_id: int | None, deleted_at: datetime | None, digest: str = "") -> State:
    """The state of a row that has this one's content."""
    moment, final, digest = row.moment, is_final(row), digest or row.digest
    if not row.has_content or moment.as_of is None:
        state = State(row_id, None, "", digest, False, deleted_at, account=row.account)
        return state._replace(is_final=True) if final else state
    # Built at once: replacing parts of a tuple takes several times as long.
    end, start, kind, source = moment.as_of, moment.start, moment.kind, moment.source
    return State(row_id, end, kind, digest, False, deleted_at, start, source, row.account, final)


def is_final(row: Row) -> bool:
    """Whether the object has a status that it never leaves."""
    final = final_states(row.model)
    return final is not None and row.values[final.place] in final.values


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return max(one, other)


def _rank_of(seen: State) -> Rank:
    if seen.as_of_kind == AsOfKind.READ:
        return Rank.READ
    return Rank.EVENT if _is_alive(seen) else Rank.DELETION


def _interval_of(row: Row) -> Interval:
    moment = row.moment
    assert moment.as_of is not None
    return Interval(moment.as_of, moment.start, moment.kind, moment.source)


def _order(seen: State, row: Row, now: datetime) -> Order:
    """The order of a snapshot and the stored one; what overlaps has none."""
    if seen.as_of is None or _is_false(seen, row, now):
        return NEWER
    mine, theirs = _interval_of(row), seen.interval
    if mine.shares_request(theirs) and mine.kind != theirs.kind and not _is_same(seen, row):
        order = _order_in_request(mine, theirs)
        return SAME if seen.ambiguous and order is NEWER else order
    # What conflicts with the stored snapshot is known to the second only.
    exactly = not seen.ambiguous
    if theirs.precedes(mine, exactly=exactly):
        return NEWER
    return OLDER if mine.precedes(theirs, exactly=exactly) else SAME


def _is_known_by_request(seen: Interval, event: Interval) -> bool:
    """Whether an event is of a request whose response the row has: it shows nothing newer."""
    return event.kind != seen.kind and event.shares_request(seen) and event.end <= seen.end


def _order_in_request(mine: Interval, theirs: Interval) -> Order:
    """The answer to a request is newer than the request's own events up to its second."""
    answer, event = (mine, theirs) if mine.kind == AsOfKind.READ else (theirs, mine)
    is_mine = answer is mine
    if event.end > answer.end:
        return OLDER if is_mine else NEWER
    return NEWER if is_mine else OLDER
