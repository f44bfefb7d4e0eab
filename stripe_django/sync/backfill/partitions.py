"""The partitions of a backfill: each is fetched by one worker at a time, page by page.

Workers call ``fetch`` alone; everything else belongs to the thread that writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import stripe

from stripe_django.api.client import Page
from stripe_django.api.pagination import NO_CURSOR, PageCursor
from stripe_django.api.response import MISSING_CODES
from stripe_django.exceptions import AccountUnavailableError, UnavailableError
from stripe_django.models.base import StripeModel
from stripe_django.sync.ingest import Owner

from .list_endpoints import Listing


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

    ``key`` is the primary key of its checkpoint, if the run has checkpoints; ``pages`` and ``read``
    count what was written of it. ``is_done`` is true once nothing of it is left.
    """

    kind: ClassVar[str]

    listing: Listing
    key: int | None = None
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
        return NO_CURSOR.format(self.listing.path) if self.cursor.is_stuck else ""

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


def is_missing(error: BaseException | None) -> bool:
    """Whether Stripe says that an object which a request names does not exist."""
    return getattr(error, "code", None) in MISSING_CODES


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
