"""The partitions of a backfill: each is fetched by one worker at a time, page by page.

Workers call ``fetch`` alone; everything else belongs to the thread that writes.

A long list is split by time of creation, so that several workers fetch it. Stripe lists the newest
objects first, so a worker goes back in time. What it has not reached yet can be split off for
others, in ranges of whole seconds. A second is never split: however many objects it has, its range
is read to the end by its cursor.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any, ClassVar, NamedTuple

from stripe_django.api.client import Page
from stripe_django.api.pagination import NO_CURSOR, PageCursor
from stripe_django.api.response import MISSING_CODES
from stripe_django.exceptions import AccountUnavailableError, UnavailableError
from stripe_django.lazy_sdk import stripe
from stripe_django.models.base import StripeModel
from stripe_django.sync.ingest import Owner

from .list_endpoints import Listing

BEGINNING = 1_262_304_000  # Unix seconds: Stripe has hardly any objects from before 2010
WORTHWHILE = 100  # objects: fewer take one request anyway
LONG = 5  # pages, after which a list probably has many more


class LeaseEndedError(Exception):
    """The lease of a partition has ended, or another process has it."""


class FetchResult(NamedTuple):
    """A page and the owner of its list, or the refusal or the error that came instead."""

    partition: Partition
    page: Page | None = None
    owner: Owner | None = None
    refusal: str = ""
    error: Exception | None = None


@dataclass(slots=True, eq=False)
class Partition:
    """Some of the objects of one type, which are listed one page after the other.

    ``key`` is the primary key of its checkpoint, if the run has checkpoints, and ``token`` the
    lease of it, which lasts until ``deadline`` (this process's monotonic clock). ``pages`` and
    ``read`` count what was written of it, ``uncounted`` the outcomes that its checkpoint lacks.
    ``is_done`` is true once nothing of it is left.
    """

    kind: ClassVar[str]

    listing: Listing
    key: int | None = None
    token: str = ""
    deadline: float = inf
    uncounted: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    read: int = 0
    is_done: bool = False
    cursor: PageCursor = field(default_factory=PageCursor)

    @property
    def model(self) -> type[StripeModel]:
        return self.listing.model

    @property
    def remaining(self) -> int | None:
        """About how many objects are left; ``None`` if that is unknown."""
        return 0 if self.is_done else None

    @property
    def problem(self) -> str:
        """Why there is no next page, although the last one said so; or empty."""
        return NO_CURSOR % {"path": self.listing.path} if self.cursor.is_stuck else ""

    @property
    def state(self) -> Any:
        """How far it was read, as JSON."""
        return self.cursor.state

    def restore(self, state: Any) -> None:
        """Continue from a ``state``."""
        self.cursor = PageCursor.restored(state)

    def fetch(self) -> FetchResult:
        """The next page, or why there is none."""
        try:
            if time.monotonic() > self.deadline:  # another process may read it
                raise LeaseEndedError
            return self._fetch()
        except Exception as error:  # of any kind: the engine decides what follows
            return FetchResult(self, error=error)

    def _fetch(self) -> FetchResult:
        """The next page. Raises the SDK's errors, ``UnavailableError`` and ``CursorGoneError``."""
        raise NotImplementedError

    def take(self, page: Page) -> Page:
        """Move behind a page that was fetched, and return what of it belongs to this partition."""
        raise NotImplementedError


@dataclass(slots=True, eq=False)
class Singleton(Partition):
    """The one object of its type that an account has."""

    kind = "single"

    def _fetch(self) -> FetchResult:
        return FetchResult(self, self.listing.single())

    def take(self, page: Page) -> Page:
        self.is_done = True
        return page


@dataclass(slots=True, eq=False)
class TimeRange(Partition):
    """The objects of a list created from ``start`` until before ``end``, in Unix seconds.

    ``None`` is no bound. ``reached`` is the second of the oldest object read so far, ``density``
    the number of objects per second there. Both are unknown if the list is not in the order of
    creation, or if the server ignores bounds; such a list is never split. ``is_bounded`` is false
    once the server has refused the bounds.
    """

    kind = "span"

    start: int | None = None
    end: int | None = None
    reached: int | None = None
    density: float = 0.0
    is_bounded: bool = True

    @property
    def remaining(self) -> int | None:
        if self.is_done:
            return 0
        # Without a start, it is unknown how far back the list goes.
        return None if self.start is None else self.guessed

    @property
    def guessed(self) -> int | None:
        """The same, as if a list without a start went back to Stripe's beginning."""
        if self.reached is None:
            return None
        return int(self.density * (self.reached - self.bottom))

    @property
    def bottom(self) -> int:
        """The second that it probably ends at."""
        assert self.reached is not None
        if self.start is not None:
            return self.start
        return BEGINNING if self.reached > BEGINNING else 0

    def _fetch(self) -> FetchResult:
        bounds = self.listing.bounds(self.start, self.end) if self.is_bounded else {}
        return FetchResult(self, self.listing.page(bounds, self.cursor.params))

    def take(self, page: Page) -> Page:
        self.cursor.advance(page)
        self.is_done = not page.has_more
        seconds = [created(each) for each in page.objects]
        kept = [
            each
            for each, second in zip(page.objects, seconds, strict=True)
            if second is None or self.has(second)
        ]
        self.reached = None
        if len(kept) == len(seconds) and self.is_bounded and self.listing.is_divisible:
            self._measure([second for second in seconds if second is not None])
        return replace(page, objects=kept)

    def _measure(self, seconds: list[int]) -> None:
        if seconds and seconds == sorted(seconds, reverse=True):
            self.reached = seconds[-1]
            self.density = len(seconds) / (seconds[0] - seconds[-1] + 1)

    @property
    def has_bounds(self) -> bool:
        """Whether its requests have a time in them."""
        return self.is_bounded and bool(self.listing.bounds(self.start, self.end))

    def drop_bounds(self) -> None:
        """Read the list to its end, from here on: the server refuses bounds."""
        self.start, self.is_bounded = None, False

    def has(self, second: int) -> bool:
        return (self.start is None or second >= self.start) and (
            self.end is None or second < self.end
        )

    def split(self, pieces: int) -> list[TimeRange]:
        """Split off what is not reached yet, except the newest of this many pieces of it."""
        remaining = 0 if self.is_done else self.guessed
        if not remaining or (self.start is None and self.pages < LONG):
            return []
        bounds = sorted(set(self._bounds(min(pieces, remaining // WORTHWHILE + 1))))
        given = [
            self._below(start, end)
            for start, end in zip([self.start, *bounds], bounds, strict=False)
        ]
        if bounds:
            self.start = bounds[-1]
        return given

    def _below(self, start: int | None, end: int) -> TimeRange:
        """A range of what is not reached yet, which has about as many objects per second."""
        is_old = start is None and self.bottom
        density = 0.0 if is_old else self.density
        return TimeRange(self.listing, start=start, end=end, reached=end, density=density)

    def _bounds(self, pieces: int) -> Iterator[int]:
        """Seconds at which to cut: above the lowest one, and not above what is reached."""
        assert self.reached is not None
        bottom, length = self.bottom, self.reached - self.bottom
        is_whole = self.start is None and bottom
        if is_whole and pieces > 1:
            yield bottom
        for piece in range(1, pieces):
            share = self._guess(length, pieces, piece) if is_whole else piece / pieces
            bound = bottom + int(length * share)
            if bound > bottom:
                yield bound

    def _guess(self, length: int, pieces: int, piece: int) -> float:
        """The share of the time below a cut, for a list of unknown beginning.

        Each piece is longer than the newer one next to it by the same factor, and the newest one
        has a page or more. So wherever the list begins, few pieces are empty, and none has nearly
        all of it.
        """
        factor: float = max(1.0, length * self.density / WORTHWHILE) ** (1 / pieces)
        return 1 - 1 / factor**piece


@dataclass(slots=True, eq=False)
class PerParent(Partition):
    """The lists that each parent has of its own, one after the other.

    ``parents`` are the next ones: the primary keys of their rows, and their ids. ``after`` is the
    primary key of the last one that is done. ``has_any`` is true once one of them has such a list,
    ``refusal`` says why another one has none.
    """

    kind = "owned"

    parents: Sequence[tuple[int, str]] = ()
    after: int = 0
    has_any: bool = False
    refusal: str = ""

    @property
    def state(self) -> Any:
        return {"after": self.after, "cursor": self.cursor.state, "has_any": self.has_any}

    def restore(self, state: Any) -> None:
        Partition.restore(self, state["cursor"])
        self.after, self.has_any = state["after"], state["has_any"]

    def _fetch(self) -> FetchResult:
        _, stripe_id = self.parents[0]
        try:
            page = self.listing.page_of(stripe_id, self.cursor.params)
        except AccountUnavailableError:
            raise
        except UnavailableError as error:
            return FetchResult(self, refusal="" if is_missing(error.__cause__) else str(error))
        except stripe.InvalidRequestError as error:
            if not is_missing(error):
                raise
            return FetchResult(self)  # the parent was deleted since it was read
        return FetchResult(self, page, self.listing.owner(stripe_id))

    @property
    def is_refused(self) -> bool:
        """Whether no parent has such a list."""
        return self.is_done and bool(self.refusal) and not self.has_any

    def take(self, page: Page) -> Page:
        self.has_any = True
        self.cursor.advance(page)
        if not page.has_more:
            self.finish_parent()
        return page

    def finish_parent(self, refusal: str = "") -> None:
        """The first of the parents is done; ``refusal`` says why, if it has no such list."""
        (self.after, _), *self.parents = self.parents
        self.refusal, self.cursor = refusal or self.refusal, PageCursor()


@dataclass(slots=True, eq=False)
class OnTestClocks(PerParent):
    """The lists of what is on a test clock: one for each clock, or each customer on one.

    Accounts without test clocks, and live mode, have none; so a refusal means nothing.
    """

    kind = "clock"

    @property
    def remaining(self) -> int | None:
        return 0

    @property
    def is_refused(self) -> bool:
        return False


class PartitionQueue:
    """The partitions that wait for a worker, and how many of each object type are open.

    The first come first, unless they need another object type to be complete.

    A partition is open from ``add`` until ``close``, also while a worker fetches it.
    """

    def __init__(self, partitions: Iterable[Partition]) -> None:
        self._waiting: deque[Partition] = deque()
        self._open: Counter[type[StripeModel]] = Counter()
        self.add(partitions)

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, partitions: Iterable[Partition]) -> None:
        for each in partitions:
            self._open[each.model] += 1
            self._waiting.append(each)

    def put_back(self, partition: Partition) -> None:
        """Have the next page of an open partition fetched."""
        self._waiting.append(partition)

    def next_ready(self) -> Partition | None:
        for each in self._waiting:
            if self._is_ready(each):
                self._waiting.remove(each)
                return each
        return None

    @property
    def ready(self) -> int:
        return sum(map(self._is_ready, self._waiting))

    def _is_ready(self, partition: Partition) -> bool:
        needs_parents = isinstance(partition, PerParent)
        return not (needs_parents and self._open[partition.listing.parent_model])

    @property
    def waiting(self) -> list[Partition]:
        return list(self._waiting)

    def of_model(self, model: type[StripeModel]) -> list[Partition]:
        """The waiting partitions of an object type."""
        return [each for each in self._waiting if each.model is model]

    def remove(self, partition: Partition) -> None:
        """Take a waiting partition out; it is still open."""
        self._waiting.remove(partition)

    def is_open(self, model: type[StripeModel]) -> bool:
        return bool(self._open[model])

    def close(self, partition: Partition) -> bool:
        """Whether it was the last open partition of its object type."""
        self._open[partition.model] -= 1
        return not self._open[partition.model]


def is_missing(error: BaseException | None) -> bool:
    """Whether Stripe says that an object which a request names does not exist."""
    return getattr(error, "code", None) in MISSING_CODES


def created(payload: Any) -> int | None:
    second = payload.get("created") if isinstance(payload, dict) else None
    return second if type(second) is int else None
