"""Rows, as the mapping returns them and the writer stores them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any, NamedTuple, Protocol

from stripe_django.api.server_clock import ReadTime
from stripe_django.models.base import AsOfKind, StripeModel
from stripe_django.privacy.separator import POLICY_SEPARATOR

from .copy_text import line

MIXED = "mixed"  # the source of a time that no single clock has measured
REQUEST_PREFIX = "req_"
SOURCE_LENGTH = 100
DIGEST_SEPARATOR = "."
UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # a deletion before anything else


def content_of(digest: str) -> str:
    """The part of a digest that is of what Stripe sends always, not only on request."""
    return digest.partition(DIGEST_SEPARATOR)[0]


def policy_of(digest: str) -> str:
    """The version of the policy that a row was written under; empty for none."""
    return digest.partition(POLICY_SEPARATOR)[0] if POLICY_SEPARATOR in digest else ""


class Rank(IntEnum):
    """Which of two conflicting snapshots wins until a read resolves the conflict."""

    CREATED = 0
    EVENT = 1
    DELETION = 2
    READ = 3


# Once: Python 3.11 takes as long to find a member of an enum as to call a function.
IS_EVENT, IS_READ, RANK_OF_READ = AsOfKind.EVENT, AsOfKind.READ, Rank.READ


@dataclass(frozen=True, slots=True)
class Moment:
    """When a payload was true at Stripe, and how that is known.

    ``as_of`` is the second of an event, or the end of a read; ``None`` for a copy: an object of
    unknown age. ``start`` is the lower bound of a read's time. ``source`` is the clock that
    measured a read, or Stripe's id of the request that an event or an answer belongs to. A
    ``timeless`` snapshot is a copy whose difference from the row requires a refetch.
    """

    as_of: datetime | None = None
    rank: Rank = Rank.EVENT
    deleted: bool = False
    start: datetime | None = None
    source: str = ""
    timeless: bool = False

    @classmethod
    def of_read(cls, time: ReadTime) -> Moment:
        """The moment of a read of our own."""
        return cls(time.end, Rank.READ, start=time.start, source=time.clock)

    @property
    def is_copy(self) -> bool:
        return self.as_of is None

    @property
    def kind(self) -> str:
        if self.as_of is None:
            return ""
        return IS_READ if self.rank is RANK_OF_READ else IS_EVENT

    def without_time(self) -> Moment:
        """The moment of an event whose time orders nothing."""
        return Moment(rank=self.rank, timeless=True)

    def alive(self) -> Moment:
        """The same moment for a nested object, which a deletion of its parent does not delete."""
        return replace(self, deleted=False) if self.deleted else self


COPY = Moment()
TIMELESS = Moment(timeless=True)


class NestedList(NamedTuple):
    """A nested list whose first page only is in the payload."""

    key: str
    url: str
    last_id: str


class OtherPolicies(Protocol):
    """The policies that rows may have been written under before."""

    def has_digest(self, row: Row, digest: str) -> bool:
        """Whether the same payload has this digest under one of them."""


@dataclass(slots=True)
class Row:
    """One object's image, ready to be written.

    ``account`` is empty for your own, and ``None`` while it is unknown; ``establishes_account``
    says that it is known from Stripe, and not from the object around this one.
    ``values`` has a value for each of ``schema_for(model).columns``, JSON as text. ``line`` is
    ``extra`` and ``values`` as one line of text. ``preserved_columns`` are columns that the write
    leaves alone: the payload lacks their key, which Stripe sends only on request. ``has_content``
    is false for a deletion that has only the id. ``members`` are the ids in the complete nested
    lists, by the lists' keys. ``other_policies`` is set if the values are those of a policy.
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
    other_policies: OtherPolicies | None = None

    def had_digest(self, digest: str) -> bool:
        """Whether a row with this digest differs from it only by the policy."""
        return self.other_policies is not None and self.other_policies.has_digest(self, digest)

    def with_values(self, values: list[Any], **changes: Any) -> Row:
        """A copy of the row with other values."""
        return replace(self, values=values, line=line([self.extra, *values]), **changes)
