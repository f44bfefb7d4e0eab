"""Rate stores that several processes share, on one machine or on many."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from django.core.cache import BaseCache, caches
from django.core.files import locks

from stripe_django import logs

from .rate_store import MAX_AGE, MAX_AHEAD, ProcessRateStore, RateState, RateStore, ThrottleRecord

T = TypeVar("T")

RETRY_SHARED_AFTER = 60.0  # seconds


class FileRateStore(RateStore):
    """For the processes of one user on one machine: a small file, locked while it is used.

    These processes have the same monotonic clock.
    """

    def __init__(self, owner: str) -> None:
        user = os.getuid() if hasattr(os, "getuid") else ""
        self.path = Path(tempfile.gettempdir(), f"stripe_django-{user}-{owner}.json")

    def now(self) -> float:
        return time.monotonic()

    def increment(self, name: str, window: int) -> int:
        with self._locked() as file:
            state = self._read(file)
            count = state.increment(name, window)
            self._write(file, state)
            return count

    def throttle(self, name: str) -> ThrottleRecord | None:
        with self._locked() as file:
            return self._read(file).throttle(name, self.now())

    def record_throttle(self, name: str, at: float, rate: float) -> None:
        with self._locked() as file:
            state = self._read(file)
            state.record_throttle(name, at, rate)
            self._write(file, state)

    @contextmanager
    def _locked(self) -> Iterator[int]:
        # The directory is shared: another user's link must not be followed.
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        file = os.open(self.path, flags, 0o600)
        try:
            if hasattr(os, "getuid") and os.fstat(file).st_uid != os.getuid():
                raise OSError(f"{self.path} belongs to another user")
            if not locks.lock(file, locks.LOCK_EX):
                raise OSError(f"{self.path} cannot be locked")
            yield file
        finally:
            os.close(file)  # which unlocks it

    @staticmethod
    def _read(file: int) -> RateState:
        try:
            return RateState(json.loads(os.read(file, os.fstat(file).st_size)))
        except ValueError:  # empty, or its writer was killed
            return RateState()

    @staticmethod
    def _write(file: int, state: RateState) -> None:
        """Overwrite the file: after truncating one, some file systems wait for the disk."""
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, json.dumps(state.data).encode().ljust(os.fstat(file).st_size))


class CacheRateStore(RateStore):
    """For processes that share one of Django's caches with an atomic ``incr``: Redis, Memcached."""

    def __init__(self, owner: str, alias: str) -> None:
        self._prefix = f"stripe_django:{owner}"
        self._alias = alias

    @property
    def _cache(self) -> BaseCache:
        return caches[self._alias]  # a connection for each thread

    def now(self) -> float:
        return time.time()  # machines share no other clock

    def increment(self, name: str, window: int) -> int:
        key = f"{self._prefix}:{name}:{window}"
        try:
            return self._cache.incr(key)
        except ValueError:
            self._cache.add(key, 0, timeout=MAX_AHEAD)
            return self._cache.incr(key)

    def throttle(self, name: str) -> ThrottleRecord | None:
        found = self._cache.get(f"{self._prefix}:{name}")
        return (found[0], found[1]) if found else None

    def record_throttle(self, name: str, at: float, rate: float) -> None:
        self._cache.set(f"{self._prefix}:{name}", (at, rate), timeout=MAX_AGE)


class SharedRateStore(RateStore):
    """Uses a shared store, and after it fails, one of this process for a minute."""

    def __init__(self, shared: RateStore) -> None:
        self._shared = shared
        self._local = ProcessRateStore(shared.now)
        self._failed_at = float("-inf")

    def now(self) -> float:
        return self._shared.now()

    def increment(self, name: str, window: int) -> int:
        return self._try_shared(lambda store: store.increment(name, window))

    def throttle(self, name: str) -> ThrottleRecord | None:
        return self._try_shared(lambda store: store.throttle(name))

    def record_throttle(self, name: str, at: float, rate: float) -> None:
        self._try_shared(lambda store: store.record_throttle(name, at, rate))

    def _try_shared(self, call: Callable[[RateStore], T]) -> T:
        if self.now() - self._failed_at >= RETRY_SHARED_AFTER:
            try:
                return call(self._shared)
            except Exception as error:  # each cache backend raises its own errors
                logs.RATE_NOT_SHARED(error)
                self._failed_at = self.now()
        return call(self._local)
