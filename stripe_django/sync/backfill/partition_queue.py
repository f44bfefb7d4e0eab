"""The partitions that wait for a worker, and how many of each object type are open."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable

from stripe_django.models.base import StripeModel

from .partitions import Partition, PerParent


class PartitionQueue:
    """The first partitions come first, unless they need another object type to be complete.

    A partition is open from ``add`` until ``close``, also while a worker fetches it.
    """

    def __init__(self, partitions: Iterable[Partition]) -> None:
        self._waiting: deque[Partition] = deque()
        self._open: Counter[type[StripeModel]] = Counter()
        self.add(partitions)

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, partitions: Iterable[Partition]) -> None:
        for each in partitions:
            self._open[each.model] += 1
            self._waiting.append(each)

    def put_back(self, partition: Partition) -> None:
        """Have the next page of an open partition fetched."""
        self._waiting.append(partition)

    def next_ready(self) -> Partition | None:
        for each in self._waiting:
            if self._is_ready(each):
                self._waiting.remove(each)
                return each
        return None

    @property
    def ready(self) -> int:
        return sum(map(self._is_ready, self._waiting))

    def _is_ready(self, partition: Partition) -> bool:
        needs_parents = isinstance(partition, PerParent)
        return not (needs_parents and self._open[partition.listing.parent_model])

    def of_model(self, model: type[StripeModel]) -> list[Partition]:
        """The waiting partitions of an object type."""
        return [each for each in self._waiting if each.model is model]

    def remove(self, partition: Partition) -> None:
        """Take a waiting partition out; it is still open."""
        self._waiting.remove(partition)

    def drop(self, model: type[StripeModel]) -> None:
        """Close the waiting partitions of an object type."""
        for each in self.of_model(model):
            self._waiting.remove(each)
            self._open[model] -= 1

    def close(self, partition: Partition) -> bool:
        """Whether it was the last open partition of its object type."""
        self._open[partition.model] -= 1
        return not self._open[partition.model]
