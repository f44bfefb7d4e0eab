"""How far a list was read."""

from __future__ import annotations

from dataclasses import dataclass, field

from .answer import Page

Cursor = tuple[str, str]  # the parameter that asks for what follows, and its value

NO_CURSOR = "{} says that it goes on, but not after what."


@dataclass(slots=True)
class PageCursor:
    """Where a list goes on. ``is_stuck`` says that it does, but not after what."""

    value: Cursor | None = None
    seen: set[str] = field(default_factory=set)
    is_stuck: bool = False

    @property
    def params(self) -> dict[str, str]:
        return dict([self.value]) if self.value else {}

    def advance(self, page: Page) -> None:
        """Move on behind a page."""
        self.is_stuck = page.has_more and (page.cursor is None or page.cursor[1] in self.seen)
        self.value = page.cursor
        if page.cursor is not None:
            self.seen.add(page.cursor[1])
