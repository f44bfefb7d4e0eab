"""The rate limiter, which all threads and processes with the same key share.

Stripe limits each account that a key acts for, too: a refusal slows down that account alone.
"""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from threading import Lock
from urllib.parse import urlsplit

from stripe_django.conf import settings
from stripe_django.credentials import Credentials
from stripe_django.exceptions import ReadLimitError

from .rate_store import ProcessRateStore, RateStore
from .shared_rate_stores import CacheRateStore, FileRateStore, SharedRateStore
from .steps import Pause, Steps
from .token_bucket import Bucket

RATE_PERIOD = 5.0  # seconds of which the present rate is the average
MAX_BUCKETS = 10_000  # of endpoints and accounts, that are kept
ID = re.compile(r"[A-Z0-9]")  # names of resources have none of these
# Requests a second, for endpoints with a lower limit (docs.stripe.com/rate-limits).
ENDPOINT_LIMITS: Mapping[str, float] = {"/v1/files": 20.0}


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of the settings, in requests a second; 0 means no limit.

    ``owner`` is a hash of the server and the key.
    """

    owner: str
    total: float
    per_endpoint: float
    reserve: float
    cache: str

    @classmethod
    def in_force(cls, credentials: Credentials) -> Limits:
        named = f"{settings.api_base} {credentials.api_key} {credentials.context}".rstrip()
        return cls(
            sha256(named.encode()).hexdigest()[:16],
            settings.rate_limit_of(credentials.livemode),
            settings.rate_limit_per_endpoint,
            settings.rate_reserve_of(credentials.livemode),
            settings.rate_cache,
        )

    def store(self) -> RateStore:
        if not self.total:
            return ProcessRateStore()
        shared = CacheRateStore(self.owner, self.cache) if self.cache else FileRateStore(self.owner)
        return SharedRateStore(shared)


@dataclass(frozen=True, slots=True)
class Rate:
    """The present rate of this process, in requests a second.

    ``limit`` is the present limit of all processes with the key; ``None`` if there is no limit.
    ``refused`` counts the responses with HTTP status 429 for too many requests.
    """

    per_second: float
    limit: float | None
    refused: int


class Limiter:
    """Delays requests until they are within all limits. Safe for several threads."""

    def __init__(self, limits: Limits, store: RateStore) -> None:
        self._limits = limits
        self._store = store
        self._lock = Lock()
        self._recent: deque[float] = deque(maxlen=1000)
        self._refused = 0
        self._total = Bucket("total", limits.total, store)
        self._bulk = Bucket("bulk", limits.total * (1 - limits.reserve), store)
        self._endpoint = lru_cache(MAX_BUCKETS)(self._new_endpoint)
        self._account = lru_cache(MAX_BUCKETS)(self._new_account)

    def wait(
        self,
        method: str,
        path: str,
        *,
        bulk: bool,
        longest: float = math.inf,
        account: str = "",
    ) -> Steps[float]:
        """Wait until the request may be sent, and return that time.

        ``bulk`` requests do not use the reserve. ``account`` is the connected one that the request
        acts for. Raises ``ReadLimitError`` instead of waiting for
        more than ``longest`` seconds.
        """
        buckets = self._buckets(method, path, bulk, account) if self._limits.total else []
        while not (yield from self._wait_for_slot(buckets, longest)):
            pass
        with self._lock:
            now = self._store.now()
            self._recent.append(now)
            return now

    def _wait_for_slot(self, buckets: list[Bucket], longest: float) -> Steps[bool]:
        """Wait for a slot in each bucket; false if one was throttled meanwhile."""
        with self._lock:
            now = due = self._store.now()
            for bucket in buckets:
                due = bucket.take(due)
            known = [bucket.throttle for bucket in buckets]
        if due - now > longest:
            raise ReadLimitError
        if due > now:
            yield Pause(due - now)
        return known == [bucket.throttle for bucket in buckets]

    def slow_down(
        self,
        method: str,
        path: str,
        sent: float,
        reason: str,
        pause: float,
        account: str = "",
    ) -> None:
        """Throttle after HTTP status 429 for a request that was sent at a moment.

        ``reason`` is its ``Stripe-Rate-Limited-Reason``, or empty; ``pause`` is in seconds.
        """
        with self._lock:
            self._refused += 1
            if not self._limits.total or reason == "resource-specific":
                return
            for bucket in self._throttled(method, path, reason, account):
                bucket.slow_down(sent, self._store.now() + pause)

    @property
    def rate(self) -> Rate:
        with self._lock:
            now = self._store.now()
            recent = [moment for moment in self._recent if moment > now - RATE_PERIOD]
            seconds = min(RATE_PERIOD, max(now - self._recent[0], 1.0)) if recent else 1.0
            limit = self._bulk.rate(now) if self._limits.total else None
            return Rate(len(recent) / seconds, limit, self._refused)

    def _buckets(self, method: str, path: str, bulk: bool, account: str) -> list[Bucket]:
        """Return the buckets that limit a request, the narrowest one first."""
        narrow = self._own_bucket(method, path, account)
        connected = [self._account(account)] if account else []
        shared = [self._bulk] if bulk and self._limits.reserve else []
        return [*narrow, *connected, *shared, self._total]

    def _throttled(self, method: str, path: str, reason: str, account: str) -> list[Bucket]:
        narrow = self._own_bucket(method, path, account)
        wide = [self._account(account)] if account else [self._bulk, self._total]
        if reason.startswith("global") or not narrow:
            return wide
        return narrow if reason.startswith("endpoint") else [*narrow, *wide]

    def _own_bucket(self, method: str, path: str, account: str) -> list[Bucket]:
        """Return the endpoint's bucket, if its limit is lower than the total one."""
        endpoint = self._endpoint(endpoint_of(method, path), account)
        return [endpoint] if endpoint.limit < self._total.limit else []

    def _new_account(self, account: str) -> Bucket:
        return Bucket(account, self._limits.total, self._store)

    def _new_endpoint(self, endpoint: str, account: str) -> Bucket:
        path = endpoint.rpartition(":")[2]
        limit = min(self._limits.per_endpoint or self._limits.total, self._limits.total)
        name = f"{account} {endpoint}" if account else endpoint
        return Bucket(name, min(limit, ENDPOINT_LIMITS.get(path, limit)), self._store)


def endpoint_of(method: str, path: str) -> str:
    """Return the endpoint whose limit a request counts towards, with ids replaced in its path."""
    start, version, *parts = urlsplit(path).path.split("/")
    named = ("{id}" if ID.search(part) else part for part in parts)
    return f"{method.lower()}:{'/'.join([start, version, *named])}"


@cache
def limiter_of(limits: Limits) -> Limiter:
    """Return the limiter of all clients with the same key in this process."""
    return Limiter(limits, limits.store())
