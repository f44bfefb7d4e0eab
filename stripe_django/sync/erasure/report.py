"""What an erasure has removed, or would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Progress = Callable[[str, int], None]


@dataclass(slots=True)
class Report:
    """``rows`` are those that were changed, and ``values`` what was removed from them, by table.

    ``is_done`` is false while a transaction that is older than the erasure still runs.
    """

    stripe_id: str
    rows: Counter[str] = field(default_factory=Counter)
    values: Counter[str] = field(default_factory=Counter)
    is_done: bool = False
    is_dry_run: bool = False

    def add(self, name: str, counts: Mapping[str, int]) -> None:
        if counts.get("rows"):
            self.rows[name] += counts["rows"]
            self.values[name] += counts["values"]

    @property
    def document(self) -> dict[str, Any]:
        return {
            "customer": self.stripe_id,
            "dry_run": self.is_dry_run,
            "done": self.is_done,
            "rows": dict(sorted(self.rows.items())),
            "values": dict(sorted(self.values.items())),
        }
