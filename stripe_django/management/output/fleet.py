"""The output of ``stripe_sync --all-accounts``, as text and as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from stripe_django.management.output import sync as sync_output
from stripe_django.management.progress import some
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
        names = [name or _(OWN) for name in self.errors]
        return _("%(count)s of %(total)s accounts failed: %(names)s.") % {
            "count": intcomma(len(names)),
            "total": intcomma(len(self.read)),
            "names": some(names, SHOWN),
        }

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
    name = done.account or _(OWN)
    if done.is_failure:
        return _("%(name)s: failed (%(error)s)") % {"name": name, "error": error_of(done)}
    return _("%(name)s: %(read)s read") % {"name": name, "read": intcomma(done.read)}
