"""The lease of the process that prunes, and how far it has come."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import router
from django.db.models import Q, QuerySet
from django.utils import timezone

from stripe_django.conf import settings
from stripe_django.models import Retention

LEASE = timedelta(minutes=5)  # after which the process counts as dead
EVERY = timedelta(days=1)  # how often other commands and tasks prune


class LeaseLostError(Exception):
    """Another process has taken over."""


class TimeOverError(Exception):
    """The time of this process is over; the next one resumes."""


@dataclass(slots=True)
class Turn:
    """One process's part of a pass. ``began_at`` is when the pass began: ages are as of then.

    A dry run writes nothing, its state included.
    """

    using: str
    state: Retention
    keep: Mapping[str, timedelta]
    began_at: datetime
    end: float = math.inf
    is_dry: bool = False

    def cutoff(self, name: str) -> datetime | None:
        """Before when this is pruned; ``None`` if it is kept for good."""
        return self.began_at - self.keep[name] if name in self.keep else None

    def save(self, **values: Any) -> None:
        """Save how far it has come, and extend the lease; raises ``LeaseLostError``."""
        for name, value in values.items():
            setattr(self.state, name, value)
        if self.is_dry:
            return
        mine = states(self.using).filter(token=self.state.token)
        if not mine.update(claimed_until=timezone.now() + LEASE, **values):
            raise LeaseLostError

    def move(self, position: int, position_at: datetime | None = None) -> None:
        """Save that a batch is done; raises ``TimeOverError`` if that was the last one."""
        self.save(position=position, position_at=position_at)
        if time.monotonic() > self.end:
            raise TimeOverError


def using() -> str:
    return router.db_for_write(Retention)


def states(alias: str) -> QuerySet[Retention]:
    return Retention.objects.using(alias).filter(pk=Retention.SINGLETON)


def dry(keep: Mapping[str, timedelta]) -> Turn:
    """A turn that writes nothing: a whole pass from its beginning."""
    return Turn(using(), Retention(), keep, timezone.now(), is_dry=True)


@contextmanager
def taken(keep: Mapping[str, timedelta], seconds: float) -> Iterator[Turn | None]:
    """The lease; ``None`` while another process has it. A pass that was begun is resumed."""
    alias, now, token = using(), timezone.now(), secrets.token_hex(16)
    Retention.objects.using(alias).get_or_create(pk=Retention.SINGLETON)
    free = states(alias).filter(Q(claimed_until=None) | Q(claimed_until__lt=now))
    if not free.update(claimed_until=now + LEASE, token=token):
        yield None
        return
    state = states(alias).get()
    turn = Turn(alias, state, keep, state.began_at or now, time.monotonic() + seconds)
    try:
        if state.began_at is None:
            turn.save(began_at=now, step="", position=0, position_at=None)
        yield turn
    finally:
        states(alias).filter(token=token).update(claimed_until=None, token="")


def is_due() -> bool:
    """Whether a pass was begun and no process is at it, or the last one ended a day ago.

    A project without the setting pays no statement for this.
    """
    if not settings.get("RETENTION"):
        return False
    state, now = states(using()).first() or Retention(), timezone.now()
    if state.claimed_until and state.claimed_until >= now:
        return False
    return bool(state.began_at) or state.finished_at is None or state.finished_at <= now - EVERY
