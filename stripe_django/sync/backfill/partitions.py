"""The parts of a backfill: each is fetched by one worker at a time, page by page.

Workers call ``fetch`` and nothing else; the rest belongs to the thread that writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from stripe_django.api.client import Page
from stripe_django.api.pagination import ENDLESS, Place
from stripe_django.exceptions import UnavailableError
from stripe_django.models.base import StripeModel

from .list_endpoints import Listing, Owner


class Fetched(NamedTuple):
    """A page, and the owner of its list; or why there is none."""

    page: Page | None = None
    owner: Owner | None = None
    refusal: str = ""


@dataclass(slots=True, eq=False)
class Part:
    """A part of the work on one kind of object.

    ``key`` is that of its row, if the run is recorded; ``pages`` and ``read`` count what was
    written of it. ``is_done`` says that nothing of it is left.
    """

    kind: ClassVar[str]

    listing: Listing
    key: int | None = None
    pages: int = 0
    read: int = 0
    is_done: bool = False
    place: Place = field(default_factory=Place)

    @property
    def model(self) -> type[StripeModel]:
        return self.listing.model

    @property
    def left(self) -> int | None:
        """About how many objects are left; ``None`` if nobody knows."""
        return 0 if self.is_done else None

    @property
    def problem(self) -> str:
        """Why it cannot go on, once its last page is written; empty if it can."""
        return ENDLESS.format(self.listing.path) if self.place.is_lost else ""

    @property
    def state(self) -> Any:
        """Where it goes on, as JSON."""
        return self.place.cursor

    def restore(self, state: Any) -> None:
        """Go on there."""
        self.place = Place(tuple(state)) if state else Place()

    def fetch(self) -> Fetched:
        """The next page. Raises the SDK's errors and ``UnavailableError``."""
        raise NotImplementedError

    def take(self, page: Page) -> Page:
        """What belongs to this part of a page that it fetched, and move on behind it."""
        raise NotImplementedError


@dataclass(slots=True, eq=False)
class Single(Part):
    """The one object of its kind that an account has."""

    kind = "single"

    def fetch(self) -> Fetched:
        return Fetched(self.listing.single())

    def take(self, page: Page) -> Page:
        self.is_done = True
        return page


@dataclass(slots=True, eq=False)
class Owned(Part):
    """The lists that each owner has of its own, one after the other.

    ``owners`` are those whose turn is next: the keys of their rows, and ids. ``after`` is the key
    of the last one that is done. ``has_any`` says that at least one of them has such a list,
    ``refusal`` why another one has not.
    """

    kind = "owned"

    owners: Sequence[tuple[int, str]] = ()
    after: int = 0
    has_any: bool = False
    refusal: str = ""

    @property
    def state(self) -> Any:
        return {"after": self.after, "cursor": self.place.cursor, "has_any": self.has_any}

    def restore(self, state: Any) -> None:
        Part.restore(self, state["cursor"])
        self.after, self.has_any = state["after"], state["has_any"]

    def fetch(self) -> Fetched:
        _, stripe_id = self.owners[0]
        try:
            page = self.listing.page_of(stripe_id, self.place.params)
        except UnavailableError as error:
            return Fetched(refusal=str(error))
        return Fetched(page, self.listing.owner(stripe_id))

    def take(self, page: Page) -> Page:
        self.has_any = True
        self.place.go_on(page)
        if not page.has_more:
            self.pass_by()
        return page

    def pass_by(self, refusal: str = "") -> None:
        """The first of the owners is done; ``refusal`` says why, if it has no such list."""
        (self.after, _), *self.owners = self.owners
        self.refusal, self.place = refusal or self.refusal, Place()
