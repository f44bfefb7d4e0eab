"""What is known of a payload beside itself: when, where, and inside of what it was found."""

from __future__ import annotations

from typing import NamedTuple

from . import identity
from .rows import COPY, Moment


class Parent(NamedTuple):
    """The object around a nested one, and the name of the reference to it, if it has one."""

    stripe_id: str
    reference: str | None = None


class Context(NamedTuple):
    """What is known of a payload beside itself.

    ``decoded`` says that this package decoded it from JSON, so that it has no floats.
    """

    moment: Moment
    account: str
    livemode: bool
    home: bool
    expanded: frozenset[str] = frozenset()
    parent: Parent | None = None
    decoded: bool = False

    def place(self) -> identity.Place:
        is_home = not self.account and self.livemode is self.home
        return identity.Place(self.account, self.livemode, is_home)

    def under(self, key: str) -> Context:
        """The context of a plain hash under ``key``."""
        return self._replace(expanded=self._expanded_under(key)) if self.expanded else self

    def inside(self, key: str, parent: Parent, *, owned: bool) -> Context:
        """The context of an object under ``key``: fresh if owned or asked for, else a copy."""
        fresh = owned or key in self.expanded
        moment = self.moment.alive() if fresh else COPY
        return self._replace(moment=moment, expanded=self._expanded_under(key), parent=parent)

    def _expanded_under(self, key: str) -> frozenset[str]:
        prefix = f"{key}."
        paths = (path.removeprefix(prefix) for path in self.expanded if path.startswith(prefix))
        return frozenset(path.removeprefix("data.") for path in paths)
