"""Replicas of Stripe's that lag behind: they respond with an older state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from stripe_django.models import PendingRead
from stripe_django.sync.mapping.rows import content_of
from stripe_django.testing.fake.engine import Engine
from stripe_django.testing.fake.serialization import Serializer
from stripe_django.testing.fake.store import Namespace, Store

from .kinds import KINDS, Payload

Log = dict[str, list[tuple[float, Payload | None]]]


@dataclass(frozen=True)
class Stale:
    """What a response showed of an object that had changed before the request ``started``.

    It showed the state of a ``moment``, ``None`` if there was no object. A refetch has a
    ``reason``, and ``known`` are the contents that it has to decide between, if there are any.
    """

    kind: str
    started: float
    moment: float
    payload: Payload | None
    reason: str = ""
    known: frozenset[str] = frozenset()
    is_deletion_known: bool = False


def state_at(log: Log, kind: str, moment: float) -> Payload | None:
    """The object as it was, ``None`` if there was none."""
    known = [payload for at, payload in log.get(kind, []) if at <= moment]
    return known[-1] if known else None


@contextmanager
def showing(engine: Engine, log: Log, moment: float) -> Iterator[None]:
    """Have the fake respond with the objects as they were at a moment."""
    store, serializer = engine.store, engine.serializer
    engine.store = _store_at(engine, log, moment)
    engine.serializer = Serializer(engine.store)
    try:
        yield
    finally:
        engine.store, engine.serializer = store, serializer


def _store_at(engine: Engine, log: Log, moment: float) -> Store:
    store = Store(engine.clock)
    for kind, states in log.items():
        past = [payload for at, payload in states if at <= moment]
        alive = [payload for payload in past if payload is not None]
        if not alive or (past[-1] is None and kind == "plan"):  # which leaves no stub
            continue
        record = store.put(alive[-1], Namespace())
        if past[-1] is None:
            store.delete(record)
    return store


def stale_of(log: Log, url: str, started: float, moment: float) -> Iterator[Stale]:
    """What a response of a moment does not show any more, object by object."""
    for kind in log:
        shown = state_at(log, kind, moment)
        if shown != state_at(log, kind, started):
            stripe_id = next(payload["id"] for _, payload in log[kind] if payload)
            stale = Stale(kind, started, moment, shown)
            yield _as_refetch(stale, stripe_id) if f"/{stripe_id}" in url else stale


def _as_refetch(stale: Stale, stripe_id: str) -> Stale:
    read = PendingRead.objects.filter(object_name=stale.kind, stripe_id=stripe_id).first()
    if read is None:
        return stale
    row = KINDS[stale.kind].model.objects.get(stripe_id=stripe_id)
    known = map(content_of, [*read.digests.split(), row.digest]) if read.digests else ()
    return replace(
        stale,
        reason=read.reason,
        known=frozenset(known),
        is_deletion_known=row.deleted_at is not None,
    )
