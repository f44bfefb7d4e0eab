"""How often Stripe may be asked: one limiter for all threads and processes with the same key."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from threading import Lock
from urllib.parse import urlsplit

from stripe_django.conf import settings

from .rate_store import Ledger, ProcessLedger
from .shared_rate_stores import CacheLedger, FileLedger, SharedLedger
from .token_bucket import Bucket

RECENT = 5.0  # seconds that the present rate is taken from
ENDPOINTS = 256  # of which the buckets are kept
ID = re.compile(r"[A-Z0-9]")  # no name of a resource has any of these
# Answers a second, of endpoints that have fewer than the others (docs.stripe.com/rate-limits).
STRICTER: Mapping[str, float] = {"/v1/files": 20.0}


@dataclass(frozen=True, slots=True)
class Limits:
    """What the settings allow, in requests a second; 0 is no limit.

    ``owner`` stands for the key, which cannot be told from it.
    """

    owner: str
    total: float
    per_endpoint: float
    reserve: float
    cache: str

    @classmethod
    def in_force(cls) -> Limits:
        owner = sha256(f"{settings.api_base} {settings.api_key}".encode()).hexdigest()[:16]
        return cls(
            owner,
            settings.rate_limit,
            settings.rate_limit_per_endpoint,
            settings.rate_reserve,
            settings.rate_cache,
        )

    def ledger(self) -> Ledger:
        if not self.total:
            return ProcessLedger()
        shared = CacheLedger(self.owner, self.cache) if self.cache else FileLedger(self.owner)
        return SharedLedger(shared)


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast this process is asking, in requests a second, of which so many may be sent now.

    ``limit`` is what all that have the key may send together; ``None`` if there is no limit.
    ``refused`` counts the answers that said it was too much.
    """

    per_second: float
    limit: float | None
    refused: int


class Limiter:
    """Lets requests go when it is their turn. Safe for several threads."""

    def __init__(
        self, limits: Limits, ledger: Ledger, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._limits = limits
        self._ledger = ledger
        self._sleep = sleep
        self._lock = Lock()
        self._recent: deque[float] = deque(maxlen=1000)
        self._refused = 0
        self._total = Bucket("total", limits.total, ledger)
        self._bulk = Bucket("bulk", limits.total * (1 - limits.reserve), ledger)
        self._endpoint = lru_cache(ENDPOINTS)(self._new_endpoint)

    def wait(self, method: str, path: str, *, bulk: bool) -> float:
        """Return when the request may be sent; answers that moment.

        ``bulk`` requests leave the reserve to others.
        """
        buckets = self._buckets(method, path, bulk) if self._limits.total else []
        while not self._is_turn(buckets):
            pass
        with self._lock:
            now = self._ledger.now()
            self._recent.append(now)
            return now

    def _is_turn(self, buckets: list[Bucket]) -> bool:
        """Wait for a place; false if what was learned meanwhile has made it worthless."""
        with self._lock:
            asked = due = self._ledger.now()
            for bucket in buckets:
                due = bucket.take(due)
            known = [bucket.lesson for bucket in buckets]
        if due > asked:
            self._sleep(due - asked)
        return known == [bucket.lesson for bucket in buckets]

    def slow_down(self, method: str, path: str, sent: float, reason: str, pause: float) -> None:
        """Learn that a request, sent at a moment, came too soon; ``pause`` is in seconds.

        ``reason`` is what Stripe says of it, if it does.
        """
        with self._lock:
            self._refused += 1
            if not self._limits.total or reason == "resource-specific":
                return
            for bucket in self._guilty(method, path, reason):
                bucket.slow_down(sent, self._ledger.now() + pause)

    @property
    def rate(self) -> Rate:
        with self._lock:
            now = self._ledger.now()
            recent = [moment for moment in self._recent if moment > now - RECENT]
            seconds = min(RECENT, max(now - self._recent[0], 1.0)) if recent else 1.0
            limit = self._bulk.rate(now) if self._limits.total else None
            return Rate(len(recent) / seconds, limit, self._refused)

    def _buckets(self, method: str, path: str, bulk: bool) -> list[Bucket]:
        """What the request takes a place in: the narrowest first, none that another one implies."""
        shared = [self._bulk] if bulk and self._limits.reserve else []
        return [*self._narrow(method, path), *shared, self._total]

    def _guilty(self, method: str, path: str, reason: str) -> list[Bucket]:
        narrow, wide = self._narrow(method, path), [self._bulk, self._total]
        if reason.startswith("global") or not narrow:
            return wide
        return narrow if reason.startswith("endpoint") else [*narrow, *wide]

    def _narrow(self, method: str, path: str) -> list[Bucket]:
        """The endpoint's own bucket, if it has less than all endpoints together."""
        endpoint = self._endpoint(endpoint_of(method, path))
        return [endpoint] if endpoint.limit < self._total.limit else []

    def _new_endpoint(self, endpoint: str) -> Bucket:
        path = endpoint.rpartition(":")[2]
        limit = min(self._limits.per_endpoint or self._limits.total, self._limits.total)
        return Bucket(endpoint, min(limit, STRICTER.get(path, limit)), self._ledger)


def endpoint_of(method: str, path: str) -> str:
    """The operation that Stripe counts a request for: the same one whatever the ids in its path."""
    start, version, *parts = urlsplit(path).path.split("/")
    named = ("{id}" if ID.search(part) else part for part in parts)
    return f"{method.lower()}:{'/'.join([start, version, *named])}"


@cache
def limiter_of(limits: Limits) -> Limiter:
    """One limiter for all clients with the same key in this process."""
    return Limiter(limits, limits.ledger())
