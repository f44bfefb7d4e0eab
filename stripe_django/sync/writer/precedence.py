"""Decides which of two snapshots of one object is newer. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, StrEnum
from typing import NamedTuple

from stripe_django.models.base import AsOfKind
from stripe_django.sync.mapping.rows import Rank, Row
from stripe_django.sync.mapping.schema import plan


class Outcome(StrEnum):
    """The outcome of one snapshot."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    STALE = "stale"
    CONFLICTING = "conflicting"
    FAILED = "failed"


class State(NamedTuple):
    """What the guard knows of a stored row. ``id`` is ``None`` for one that is not stored yet."""

    id: int | None
    as_of: datetime | None
    as_of_kind: str
    digest: str
    ambiguous: bool
    deleted_at: datetime | None


class Order(Enum):
    OLDER = -1
    SAME = 0
    NEWER = 1


@dataclass(slots=True)
class Decision:
    """What to do for one key: the state to store, and the row whose content to write, if any."""

    seen: State | None
    state: State
    content: Row | None
    outcomes: list[Outcome]

    @property
    def is_write(self) -> bool:
        return self.content is not None

    @property
    def is_touch(self) -> bool:
        return self.content is None and self.state != self.seen

    @property
    def is_conflict(self) -> bool:
        """Whether two of the snapshots, or one and the stored one, leave the ambiguous row."""
        return self.state.ambiguous and Outcome.CONFLICTING in self.outcomes


def decide(seen: State | None, rows: Iterable[Row]) -> Decision:
    """The end of applying several snapshots of one object, one after the other."""
    stored, state, content, outcomes = seen, seen, None, []
    for row in rows:
        outcome, writes, state = decide_one(state, row)
        outcomes.append(outcome)
        if writes:
            content = row if content is None else _completed(row, content)
    assert state is not None  # there is at least one row
    return Decision(stored, state, content, outcomes)


def _completed(row: Row, earlier: Row) -> Row:
    """The row with what only an earlier one's payload spoke of: columns, links."""
    row = _with_links(row, earlier) if earlier.links else row
    known = row.preserved_columns - earlier.preserved_columns
    if not known:
        return row
    columns = plan(row.model).columns
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


def decide_one(seen: State | None, row: Row) -> tuple[Outcome, bool, State]:
    if seen is None:
        return Outcome.CREATED, True, _state_of(row, None, row.deleted_at)
    if row.moment.is_copy:
        same = row.digest == seen.digest
        return Outcome.UNCHANGED if same else Outcome.STALE, False, seen
    deleted_at = _later(seen.deleted_at, row.deleted_at)
    if row.has_content:
        outcome, writes, state = _decide_content(seen, row, deleted_at)
    else:
        outcome = Outcome.UPDATED if deleted_at != seen.deleted_at else Outcome.UNCHANGED
        writes, state = False, seen._replace(deleted_at=deleted_at)
    if outcome is not Outcome.STALE and _deletion_conflicts(seen, row):
        return Outcome.CONFLICTING, writes, state._replace(ambiguous=True)
    if state.ambiguous and _is_surely_deleted(state):
        state = state._replace(ambiguous=False)  # Stripe has no content that a read could show
    return outcome, writes, state


def _deletion_conflicts(seen: State, row: Row) -> bool:
    """Whether one of them is a deletion in the second of which the other one is alive.

    An object whose id is used again in that second may be alive after all.
    """
    if row.deleted_at:
        return _is_alive(seen) and _is_same_instant(seen.as_of, row.deleted_at)
    return _is_same_instant(row.moment.as_of, seen.deleted_at)


def _is_surely_deleted(state: State) -> bool:
    """Whether it was deleted after the second of its content."""
    if state.deleted_at is None or state.as_of is None:
        return False
    return _second(state.deleted_at) > _second(state.as_of)


def _is_alive(seen: State) -> bool:
    return seen.deleted_at is None or (seen.as_of is not None and seen.as_of > seen.deleted_at)


def _is_same_instant(one: datetime | None, other: datetime | None) -> bool:
    """Whether nothing tells the order of two moments; those with a fraction are of reads."""
    if one is None or other is None or (one.microsecond and other.microsecond):
        return False
    return _second(one) == _second(other)


def _decide_content(
    seen: State, row: Row, deleted_at: datetime | None
) -> tuple[Outcome, bool, State]:
    order = _order(seen, row)
    if order is Order.OLDER:
        return Outcome.STALE, False, seen._replace(deleted_at=deleted_at)
    same = row.digest == seen.digest
    # A read may have come before the events of its own second, so it leaves that second's conflict.
    ambiguous = seen.ambiguous and _is_same_second(seen, row)
    newest = _state_of(row, seen.id, deleted_at, ambiguous)
    if order is Order.NEWER:
        return (Outcome.UNCHANGED, False, newest) if same else (Outcome.UPDATED, True, newest)
    if same:
        later = newest if _is_later(seen, row) else seen._replace(deleted_at=deleted_at)
        return Outcome.UNCHANGED, False, later
    if row.model.IS_HISTORY:
        if _is_preferred(seen, row):
            return Outcome.UPDATED, True, newest
        return Outcome.UNCHANGED, False, seen._replace(deleted_at=deleted_at)
    wins = row.moment.rank >= _rank_of(seen)
    state = newest if wins else seen
    return Outcome.CONFLICTING, wins, state._replace(ambiguous=True, deleted_at=deleted_at)


def _is_preferred(seen: State, row: Row) -> bool:
    """Which of two of one second to keep of what never changes: a read, or else the same one
    whichever comes first.
    """
    mine = row.moment.rank is Rank.READ, row.digest
    return mine > (_rank_of(seen) is Rank.READ, seen.digest)


def _state_of(
    row: Row, row_id: int | None, deleted_at: datetime | None, ambiguous: bool = False
) -> State:
    """The state of a row that has this one's content."""
    if not row.has_content:
        return State(row_id, None, "", row.digest, ambiguous, deleted_at)
    moment = row.moment
    return State(row_id, moment.as_of, moment.kind, row.digest, ambiguous, deleted_at)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return max(one, other)


def _rank_of(seen: State) -> Rank:
    if seen.as_of_kind == AsOfKind.READ:
        return Rank.READ
    return Rank.EVENT if _is_alive(seen) else Rank.DELETION


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _is_same_second(seen: State, row: Row) -> bool:
    assert seen.as_of is not None
    assert row.moment.as_of is not None
    return _second(row.moment.as_of) == _second(seen.as_of)


def _is_later(seen: State, row: Row) -> bool:
    assert seen.as_of is not None
    assert row.moment.as_of is not None
    return row.moment.as_of > seen.as_of


def _order(seen: State, row: Row) -> Order:
    """Reads are compared exactly; whatever involves an event, which has whole seconds, by these."""
    mine, theirs = row.moment.as_of, seen.as_of
    assert mine is not None
    if theirs is None:
        return Order.NEWER
    if not (row.moment.rank is Rank.READ and _rank_of(seen) is Rank.READ):
        mine, theirs = _second(mine), _second(theirs)
    return Order.NEWER if mine > theirs else Order.SAME if mine == theirs else Order.OLDER
