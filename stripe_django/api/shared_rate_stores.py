"""Ledgers of several processes: on one machine, or on many."""

from __future__ import annotations

import json
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from django.core.cache import BaseCache, caches
from django.core.files import locks

from .rate_store import FARTHEST, OLDEST, Ledger, ProcessLedger, Sheet, Taught

T = TypeVar("T")

PAUSE = 60.0  # seconds without sharing, after that has failed

logger = logging.getLogger(__name__)


class FileLedger(Ledger):
    """For the processes of one user on one machine: a small file, locked while it is changed.

    The monotonic clock is the same one for all of them.
    """

    def __init__(self, owner: str) -> None:
        user = os.getuid() if hasattr(os, "getuid") else ""
        self.path = Path(tempfile.gettempdir(), f"stripe_django-{user}-{owner}.json")

    def now(self) -> float:
        return time.monotonic()

    def increment(self, name: str, window: int) -> int:
        with self._locked() as file:
            sheet = self._read(file)
            count = sheet.increment(name, window)
            self._write(file, sheet)
            return count

    def lesson(self, name: str) -> Taught | None:
        with self._locked() as file:
            return self._read(file).lesson(name, self.now())

    def teach(self, name: str, at: float, rate: float) -> None:
        with self._locked() as file:
            sheet = self._read(file)
            sheet.teach(name, at, rate)
            self._write(file, sheet)

    @contextmanager
    def _locked(self) -> Iterator[int]:
        # Whoever else may write there must not lead this elsewhere with a link.
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        file = os.open(self.path, flags, 0o600)
        try:
            if hasattr(os, "getuid") and os.fstat(file).st_uid != os.getuid():
                raise OSError(f"{self.path} belongs to somebody else")
            if not locks.lock(file, locks.LOCK_EX):
                raise OSError(f"{self.path} cannot be locked")
            yield file
        finally:
            os.close(file)  # which unlocks it

    @staticmethod
    def _read(file: int) -> Sheet:
        try:
            return Sheet(json.loads(os.read(file, os.fstat(file).st_size)))
        except ValueError:  # empty, or its writer was killed
            return Sheet()

    @staticmethod
    def _write(file: int, sheet: Sheet) -> None:
        """Over what is there: some file systems wait for the disk after a file was emptied."""
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, json.dumps(sheet.data).encode().ljust(os.fstat(file).st_size))


class CacheLedger(Ledger):
    """For all who share one of Django's caches, which must count atomically: Redis, Memcached."""

    def __init__(self, owner: str, alias: str) -> None:
        self._prefix = f"stripe_django:{owner}"
        self._alias = alias

    @property
    def _cache(self) -> BaseCache:
        return caches[self._alias]  # another one for each thread

    def now(self) -> float:
        return time.time()  # machines share no other clock

    def increment(self, name: str, window: int) -> int:
        key = f"{self._prefix}:{name}:{window}"
        try:
            return self._cache.incr(key)
        except ValueError:
            self._cache.add(key, 0, timeout=FARTHEST)
            return self._cache.incr(key)

    def lesson(self, name: str) -> Taught | None:
        found = self._cache.get(f"{self._prefix}:{name}")
        return (found[0], found[1]) if found else None

    def teach(self, name: str, at: float, rate: float) -> None:
        self._cache.set(f"{self._prefix}:{name}", (at, rate), timeout=OLDEST)


class SharedLedger(Ledger):
    """Another ledger, and for a while one of this process alone, whenever that one fails."""

    def __init__(self, shared: Ledger) -> None:
        self._shared = shared
        self._alone = ProcessLedger(shared.now)
        self._failed_at = float("-inf")

    def now(self) -> float:
        return self._shared.now()

    def increment(self, name: str, window: int) -> int:
        return self._of_either(lambda ledger: ledger.increment(name, window))

    def lesson(self, name: str) -> Taught | None:
        return self._of_either(lambda ledger: ledger.lesson(name))

    def teach(self, name: str, at: float, rate: float) -> None:
        self._of_either(lambda ledger: ledger.teach(name, at, rate))

    def _of_either(self, ask: Callable[[Ledger], T]) -> T:
        if self.now() - self._failed_at >= PAUSE:
            try:
                return ask(self._shared)
            except Exception as error:  # each kind of cache has errors of its own
                logger.warning("The rate of requests is not shared for a while: %s", error)
                self._failed_at = self.now()
        return ask(self._alone)
