"""Rows, as the mapping returns them and the writer stores them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any, NamedTuple

from stripe_django.models.base import AsOfKind, StripeModel

from .copy_text import line

UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # a deletion before anything else


class Rank(IntEnum):
    """Which of two conflicting snapshots wins until a read resolves the conflict."""

    CREATED = 0
    EVENT = 1
    DELETION = 2
    READ = 3


@dataclass(frozen=True, slots=True)
class Moment:
    """When a payload was true at Stripe, and how that is known.

    ``as_of`` is ``None`` for a copy: an object inside another one, of unknown age.
    """

    as_of: datetime | None = None
    rank: Rank = Rank.EVENT
    deleted: bool = False

    @property
    def is_copy(self) -> bool:
        return self.as_of is None

    @property
    def kind(self) -> str:
        if self.as_of is None:
            return ""
        return AsOfKind.READ if self.rank is Rank.READ else AsOfKind.EVENT

    def alive(self) -> Moment:
        """The same moment for a nested object, which a deletion of its parent does not delete."""
        return replace(self, deleted=False) if self.deleted else self


COPY = Moment()


class NestedList(NamedTuple):
    """A nested list whose first page only is in the payload."""

    key: str
    url: str
    last_id: str


@dataclass(slots=True)
class Row:
    """One object's image, ready to be written.

    ``values`` has a value for each of ``plan(model).columns``, JSON as text. ``line`` is ``extra``
    and ``values`` as one line of text. ``preserved_columns`` are columns that the write leaves
    alone: the payload lacks their key, which Stripe sends only on request. ``has_content`` is
    false for a deletion that has only the id. ``members`` are the ids in the complete nested
    lists, by the lists' keys.
    """

    model: type[StripeModel]
    stripe_id: str
    account: str
    moment: Moment
    digest: str
    extra: str
    values: list[Any]
    line: str = ""
    has_content: bool = True
    deleted_at: datetime | None = None
    preserved_columns: frozenset[str] = frozenset()
    links: dict[str, list[str]] = field(default_factory=dict)
    partial_links: frozenset[str] = frozenset()
    incomplete: list[NestedList] = field(default_factory=list)
    members: dict[str, list[str]] = field(default_factory=dict)

    def with_values(self, values: list[Any], **changes: Any) -> Row:
        """A copy of the row with other values."""
        return replace(self, values=values, line=line([self.extra, *values]), **changes)
