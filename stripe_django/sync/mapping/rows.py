"""What the mapping hands to the writer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any, NamedTuple

from stripe_django.models.base import AsOfKind, StripeModel

from .copy_text import line

UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # a deletion before anything else


class Rank(IntEnum):
    """Who wins, until a read settles it, between two snapshots of one second."""

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
        """The same moment for another object: a deletion is of one object alone."""
        return replace(self, deleted=False) if self.deleted else self


COPY = Moment()


class NestedList(NamedTuple):
    """A nested list of which the payload has only the first page."""

    key: str
    url: str
    last_id: str


@dataclass(slots=True)
class Row:
    """One object's image, ready to be written.

    ``account`` is empty for your own, and ``None`` while it is unknown; ``establishes_account``
    says that it is known from Stripe, and not from the object around this one.
    ``values`` has a value for each of ``schema_for(model).columns``, JSON as text, and ``line``
    is ``extra`` and all of them as one line of text. ``preserved_columns`` keep their value,
    because their key was absent and comes on request only. ``has_content`` is false for a deletion
    that brings nothing but the id. ``members`` are the ids in its complete nested lists, by the
    lists' keys.
    """

    model: type[StripeModel]
    stripe_id: str
    account: str | None
    moment: Moment
    digest: str
    extra: str
    values: list[Any]
    line: str = ""
    livemode: bool = False
    establishes_account: bool = True
    has_content: bool = True
    deleted_at: datetime | None = None
    preserved_columns: frozenset[str] = frozenset()
    links: dict[str, list[str]] = field(default_factory=dict)
    partial_links: frozenset[str] = frozenset()
    incomplete: list[NestedList] = field(default_factory=list)
    members: dict[str, list[str]] = field(default_factory=dict)

    def with_values(self, values: list[Any], **changes: Any) -> Row:
        """The same row with other values."""
        return replace(self, values=values, line=line([self.extra, *values]), **changes)
