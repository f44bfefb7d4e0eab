"""What ``apply`` answers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from stripe_django.models.base import StripeModel

from .writer import upsert
from .writer.report import Failure, Report


@dataclass(slots=True)
class Result:
    """What became of the payloads that were applied.

    ``counts`` has a number for each of ``created``, ``updated``, ``unchanged``, ``stale``,
    ``tied``, ``failed`` and ``ignored``; nested objects are counted too. ``failures`` say what
    was left out, ``ignored`` what is of the mode that this database does not mirror.
    """

    using: str
    report: Report = field(default_factory=Report)
    applied: list[tuple[type[StripeModel], str]] = field(default_factory=list)
    ignored: list[Failure] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        totals: Counter[str] = Counter()
        for (_, outcome), count in self.report.counts.items():
            totals[outcome.value] += count
        if self.ignored:
            totals["ignored"] = len(self.ignored)
        return totals

    @property
    def failures(self) -> list[Failure]:
        return self.report.failures

    @property
    def rows(self) -> list[StripeModel]:
        """The rows of the applied objects, in their order, as the database has them now."""
        found: dict[tuple[type[StripeModel], str], StripeModel] = {}
        for model in {model for model, _ in self.applied}:
            ids = [stripe_id for each, stripe_id in self.applied if each is model]
            for start in range(0, len(ids), upsert.CHUNK):
                some = ids[start : start + upsert.CHUNK]
                for row in model._default_manager.using(self.using).filter(stripe_id__in=some):
                    found[model, row.stripe_id] = row
        return [found[key] for key in dict.fromkeys(self.applied) if key in found]

    @property
    def row(self) -> StripeModel | None:
        """The row of the first object: of an event, the event's own."""
        rows = self.rows
        return rows[0] if rows else None
