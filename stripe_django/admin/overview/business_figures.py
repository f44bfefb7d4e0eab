"""The business figures that the statistics have stored, as the overview reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from stripe_django.models import BusinessFigures

CURRENCIES = 4  # that get a chart: the most frequent ones

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figures:
    """All of them; empty where an analysis was not done yet."""

    found: Mapping[str, Any]
    taken_at: Mapping[str, datetime]

    def segment(self, name: str) -> list[Row]:
        """By currency, the most rows first."""
        rows = self.found.get("segments", {}).get(name, [])
        return sorted(rows, key=lambda row: -row["count"])

    @property
    def movements(self) -> dict[str, dict[date, Row]]:
        rows = self.found.get("movements", {}).get("rows", [])
        return by_currency(rows, "month", "closing_customers")

    @property
    def exact_since(self) -> datetime | None:
        """Set if some movements are of before."""
        found = self.found.get("movements", {})
        is_exact = all(row["is_exact"] for row in found.get("rows", []))
        return None if is_exact or not found["since"] else datetime.fromisoformat(found["since"])

    def revenue(self, every: str) -> dict[str, dict[date, Row]]:
        return by_currency(self.found.get(f"revenue_by_{every}", []), "period", "charges")

    @property
    def cohorts(self) -> dict[str, dict[date, list[Row]]]:
        """By currency and first month, the youngest age first."""
        found: dict[str, dict[date, list[Row]]] = defaultdict(lambda: defaultdict(list))
        sizes: dict[str, int] = defaultdict(int)
        for row in self.found.get("cohorts", []):
            found[row["currency"]][date.fromisoformat(row["month"])].append(row)
            sizes[row["currency"]] += row["customers"]
        return {currency: found[currency] for currency in _largest(sizes)}


def figures() -> Figures:
    """One query."""
    rows = list(BusinessFigures.objects.all())
    return Figures({row.name: row.found for row in rows}, {row.name: row.taken_at for row in rows})


def by_currency(rows: Iterable[Row], key: str, weight: str) -> dict[str, dict[date, Row]]:
    """The rows by day or month, for the most frequent currencies."""
    found: dict[str, dict[date, Row]] = defaultdict(dict)
    weights: dict[str, int] = defaultdict(int)
    for row in rows:
        found[row["currency"]][date.fromisoformat(row[key])] = row
        weights[row["currency"]] += row[weight]
    return {currency: found[currency] for currency in _largest(weights)}


def _largest(weights: Mapping[str, Any]) -> list[str]:
    return sorted(weights, key=lambda currency: (-weights[currency], currency))[:CURRENCIES]
