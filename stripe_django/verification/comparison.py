"""Compares what reads show with the rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from stripe_django.models import Customer
from stripe_django.models.base import AsOfKind, StripeModel
from stripe_django.sync import home
from stripe_django.sync.mapping.rows import Moment, Row, content_of
from stripe_django.sync.writer.intervals import A_SECOND, Interval, second_of
from stripe_django.sync.writer.precedence import FALSE_AFTER
from stripe_django.sync.writer.withholding import rows as withholding
from stripe_django.sync.writer.withholding.marks import Known

from . import list_differences, stored
from .findings import Difference, Finding
from .sightings import Sighting
from .stored import Stored


@dataclass(slots=True)
class Comparison:
    """What differs in the objects of some reads, in their order.

    ``keys`` are the primary keys of the rows of the objects themselves, as far as there are any.
    """

    findings: list[list[Finding]] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)


def compare(sightings: Sequence[Sighting], using: str, now: datetime) -> Comparison:
    """Compare each object, and those in it that are as fresh as the read; copies are left out.

    ``now`` is Stripe's time: rows that claim to be of a later one prove nothing.
    """
    found = Comparison()
    erased = _withhold([row for each in sightings for row in each.rows], using)
    rows = _load(sightings, using)
    others = list_differences.differences(_shown(sightings), using)
    for each in sightings:
        subject = each.subject
        if (row := rows[subject.model].get(subject.stripe_id)) is not None:
            found.keys.append(row["pk"])
        findings = _compare(each, rows, others, now)
        found.findings.append([one for one in findings if not _is_of(one, erased)])
    return found


def _is_of(finding: Finding, customers: frozenset[str]) -> bool:
    return finding.model is Customer and finding.stripe_id in customers


def _withhold(shown: Sequence[Row], using: str) -> frozenset[str]:
    """Take from what was read the personal data of erased customers, and return the ids of those
    who are there themselves: that they have no row is no difference.
    """
    mine = home.known(using)
    if mine is None or not mine.erasure_keys:
        return frozenset()
    known = Known(mine.erasure_keys, mine.livemode)
    return withholding.replace(shown, known, using).customers


def _shown(sightings: Iterable[Sighting]) -> list[Row]:
    return [row for each in sightings for row in each.rows if not row.moment.is_copy]


def _load(sightings: Sequence[Sighting], using: str) -> dict[type[StripeModel], dict[str, Stored]]:
    ids: dict[type[StripeModel], set[str]] = defaultdict(set)
    for each in sightings:
        ids[each.subject.model].add(each.subject.stripe_id)
    for row in _shown(sightings):
        ids[row.model].add(row.stripe_id)
    return {model: stored.load(model, some, using) for model, some in ids.items()}


def _compare(
    sighting: Sighting,
    rows: dict[type[StripeModel], dict[str, Stored]],
    others: dict[tuple[type[StripeModel], str], list[list_differences.Members]],
    now: datetime,
) -> Iterator[Finding]:
    if sighting.is_gone:
        subject = sighting.subject
        row = rows[subject.model].get(subject.stripe_id)
        if row is not None and stored.is_alive(row):
            moment = Moment.of_read(sighting.page.time)
            yield _Judge(subject.model, row, _interval(moment), now).gone(subject.stripe_id)
        return
    for shown in _shown([sighting]):
        row = rows[shown.model].get(shown.stripe_id)
        finding = _compare_row(shown, row, now)
        lists = others.get((shown.model, shown.stripe_id), [])
        if finding is not None or row is None:
            yield from filter(None, [finding])
        elif lists:
            yield members_differ(shown, row, lists)


def _compare_row(shown: Row, row: Stored | None, now: datetime) -> Finding | None:
    if shown.deleted_at is not None:  # what reads of some deleted objects show
        if row is None or not stored.is_alive(row):
            return None
        return _Judge(shown.model, row, _interval(shown.moment), now).gone(shown.stripe_id)
    if row is None or row["as_of"] is None:
        # A row of which only copies were seen has never had the object itself.
        state = stored.state_of(row)
        return Finding(shown.model, shown.stripe_id, Difference.MISSING, state=state)
    if not shown.establishes_account and row["stripe_account"] not in (None, shown.account):
        return None  # references may be those of another account
    return _Judge(shown.model, row, _interval(shown.moment), now).differs(shown)


def members_differ(shown: Row, row: Stored, lists: Sequence[list_differences.Members]) -> Finding:
    read = _interval(shown.moment)
    return Finding(
        shown.model,
        shown.stripe_id,
        Difference.MEMBERS,
        tuple(sorted({each.name for each in lists})),
        stored.state_of(row),
        is_undecided=any(not each.is_older_than(read) for each in lists),
    )


@dataclass(frozen=True, slots=True)
class _Judge:
    """Decides what a read says of one row that has been seen itself."""

    model: type[StripeModel]
    row: Stored
    read: Interval
    now: datetime

    def differs(self, shown: Row) -> Finding | None:
        columns = tuple(stored.differing_columns(self.row, shown))
        undecided = self._is_undecided()
        claims_same = content_of(self.row["digest"]) == content_of(shown.digest)
        if shown.establishes_account and self.row["stripe_account"] != shown.account:
            difference = Difference.WRONG_ACCOUNT
        elif not stored.is_alive(self.row):
            difference = Difference.WRONGLY_DELETED
            undecided = not self._is_before(self.row["deleted_at"])
        elif self.row["ambiguous"]:
            difference = Difference.AMBIGUOUS
        elif not columns:
            return None
        elif claims_same or self._is_false(self.row["as_of"]):
            # The row claims to be what Stripe shows, or of a time that has not come.
            difference, undecided = Difference.DIFFERENT, False
        else:
            difference = Difference.OLDER
        return self._finding(shown.stripe_id, difference, columns, undecided)

    def gone(self, stripe_id: str) -> Finding:
        return self._finding(stripe_id, Difference.GONE, (), self._is_undecided())

    def _finding(
        self, stripe_id: str, difference: Difference, columns: tuple[str, ...], undecided: bool
    ) -> Finding:
        state = stored.state_of(self.row)
        return Finding(self.model, stripe_id, difference, columns, state, undecided)

    def _is_undecided(self) -> bool:
        """Whether the row may be newer than the read."""
        if self.row["as_of"] is None or self._is_false(self.row["as_of"]):
            return False
        exactly = not self.row["ambiguous"]
        return not stored.interval_of(self.row).precedes(self.read, exactly=exactly)

    def _is_before(self, moment: datetime) -> bool:
        return self._is_false(moment) or second_of(moment) + A_SECOND <= self.read.lower

    def _is_false(self, moment: datetime) -> bool:
        return moment > self.now + FALSE_AFTER


def _interval(moment: Moment) -> Interval:
    assert moment.as_of is not None
    return Interval(moment.as_of, moment.start, AsOfKind.READ, moment.source)
