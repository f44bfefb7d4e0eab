"""Stripe's ids behind dj-stripe's foreign keys, which may hold numbers of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .tables import ID, KEY, Table, described


@dataclass
class References:
    """The ids that a batch of rows refers to, by the table and the number.

    The setting ``DJSTRIPE_FOREIGN_KEY_TO_FIELD`` decides what most foreign keys hold; some hold
    numbers always.
    """

    using: str
    _ids: dict[str, dict[Any, str]] = field(default_factory=dict)
    _tables: dict[str, Table] = field(default_factory=dict)

    def load(self, table: Table, rows: Iterable[dict[str, Any]], names: Iterable[str]) -> None:
        """Read the ids that these columns of the rows refer to, one query for each table."""
        wanted: dict[str, set[Any]] = defaultdict(set)
        found = list(rows)
        for name in names:
            target, column = table.targets.get(name, ("", ""))
            if column == KEY:
                wanted[target] |= {row[name] for row in found if row.get(name) is not None}
        self._ids = {
            target: dict(self._target(target).rows.filter(pk__in=keys).values_list(KEY, ID))
            for target, keys in wanted.items()
            if keys
        }

    def _target(self, name: str) -> Table:
        if name not in self._tables:
            self._tables[name] = described(name, self.using)
        return self._tables[name]

    def id_of(self, table: Table, name: str, value: Any) -> str | None:
        """Stripe's id in a foreign key; ``None`` if it is unset or its row is missing."""
        target, column = table.targets.get(name, ("", ""))
        if column == KEY:
            return self._ids.get(target, {}).get(value)
        return value if isinstance(value, str) and value else None
