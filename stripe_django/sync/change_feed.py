"""The change feed: which rows have changed, in an order in which none is missed.

A transaction may commit long after a later one, so neither times nor the keys of ``NewChange`` can
be a cursor. They are numbered under a lock instead, once they are committed: every number up to
the position of the feed is visible, and none is added below it. An object that changes again gets
a new number in place of its old one, so there is one for each object.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connections, router
from django.utils import timezone
from django.utils.translation import gettext as _

from stripe_django import registry
from stripe_django.conf import settings
from stripe_django.exceptions import ChangeCursorError, ChangeFeedOffError, ExpiredCursorError
from stripe_django.models import Change, ChangeFeed, NewChange
from stripe_django.models.base import StripeModel
from stripe_django.sync.database import retries

from .database import keyset
from .database.row_locks import locked
from .scope import models_in_scope

BATCH = 500  # rows, or changes, in one statement


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row as it is now; ``row`` is ``None`` if it was erased from this database.

    ``cursor`` is where to continue after it.
    """

    model: type[StripeModel]
    stripe_id: str
    row: StripeModel | None
    cursor: str

    @property
    def is_alive(self) -> bool:
        """False if the object is deleted at Stripe, or erased here."""
        return self.row is not None and self.row.is_alive


class Cursor(NamedTuple):
    """A position of a feed, and while all rows are read, the last of these."""

    token: str
    position: int
    object_name: str = ""
    key: int = 0

    @classmethod
    def parse(cls, text: str) -> Cursor:
        token, *numbers = text.strip().split(":")
        try:
            if len(numbers) == 1:
                return cls(token, int(numbers[0]))
            position, name, key = numbers
            return cls(token, int(position), name, int(key))
        except ValueError:
            raise ChangeCursorError(
                _("%(text)r is not a cursor of the change feed.") % {"text": text}
            ) from None

    def __str__(self) -> str:
        if not self.object_name:
            return f"{self.token}:{self.position}"
        return f"{self.token}:{self.position}:{self.object_name}:{self.key}"


def changes(cursor: str = "", *, objects: Iterable[str] = ()) -> Iterator[ChangedRow]:
    """Yield what has changed since a cursor, and end: first all rows, without a cursor.

    ``objects`` are the objects as Stripe names them; without any, all in scope. An object that
    changes repeatedly is yielded at least once, and at last as it is now. Needs the setting
    ``CHANGE_FEED``. Raises ``ChangeCursorError`` for a cursor of another feed, and its subclass
    ``ExpiredCursorError`` if changes after it were pruned.
    """
    reader = Reader(cursor, objects=objects)
    while batch := reader.read():
        yield from batch


def snapshot(objects: Iterable[str] = ()) -> Iterator[list[ChangedRow]]:
    """Yield all rows, some at a time, without cursors. This needs no setting."""
    using = router.db_for_write(ChangeFeed)
    for model in _chosen(objects):
        for rows in keyset.batches(model._base_manager.using(using), BATCH):
            yield [ChangedRow(model, row.stripe_id, row, "") for row in rows]


class Reader:
    """Reads the feed some rows at a time. ``cursor`` is where to continue after them."""

    def __init__(self, cursor: str = "", *, objects: Iterable[str] = ()) -> None:
        if not settings.change_feed:
            raise ChangeFeedOffError
        self._using = router.db_for_write(ChangeFeed)
        names = {model.stripe.object_name: model for model in _chosen(objects)}
        self._models = dict(sorted(names.items()))
        self._cursor = Cursor.parse(cursor) if cursor else _beginning(self._using, self._models)
        _check(self._cursor, _feed(self._using))

    @property
    def cursor(self) -> str:
        return str(self._cursor)

    @property
    def is_snapshot(self) -> bool:
        """Whether all rows are being read, and not changes yet."""
        return bool(self._cursor.object_name)

    def read(self) -> list[ChangedRow]:
        """Return the next rows; none if all that was committed before the call was read."""
        while self.is_snapshot:
            if found := self._next_rows():
                return found
        found = self._next_changes()
        while not found and number(self._using):
            found = self._next_changes()
        return found

    def _next_rows(self) -> list[ChangedRow]:
        """Some rows of the present table; if there are none left, move to the next one."""
        token, position, name, key = self._cursor
        model = self._models.get(name)
        if model is not None:
            rows = model._base_manager.using(self._using).filter(pk__gt=key).order_by("pk")
            if found := list(rows[:BATCH]):
                cursors = [self._cursor._replace(key=row.pk) for row in found]
                self._cursor = cursors[-1]
                return [
                    ChangedRow(model, row.stripe_id, row, str(each))
                    for row, each in zip(found, cursors, strict=True)
                ]
        following = next((each for each in self._models if each > name), "")
        self._cursor = Cursor(token, position, following)
        return []

    def _next_changes(self) -> list[ChangedRow]:
        feed = _feed(self._using)
        _check(self._cursor, feed)
        numbered = Change.objects.using(self._using).filter(
            object_name__in=self._models,
            position__gt=self._cursor.position,
            position__lte=feed.position,
        )
        batch = list(numbered.order_by("position")[:BATCH])
        if feed.marked is not None:  # changes are pruned, maybe while these were read
            _check(self._cursor, _feed(self._using))
        found = [
            ChangedRow(self._models[name], stripe_id, row, str(Cursor(feed.token, position)))
            for name, stripe_id, position, row in _with_rows(batch, self._models, self._using)
        ]
        is_last = len(batch) < BATCH
        self._cursor = Cursor(feed.token, feed.position if is_last else batch[-1].position)
        return found


def number(using: str) -> int:
    """Give some of the new changes their positions; returns how many these were."""
    if not NewChange.objects.using(using).exists():  # without a lock, which others wait for
        return 0
    for attempt in retries.transactions(using):
        with attempt:
            count = _number(using)
    return count


def number_all(using: str) -> None:
    while number(using) == BATCH:
        pass


def maintain(using: str) -> None:
    """Number all new changes, so that they do not pile up if nobody reads the feed.

    Without the setting ``CHANGE_FEED``, changes are missing from now on: end the feed.
    """
    if settings.change_feed:
        number_all(using)
    elif ChangeFeed.objects.using(using).exists():
        for model in (ChangeFeed, NewChange, Change):
            model._base_manager.using(using)._raw_delete(using)


def outdated(using: str, before: datetime) -> int:
    """The position of the last change that was numbered before a moment, and is to be pruned.

    A feed has no times: the position of today is marked, and once that is as old, it is the limit.
    The feed stores the limit before anything goes, and then the next mark.
    """
    number_all(using)
    for attempt in retries.transactions(using):
        with attempt:
            feed = _locked_feed(using)
            if feed.marked is None:
                feed.marked, feed.marked_at = feed.position, timezone.now()
            elif feed.marked_at and feed.marked_at <= before:
                feed.pruned, feed.marked = feed.marked, feed.position
                feed.marked_at = timezone.now()
            feed.save(using=using)
    return feed.pruned


def _number(using: str) -> int:
    feed = _locked_feed(using)
    new = NewChange.objects.using(using).order_by("pk")[:BATCH]
    found = list(new.values_list("pk", "object_name", "stripe_id"))
    if not found:
        return 0
    latest = dict.fromkeys((name, stripe_id) for _, name, stripe_id in found)
    positions = range(feed.position + 1, feed.position + len(latest) + 1)
    numbered = [
        Change(object_name=name, stripe_id=stripe_id, position=position)
        for (name, stripe_id), position in zip(latest, positions, strict=True)
    ]
    has_target = connections[using].features.supports_update_conflicts_with_target
    Change.objects.using(using).bulk_create(
        numbered,
        update_conflicts=True,
        update_fields=["position"],
        unique_fields=["object_name", "stripe_id"] if has_target else None,
    )
    # By their keys: a lower one may be of a transaction that is not committed yet.
    NewChange.objects.using(using).filter(pk__in=[pk for pk, *_ in found])._raw_delete(using)
    feed.position = positions[-1]
    feed.save(using=using, update_fields=["position"])
    return len(found)


def _locked_feed(using: str) -> ChangeFeed:
    feeds = ChangeFeed.objects.using(using).filter(pk=ChangeFeed.SINGLETON)
    feed = locked(feeds)
    if feed is None:
        _feed(using)
        feed = locked(feeds)
    assert feed is not None
    return feed


def _feed(using: str) -> ChangeFeed:
    feed, _ = ChangeFeed.objects.using(using).get_or_create(
        pk=ChangeFeed.SINGLETON, defaults={"token": secrets.token_hex(4)}
    )
    return feed


def _beginning(using: str, models: Iterable[str]) -> Cursor:
    """The cursor before all rows. What changes while they are read comes after them."""
    number_all(using)  # or what changed before would come again
    feed = _feed(using)
    return Cursor(feed.token, feed.position, min(models, default=""))


def _check(cursor: Cursor, feed: ChangeFeed) -> None:
    if cursor.token != feed.token or cursor.position > feed.position:
        raise ChangeCursorError
    if cursor.position < feed.pruned:
        raise ExpiredCursorError


def _chosen(objects: Iterable[str]) -> Iterator[type[StripeModel]]:
    names = registry.by_object_name()
    wanted = {names[name] for name in objects} if objects else models_in_scope()
    return (model for model in registry.models() if model in wanted)


def _with_rows(
    changes: Sequence[Change], models: dict[str, type[StripeModel]], using: str
) -> Iterator[tuple[str, str, int, StripeModel | None]]:
    """Changes with the rows as they are now."""
    ids: dict[str, list[str]] = defaultdict(list)
    for each in changes:
        ids[each.object_name].append(each.stripe_id)
    rows = {
        (name, row.stripe_id): row
        for name, some in ids.items()
        for row in models[name]._base_manager.using(using).filter(stripe_id__in=some)
    }
    for each in changes:
        key = each.object_name, each.stripe_id
        yield *key, each.position, rows.get(key)
