"""Marks members as deleted that the newest complete list of their owner lacks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from typing import NamedTuple

from django.db.models import BooleanField, Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Greatest

from stripe_django import fields
from stripe_django.models.base import StripeModel
from stripe_django.sync.mapping import mapper
from stripe_django.sync.mapping.identity import HomeAccount
from stripe_django.sync.mapping.rows import Moment, Rank, Row
from stripe_django.sync.mapping.schema import schema_for

from .changes import Changes, note
from .precedence import Decision, is_final

CHUNK = 500  # rows in one statement

Span = tuple[datetime, datetime]


class Listed(NamedTuple):
    """One complete list of an object: the ids of its members at a moment, or from then on for ever.

    The latter if the object ``is_final``, in a status that it never leaves.
    """

    key: str
    as_of: datetime
    is_final: bool
    owner: str
    ids: list[str]


@dataclass(slots=True)
class Lists:
    """The lists in the written rows of one table.

    ``overtaken`` are objects whose older snapshot came late: its list may have brought members
    back that the newer, stored one lacks. ``conflicting`` are the ambiguous
    objects, by the second of the conflict.
    """

    model: type[StripeModel]
    listed: list[Listed] = field(default_factory=list)
    overtaken: set[str] = field(default_factory=set)
    conflicting: dict[Span, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def has_bound(self) -> bool:
        """Whether the model has a list whose members are deleted when they leave it."""
        return schema_for(self.model).has_orphan_removal

    def note(self, rows: Iterable[Row], decision: Decision) -> None:
        newest = decision.state.as_of
        if newest and decision.is_conflict:
            self.conflicting[decision.state.interval.span] += {row.stripe_id for row in rows}
        for row in rows:
            as_of = row.moment.as_of
            if row.members and as_of and newest:
                if as_of < newest or (decision.state.is_final and not is_final(row)):
                    self.overtaken.add(row.stripe_id)
                elif as_of == newest:
                    self.listed += _lists_of(row, is_ambiguous=decision.state.ambiguous)

    def write(self, using: str, changes: Changes | None = None) -> None:
        """Mark members that the newest lists lack as deleted, and those of ambiguous owners."""
        together: dict[tuple[str, datetime, bool], list[Listed]] = defaultdict(list)
        for listed in (*self.listed, *self._stored(using)):
            together[listed.key, listed.as_of, listed.is_final].append(listed)
        members = schema_for(self.model).members
        for (key, as_of, is_last), lists in together.items():
            for member, reference in members[key].items():
                if reference.orphan_removal:
                    mark = _mark_finally if is_last else _mark
                    others = _others(member, reference, lists, using)
                    if mark(others, as_of) and changes is not None:
                        marked = others.filter(deleted_at__gte=as_of)
                        changes.add(member, marked.values_list("stripe_id", flat=True))
        self._mark_ambiguous(using)

    def _mark_ambiguous(self, using: str) -> None:
        """Mark members of the time of a conflict: the other snapshot's list may lack them."""
        members = [
            each for known in schema_for(self.model).members.values() for each in known.items()
        ]
        for (member, reference), (span, owners) in product(members, self.conflicting.items()):
            if reference.orphan_removal:
                found: QuerySet = (
                    QuerySet(member, using=using)
                    .filter(
                        **{f"{reference.attname}__in": owners},
                        as_of__gte=span[0],
                        as_of__lt=span[1],
                    )
                    .exclude(deleted_at__gte=span[1])
                )
                found.update(ambiguous=True)

    def _stored(self, using: str) -> Iterator[Listed]:
        """The lists in the stored rows of the overtaken objects."""
        if not self.overtaken:
            return
        found: QuerySet = QuerySet(self.model, using=using).filter(stripe_id__in=self.overtaken)
        for stored in found:
            mode = stored.livemode is True
            rows = mapper.to_rows(
                stored.to_stripe(),
                moment=Moment(stored.as_of, Rank.READ, start=stored.as_of_from),
                account=stored.stripe_account,
                livemode=mode,
                home=HomeAccount(mode),
            )
            yield from _lists_of(rows[0], is_ambiguous=stored.ambiguous)


def mark_absent(
    row: Row,
    members: Mapping[type[StripeModel], fields.Reference],
    ids: Collection[str],
    using: str,
) -> None:
    """Mark the stored members of an object as deleted that its whole list lacks.

    ``members`` are the models of the list with their references to the object, and ``ids`` are in
    the list, whose first page was in the object's payload. What is newer than that payload stays.
    """
    as_of = row.moment.start or row.moment.as_of
    if as_of is None:
        return
    for member, reference in members.items():
        if reference.orphan_removal:
            rows: QuerySet = QuerySet(member, using=using)
            mine = rows.filter(**{reference.attname: row.stripe_id}).values_list("pk", "stripe_id")
            absent = [pk for pk, stripe_id in mine.iterator() if stripe_id not in ids]
            for start in range(0, len(absent), CHUNK):
                some = rows.filter(pk__in=absent[start : start + CHUNK])
                if _mark(some, as_of):
                    marked = some.filter(deleted_at__gte=as_of)
                    note(member, marked.values_list("stripe_id", flat=True), using)


def _lists_of(row: Row, *, is_ambiguous: bool) -> Iterator[Listed]:
    # What is newer than the start of a read may have come after its list.
    as_of = row.moment.start or row.moment.as_of
    assert as_of is not None
    is_last = is_final(row) and not is_ambiguous
    for key, ids in row.members.items():
        yield Listed(key, as_of, is_last, row.stripe_id, ids)


def _others(
    member: type[StripeModel], reference: fields.Reference, lists: Iterable[Listed], using: str
) -> QuerySet:
    """The members of these lists' owners that the lists lack."""
    owners = [listed.owner for listed in lists]
    named = [stripe_id for listed in lists for stripe_id in listed.ids]
    rows: QuerySet = QuerySet(member, using=using).filter(**{f"{reference.attname}__in": owners})
    return rows.exclude(stripe_id__in=named)


def _mark(others: QuerySet, as_of: datetime) -> int:
    # What was seen at an unknown time is alive again once a later list has it.
    older = others.filter(
        Q(deleted_at=None) | Q(deleted_at__lt=as_of), Q(as_of=None) | Q(as_of__lt=as_of)
    )
    # A member deleted after the second of its content is not ambiguous, as in ``precedence``.
    is_sure = When(as_of__lt=as_of.replace(microsecond=0), then=Value(False))
    ambiguous = Case(is_sure, default=F("ambiguous"), output_field=BooleanField())
    return older.update(deleted_at=as_of, ambiguous=ambiguous)


def _mark_finally(others: QuerySet, as_of: datetime) -> int:
    """Whenever they were seen, it was before; a conflict about that is over, too."""
    is_alive = Q(deleted_at=None) | Q(deleted_at__lt=F("as_of"))
    found = others.filter(is_alive | Q(ambiguous=True))
    deleted_at = Greatest(Coalesce(F("as_of"), Value(as_of)), Value(as_of))
    return found.update(deleted_at=deleted_at, ambiguous=False)
