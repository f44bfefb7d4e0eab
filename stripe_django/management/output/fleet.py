"""The output of ``stripe_sync --all-accounts``, as text and as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from stripe_django.management.output import sync as sync_output
from stripe_django.sync.fleet import AccountSync
from stripe_django.sync.writer.report import Report

from .events import OWN

SHOWN = 20  # accounts


@dataclass(slots=True)
class FleetReport:
    """The sum of all accounts, and what is left to say of each; their runs are not kept."""

    report: Report = field(default_factory=Report)
    read: dict[str, int] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def add(self, done: AccountSync) -> None:
        self.read[done.account] = done.read
        if done.is_failure:
            self.errors[done.account] = error_of(done)
        for run in done.runs:
            self.report.add(run.report)

    @property
    def failure(self) -> str:
        """How many accounts failed, and some of their names; empty if none did."""
        if not self.errors:
            return ""
        names = [name or OWN for name in self.errors]
        rest = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
        return (
            f"{len(names):,} of {len(self.read):,} accounts failed:"
            f" {', '.join(names[:SHOWN])}{rest}."
        )

    @property
    def document(self) -> dict[str, Any]:
        return {
            "accounts": {
                name: {"read": read, "error": self.errors.get(name, "")}
                for name, read in self.read.items()
            },
            "objects": {name: dict(counts) for name, counts in self.report.by_object().items()},
        }


def error_of(done: AccountSync) -> str:
    return done.error or sync_output.failures(done.runs)


def line(done: AccountSync) -> str:
    """One account in one line."""
    name = done.account or OWN
    if done.is_failure:
        return f"{name}: failed ({error_of(done)})"
    return f"{name}: {done.read:,} read"
