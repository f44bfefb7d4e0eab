"""How much of a list was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy

from .response import MISSING_CODES, Page, Response

Cursor = tuple[str, str]  # the parameter that requests the next page, and its value

NO_CURSOR = gettext_lazy("%(path)s has more objects, but its last page has no usable cursor.")

RESTARTS = 3  # of a list whose cursors are refused, before that counts as a failure
AFTER, TOKEN = "starting_after", "page"  # in API versions 1 and 2


@dataclass(slots=True)
class PageCursor:
    """The cursor of the next page. ``is_stuck`` is true if there is a page, but no cursor for it:
    the last page had none, or one that was already used.

    ``fallbacks`` are ids before the cursor, the nearest first: at Stripe, an object may be deleted
    before the page after it is requested.
    """

    value: Cursor | None = None
    fallbacks: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    is_stuck: bool = False
    restarts: int = 0

    @classmethod
    def restored(cls, state: Sequence[str] | None) -> PageCursor:
        """The cursor with a ``state``."""
        if not state:
            return cls()
        name, value, *fallbacks = state
        return cls((name, value), fallbacks)

    @property
    def state(self) -> list[str] | None:
        """What has to be kept to continue later, as JSON."""
        return [*self.value, *self.fallbacks] if self.value else None

    @property
    def params(self) -> dict[str, str]:
        return dict([self.value]) if self.value else {}

    def advance(self, page: Page) -> None:
        """Move to the page after this one."""
        self.is_stuck = page.has_more and (page.cursor is None or page.cursor[1] in self.seen)
        self.value = page.cursor
        self.fallbacks = _fallbacks(page) if page.cursor and page.cursor[0] == AFTER else []
        if page.cursor is not None:
            self.seen.add(page.cursor[1])

    def step_back(self) -> bool:
        """Move to an earlier object, or to the beginning if none is known; false if the server
        refuses every cursor.
        """
        if self.value is not None and self.fallbacks:
            self.value = (self.value[0], self.fallbacks.pop(0))
            return True
        self.value, self.seen = None, set()
        self.restarts += 1
        return self.restarts <= RESTARTS


def _fallbacks(page: Page) -> list[str]:
    """Ids of a page before its last one: the one next to it, and then ever farther ones."""
    ids = [each.get("id") if isinstance(each, dict) else None for each in page.objects[:-1]]
    places = (2**power for power in range(len(ids).bit_length()))
    found = [*(ids[-place] for place in places), *ids[:1]]
    return list(dict.fromkeys(each for each in found if isinstance(each, str)))


def is_cursor_gone(response: Response, params: Mapping[str, Any]) -> bool:
    """Whether a list was refused because of the cursor among its parameters."""
    if response.error is None or not params.keys() & {AFTER, TOKEN}:
        return False
    if getattr(response.error, "param", None) in (AFTER, TOKEN):
        return True
    if getattr(response.error, "code", None) not in MISSING_CODES:
        return False
    return TOKEN in params or str(params[AFTER]) in str(response.error)
