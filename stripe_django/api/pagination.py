"""How much of a list was read."""

from __future__ import annotations

from dataclasses import dataclass, field

from .response import Page

Cursor = tuple[str, str]  # the parameter that requests the next page, and its value

NO_CURSOR = "{} has more objects, but its last page has no usable cursor."


@dataclass(slots=True)
class PageCursor:
    """The cursor of the next page. ``is_stuck`` is true if there is a page, but no cursor for it:
    the last page had none, or one that was already used.
    """

    value: Cursor | None = None
    seen: set[str] = field(default_factory=set)
    is_stuck: bool = False

    @property
    def params(self) -> dict[str, str]:
        return dict([self.value]) if self.value else {}

    def advance(self, page: Page) -> None:
        """Move to the page after this one."""
        self.is_stuck = page.has_more and (page.cursor is None or page.cursor[1] in self.seen)
        self.value = page.cursor
        if page.cursor is not None:
            self.seen.add(page.cursor[1])
