"""What ``stripe_link`` found, as lines or as a document."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.management.base import OutputWrapper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django.links.existing import PROBLEMS, Finding, Linking, Outcome

LISTED = 1_000  # problems in a document
EVERY = 10.0  # seconds between two lines about the progress, on a terminal a tenth

WOULD_BE = gettext_noop("would be linked")


class LinkOutput:
    """The findings of one model: problems are written at once, or collected for a document."""

    def __init__(self, linking: Linking, out: OutputWrapper, err: OutputWrapper) -> None:
        self._linking = linking
        self._out, self._err = out, err
        self._customers = 0
        self._shown_at = time.monotonic()
        self._listed: list[dict[str, Any]] = []

    def write(self, findings: Sequence[Finding]) -> None:
        for each in findings:
            if each.outcome in PROBLEMS or (
                each.outcome is Outcome.LINKED and not self._linking.changes
            ):
                self._out.write(self._line(each))
        self._progress(len(findings))

    def collect(self, findings: Sequence[Finding]) -> None:
        problems = [each for each in findings if each.outcome in PROBLEMS]
        self._listed += map(_document, problems[: max(LISTED - len(self._listed), 0)])
        self._progress(len(findings))

    def finish(self) -> None:
        self._out.write(f"{self._label}: {', '.join(self._counted())}.")

    def document(self) -> dict[str, Any]:
        counts = self._linking.counts
        problems = sum(counts[each] for each in PROBLEMS)
        return {
            "model": self._label,
            "field": self._linking.reference.name,
            "account": self._linking.account,
            "counts": {each.value: counts[each] for each in Outcome},
            "problems": self._listed,
            "problems_left_out": problems - len(self._listed),
        }

    @property
    def _label(self) -> str:
        return str(self._linking.model._meta.label)

    def _counted(self) -> list[str]:
        counts = self._linking.counts
        linked = _(Outcome.LINKED) if self._linking.changes else _(WOULD_BE)
        names = {each: _(each) for each in Outcome} | {Outcome.LINKED: linked}
        return [f"{intcomma(counts[each])} {name}" for each, name in names.items()]

    def _line(self, finding: Finding) -> str:
        rows = ", ".join(finding.rows)
        is_linked = finding.outcome is Outcome.LINKED
        outcome = _(WOULD_BE) if is_linked else f"{_(finding.outcome)}: {finding.reason}"
        return _("%(label)s %(rows)s ← %(customer)s by %(clue)s: %(outcome)s") % {
            "label": self._label,
            "rows": rows,
            "customer": finding.customer,
            "clue": _(finding.clue),
            "outcome": outcome,
        }

    def _progress(self, number: int) -> None:
        self._customers += number
        is_live = self._err.isatty()
        if time.monotonic() - self._shown_at >= (EVERY / 10 if is_live else EVERY):
            self._shown_at = time.monotonic()
            text = _("%(label)s: %(customers)s customers that lead to a row") % {
                "label": self._label,
                "customers": intcomma(self._customers),
            }
            self._err.write(f"\r\x1b[K{text}" if is_live else text, ending="" if is_live else "\n")


def _document(finding: Finding) -> dict[str, Any]:
    return {
        "outcome": finding.outcome.value,
        "customer": finding.customer,
        "rows": list(finding.rows),
        "clue": finding.clue,
        "reason": finding.reason,
    }
