"""Which of two snapshots of one object is the newer one: the rules, without a database."""

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
    """What became of one snapshot."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    STALE = "stale"
    TIED = "tied"
    FAILED = "failed"


class State(NamedTuple):
    """What the guard knows of a stored row. ``id`` is ``None`` for one that is not stored yet."""

    id: int | None
    as_of: datetime | None
    as_of_kind: str
    digest: str
    doubtful: bool
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
    def is_tie(self) -> bool:
        """Whether two of the snapshots, or one and the stored one, leave the row in doubt."""
        return self.state.doubtful and Outcome.TIED in self.outcomes


def decide(seen: State | None, rows: Iterable[Row]) -> Decision:
    """The end of applying several snapshots of one object, one after the other."""
    stored, state, content, outcomes = seen, seen, None, []
    for row in rows:
        outcome, writes, state = _judge(state, row)
        outcomes.append(outcome)
        if writes:
            content = row if content is None else _completed(row, content)
    assert state is not None  # there is at least one row
    return Decision(stored, state, content, outcomes)


def _completed(row: Row, earlier: Row) -> Row:
    """The row with what only an earlier one's payload spoke of: columns, links."""
    row = _with_links(row, earlier) if earlier.links else row
    known = row.untouched - earlier.untouched
    if not known:
        return row
    columns = plan(row.model).columns
    values = [
        old if column.attname in known else new
        for column, new, old in zip(columns, row.values, earlier.values, strict=True)
    ]
    return row.having(values, untouched=row.untouched & earlier.untouched)


def _with_links(row: Row, earlier: Row) -> Row:
    """The row with an earlier one's links, unless it has a complete list of its own."""
    links, partial = dict(row.links), set(row.partial_links)
    for name, known in earlier.links.items():
        if name not in row.links or name in row.partial_links:
            links[name] = [*known, *row.links.get(name, ())]
            partial.discard(name)
            partial |= earlier.partial_links & {name}
    return replace(row, links=links, partial_links=frozenset(partial))


def _judge(seen: State | None, row: Row) -> tuple[Outcome, bool, State]:
    if seen is None:
        return Outcome.CREATED, True, _state_of(row, None, row.deleted_at)
    if row.moment.is_copy:
        same = row.digest == seen.digest
        return Outcome.UNCHANGED if same else Outcome.STALE, False, seen
    deleted_at = _later(seen.deleted_at, row.deleted_at)
    if row.content:
        outcome, writes, state = _judge_content(seen, row, deleted_at)
    else:
        outcome = Outcome.UPDATED if deleted_at != seen.deleted_at else Outcome.UNCHANGED
        writes, state = False, seen._replace(deleted_at=deleted_at)
    if outcome is not Outcome.STALE and _is_life_tied(seen, row):
        return Outcome.TIED, writes, state._replace(doubtful=True)
    if state.doubtful and _is_surely_deleted(state):
        state = state._replace(doubtful=False)  # Stripe has no content that a read could show
    return outcome, writes, state


def _is_life_tied(seen: State, row: Row) -> bool:
    """Whether one of them is a deletion in the second of which the other one is alive.

    An object whose id is used again in that second may be alive after all.
    """
    if row.deleted_at:
        return _is_alive(seen) and _meet(seen.as_of, row.deleted_at)
    return _meet(row.moment.as_of, seen.deleted_at)


def _is_surely_deleted(state: State) -> bool:
    """Whether it was deleted after the second of its content."""
    if state.deleted_at is None or state.as_of is None:
        return False
    return _second(state.deleted_at) > _second(state.as_of)


def _is_alive(seen: State) -> bool:
    return seen.deleted_at is None or (seen.as_of is not None and seen.as_of > seen.deleted_at)


def _meet(one: datetime | None, other: datetime | None) -> bool:
    """Whether nothing tells the order of two moments; those with a fraction are of reads."""
    if one is None or other is None or (one.microsecond and other.microsecond):
        return False
    return _second(one) == _second(other)


def _judge_content(
    seen: State, row: Row, deleted_at: datetime | None
) -> tuple[Outcome, bool, State]:
    order = _order(seen, row)
    if order is Order.OLDER:
        return Outcome.STALE, False, seen._replace(deleted_at=deleted_at)
    same = row.digest == seen.digest
    # A read may have come before the events of its own second, so it leaves that second's doubt.
    doubtful = seen.doubtful and _is_same_second(seen, row)
    newest = _state_of(row, seen.id, deleted_at, doubtful)
    if order is Order.NEWER:
        return (Outcome.UNCHANGED, False, newest) if same else (Outcome.UPDATED, True, newest)
    if same:
        later = newest if _is_later(seen, row) else seen._replace(deleted_at=deleted_at)
        return Outcome.UNCHANGED, False, later
    if row.model.stripe.immutable:
        if _is_preferred(seen, row):
            return Outcome.UPDATED, True, newest
        return Outcome.UNCHANGED, False, seen._replace(deleted_at=deleted_at)
    wins = row.moment.rank >= _rank_of(seen)
    state = newest if wins else seen
    return Outcome.TIED, wins, state._replace(doubtful=True, deleted_at=deleted_at)


def _is_preferred(seen: State, row: Row) -> bool:
    """Which of two of one second to keep of what never changes: a read, or else the same one
    whichever comes first.
    """
    mine = row.moment.rank is Rank.READ, row.digest
    return mine > (_rank_of(seen) is Rank.READ, seen.digest)


def _state_of(
    row: Row, row_id: int | None, deleted_at: datetime | None, doubtful: bool = False
) -> State:
    """The state of a row that has this one's content."""
    if not row.content:
        return State(row_id, None, "", row.digest, doubtful, deleted_at)
    moment = row.moment
    return State(row_id, moment.as_of, moment.kind, row.digest, doubtful, deleted_at)


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
