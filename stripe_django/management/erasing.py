"""``stripe_privacy erase|lift|resume``: customers whose personal data goes and stays away."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.management.base import CommandError, OutputWrapper
from django.utils.translation import gettext as _

from stripe_django.exceptions import UnfinishedErasureError
from stripe_django.links.target import named
from stripe_django.management.arguments import add_json
from stripe_django.sync.erasure import customers
from stripe_django.sync.erasure.report import Report

NAMES = ("erase", "lift", "resume")
REPORT_EVERY = 10_000  # rows
UNFINISHED = 2  # the exit status


def add_arguments(add: Callable[..., ArgumentParser]) -> None:
    """Add the sub-commands with the ``add_subcommand`` of a command."""
    erasing = add(
        "erase",
        _(
            "Remove the row of a customer, and personal data from all other rows, and"
            " withhold it from whatever arrives later, until it is lifted. Other rows stay,"
            " with amounts, ids and dates. Erase the customer at Stripe as well: this"
            " changes nothing there. The exit status is 2 if a transaction that began before"
            " did not end in time: run it again."
        ),
    )
    _named(erasing)
    erasing.add_argument(
        "--dry-run", action="store_true", help=_("Only count what would be removed.")
    )
    erasing.add_argument(
        "--no-input", action="store_true", help=_("Do not ask whether to go ahead.")
    )
    erasing.add_argument(
        "--force",
        action="store_true",
        help=_(
            "Also a customer of whom nothing is stored, so that nothing ever will be."
            " Without it, that is an error: the id or the account may be mistyped."
        ),
    )
    _add_wait(erasing)
    add_json(erasing)
    _named(
        add(
            "lift",
            _(
                "Store personal data of an erased customer again, from the next read or event"
                " on. Nothing that was removed comes back by this itself."
            ),
        )
    )
    resuming = add("resume", _("Finish the erasures that were interrupted."))
    _add_wait(resuming)
    add_json(resuming)


def _named(parser: ArgumentParser) -> None:
    parser.add_argument("customer", metavar="cus_…", help=_("The customer's id at Stripe."))
    parser.add_argument(
        "--account",
        default="",
        metavar="acct_…",
        help=_(
            "The account that the customer lives in: its id, or its name in ACCOUNTS"
            " (default: your own)."
        ),
    )


def _add_wait(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--wait",
        type=float,
        default=customers.PATIENCE,
        metavar="SECONDS",
        help=_("How long to wait for transactions that began before (default: %(default)g)."),
    )


@dataclass(slots=True)
class Erasing:
    """The sub-commands at work."""

    out: OutputWrapper
    err: OutputWrapper
    _shown: int = 0

    def run(self, options: dict[str, Any]) -> None:
        """Run the one that ``options`` name as ``what``."""
        {"erase": self._erase, "lift": self._lift, "resume": self._resume}[options["what"]](options)

    def _erase(self, options: dict[str, Any]) -> None:
        customer, account = options["customer"], named(options["account"])
        if not options["dry_run"] and not options["no_input"] and not _is_confirmed(customer):
            raise CommandError(_("Nothing was erased."))
        try:
            report = customers.erase(
                customer,
                account=account,
                dry_run=options["dry_run"],
                force=options["force"],
                patience=options["wait"],
                progress=self._progress,
            )
        except UnfinishedErasureError as error:
            raise CommandError(str(error), returncode=UNFINISHED) from error
        assert report is not None
        if options["json"]:
            self.out.write(json.dumps(report.document, indent=2))
        else:
            self._write(report)

    def _lift(self, options: dict[str, Any]) -> None:
        customer = options["customer"]
        if not customers.lift_erasure(customer, account=named(options["account"])):
            raise CommandError(_("%(customer)s is not erased.") % {"customer": customer})
        self.out.write(
            _("%(customer)s is stored with personal data again, from now on.")
            % {"customer": customer}
        )

    def _resume(self, options: dict[str, Any]) -> None:
        try:
            number = customers.resume(patience=options["wait"], progress=self._progress)
        except UnfinishedErasureError as error:
            raise CommandError(str(error), returncode=UNFINISHED) from error
        if options["json"]:
            self.out.write(json.dumps({"finished": number}))
        else:
            self.out.write(_("%(number)s erasures finished.") % {"number": intcomma(number)})

    def _write(self, report: Report) -> None:
        width = max(map(len, report.rows), default=0)
        for name, rows in sorted(report.rows.items()):
            values = report.values[name]
            self.out.write(
                _("%(name)s  %(rows)s rows  %(values)s values")
                % {
                    "name": f"{name:<{width}}",
                    "rows": f"{intcomma(rows):>9}",
                    "values": f"{intcomma(values):>11}",
                }
            )
        rows, values = report.rows.total(), report.values.total()
        text = _("%(values)s values removed from %(rows)s rows.")
        if report.is_dry_run:
            text = _("%(values)s values would be removed from %(rows)s rows.")
        self.out.write(text % {"values": intcomma(values), "rows": intcomma(rows)})

    def _progress(self, name: str, number: int) -> None:
        before, self._shown = self._shown, self._shown + number
        if before // REPORT_EVERY != self._shown // REPORT_EVERY:
            self.err.write(
                _("%(shown)s rows, last of: %(name)s")
                % {"shown": intcomma(self._shown), "name": name}
            )


def _is_confirmed(customer: str) -> bool:
    question = _("Remove all personal data of %(customer)s for good? Type yes: ") % {
        "customer": customer
    }
    try:
        return input(question).strip() == "yes"
    except EOFError:  # there is nobody to answer
        return False
