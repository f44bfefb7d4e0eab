"""How far a list was read."""

from __future__ import annotations

from dataclasses import dataclass, field

from .response import Page

Cursor = tuple[str, str]  # the parameter that asks for what follows, and its value

ENDLESS = "{} says that it goes on, but not after what."


@dataclass(slots=True)
class Place:
    """Where a list goes on. ``is_lost`` says that it does, but not after what."""

    cursor: Cursor | None = None
    seen: set[str] = field(default_factory=set)
    is_lost: bool = False

    @property
    def params(self) -> dict[str, str]:
        return dict([self.cursor]) if self.cursor else {}

    def go_on(self, page: Page) -> None:
        """Move on behind a page."""
        self.is_lost = page.has_more and (page.cursor is None or page.cursor[1] in self.seen)
        self.cursor = page.cursor
        if page.cursor is not None:
            self.seen.add(page.cursor[1])
