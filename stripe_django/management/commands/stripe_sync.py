from __future__ import annotations

import json
from argparse import ArgumentParser, BooleanOptionalAction
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.management.base import CommandError
from django.db import router
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django import statistics, tasks
from stripe_django.api.client import clock_of
from stripe_django.checks.rate import is_limited_by_machine
from stripe_django.conf import settings
from stripe_django.exceptions import StripeDjangoError
from stripe_django.lazy_sdk import stripe
from stripe_django.management.arguments import add_json, moment, positive
from stripe_django.management.base import INTERRUPTED, StripeCommand, require_tables
from stripe_django.management.errors import explained
from stripe_django.management.naming import in_scope, listed
from stripe_django.management.output import conflicts as conflicts_output
from stripe_django.management.output import fleet as fleet_output
from stripe_django.management.output import sync as sync_output
from stripe_django.management.output.fleet import FleetReport
from stripe_django.management.progress import LineProgress, describe, progress
from stripe_django.management.shutdown import stopping
from stripe_django.management.waiting import in_turn
from stripe_django.models import SyncRun
from stripe_django.sync import fleet, incremental
from stripe_django.sync.backfill.list_endpoints import listable
from stripe_django.sync.backfill.progress import ObjectRun, Status
from stripe_django.sync.database.lock_timeout import patient
from stripe_django.sync.events import enqueue
from stripe_django.sync.incremental import SyncRequest, SyncSummary
from stripe_django.sync.repair import conflicts
from stripe_django.sync.repair.conflicts import ConflictRun
from stripe_django.sync.runs import work
from stripe_django.sync.writer.precedence import Outcome
from stripe_django.sync.writer.report import Report

FIGURES = 60.0  # seconds for the statistics at the end
UNSHARED = gettext_noop(
    "RATE_CACHE is not set: each machine sends as many requests as Stripe allows all of them."
)
ALONE = ("objects", "since", "account", "children", "full", "wait", "ambiguous", "tasks")
SHOWN_FAILURES = 20
SHOWN_REFUSALS = 5
UNAVAILABLE = Status.UNAVAILABLE
WRONG_CLOCK = gettext_noop("This machine's clock differs from Stripe's by minutes. Synchronize it.")


class Command(StripeCommand):
    help = gettext_noop(
        "Fill the mirrored tables from Stripe. The first complete run reads everything"
        " that the account lists; later runs are incremental: they read what is new, and"
        " the events since the last run. Objects that are named are always read in full."
        " An interrupted run is resumed. Running it again is safe and changes only what"
        " has changed at Stripe."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "objects",
            nargs="*",
            metavar="object",
            help=_(
                "What to sync, as Stripe names it: charge, customer, invoiceitem … (default: all)"
            ),
        )
        parser.add_argument(
            "--since",
            type=moment,
            help=_(
                "Only what was created at or after this date or time, such as 2026-01-31, in"
                " the project's time zone."
            ),
        )
        parser.add_argument(
            "--account",
            default="",
            metavar="acct_…",
            help=_("Read this account: a connected one, or one of the setting ACCOUNTS."),
        )
        parser.add_argument(
            "--all-accounts",
            action="store_true",
            help=_(
                "Read your own account, and then every other one: those of the setting"
                " ACCOUNTS, and all connected ones. Those that were read before are only polled"
                " for events. An account that fails stops no other."
            ),
        )
        parser.add_argument(
            "--children",
            action="store_true",
            help=_(
                "Also what Stripe lists only for one owner at a time, such as the persons of an"
                " account: at least one request for each owner."
            ),
        )
        parser.add_argument(
            "--full",
            action="store_true",
            help=_("List everything again, and find what was deleted at Stripe."),
        )
        parser.add_argument(
            "--resume",
            action=BooleanOptionalAction,
            default=True,
            help=_("Resume an interrupted run with the same options (the default), or begin anew."),
        )
        parser.add_argument(
            "--wait",
            action="store_true",
            help=_("Wait while another stripe_sync of the account is running, instead of failing."),
        )
        parser.add_argument(
            "--workers",
            type=positive,
            metavar="N",
            help=_("How many requests may be under way at once (default: the setting WORKERS)."),
        )
        parser.add_argument(
            "--ambiguous",
            action="store_true",
            help=_("Read only the rows that events have left ambiguous."),
        )
        parser.add_argument(
            "--work",
            action="store_true",
            help=_(
                "Take part in the runs that other processes have begun, on any machine, until"
                " they have ended. SIGTERM or Ctrl-C ends it early, and loses nothing."
            ),
        )
        parser.add_argument(
            "--follow",
            action="store_true",
            help=_("With --work: wait for the next run, until SIGTERM or Ctrl-C."),
        )
        parser.add_argument(
            "--tasks",
            type=positive,
            nargs="?",
            const=1,
            metavar="N",
            help=_("Leave the run to N tasks (default: 1) of the setting TASKS, and exit at once."),
        )
        add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        shown = progress(self.stderr)
        self.synced: SyncSummary | None = None
        sync = self._resolve if options["ambiguous"] else self._fill
        sync = self._fill_all if options["all_accounts"] else sync
        sync = self._work if options["work"] else sync
        self.fleet: FleetReport | None = None
        if options["tasks"]:
            self._enqueue(options)
            return
        self.is_stopped = interrupted = False
        try:
            with patient(router.db_for_write(SyncRun)):
                sync(options, shown)
        except KeyboardInterrupt:
            interrupted = True
        except (stripe.AuthenticationError, StripeDjangoError) as error:
            raise CommandError(explained(error)) from error
        shown.finish()
        if self.synced and (text := sync_output.text(self.synced)):
            shown.write_line(text)
        self._print(shown.runs, options)
        asked = {name for run in shown.runs for name in run.report.changed()}
        is_ended = interrupted or self.is_stopped
        statistics.keep(seconds=0 if is_ended else FIGURES, asked=asked)
        if not is_ended:
            tasks.prune_if_due()
        if interrupted:
            message = _("Interrupted. The same command resumes the run.")
            raise CommandError(message, returncode=INTERRUPTED)
        failed = self.fleet.failure if self.fleet else sync_output.failures(shown.runs)
        if failed:
            raise CommandError(failed)

    def _fill_all(self, options: dict[str, Any], shown: LineProgress) -> None:
        if options["account"] or options["ambiguous"]:
            other = "--account" if options["account"] else "--ambiguous"
            raise CommandError(
                _("--all-accounts cannot be combined with %(other)s.") % {"other": other}
            )
        request = self._request(options)
        require_tables()
        self.fleet = FleetReport()
        for done in fleet.sync(request, shown.of_account):
            self.fleet.add(done)
            shown.write_line(fleet_output.line(done))

    def _fill(self, options: dict[str, Any], shown: LineProgress) -> None:
        request = self._request(options)
        require_tables()
        sync = partial(incremental.sync, request, shown)
        self.synced = in_turn(sync, shown.write_line) if options["wait"] else sync()

    def _enqueue(self, options: dict[str, Any]) -> None:
        if not settings.tasks:
            raise CommandError(_("--tasks needs a backend of tasks: STRIPE_DJANGO['TASKS']."))
        request = self._request(options)
        require_tables()
        try:
            with patient(router.db_for_write(SyncRun)):
                said = self._enqueue_runs(request, options)
        except (stripe.AuthenticationError, StripeDjangoError) as error:
            raise CommandError(explained(error)) from error
        for _number in range(options["tasks"]):
            enqueue.run(tasks.work_for, tasks.WORK_SECONDS)
        self.stderr.write(_("Enqueued: %(said)s.") % {"said": said}, style_func=str)
        if self.fleet and self.fleet.failure:
            raise CommandError(self.fleet.failure)

    def _enqueue_runs(self, request: SyncRequest, options: dict[str, Any]) -> str:
        if not options["all_accounts"]:
            return str(incremental.enqueue(request))
        self.fleet = FleetReport()
        for each in fleet.enqueue(request):
            self.fleet.add(each)
            if each.is_failure:
                self.stderr.write(fleet_output.line(each))
        return _("runs of %(count)s accounts") % {
            "count": intcomma(len(self.fleet.read) - len(self.fleet.errors))
        }

    def _request(self, options: dict[str, Any]) -> SyncRequest:
        return SyncRequest(
            listed(options["objects"], listable()),
            account=options["account"],
            since=options["since"],
            children=options["children"],
            full=options["full"],
            anew=not options["resume"],
            workers=options["workers"],
        )

    def _work(self, options: dict[str, Any], shown: LineProgress) -> None:
        given = [name for name in ALONE if options[name]]
        if given:
            raise CommandError(
                _("--work reads what is left of the runs, without %(given)s.") % {"given": given[0]}
            )
        require_tables()
        if is_limited_by_machine():
            shown.write_line(_(UNSHARED))
        with stopping() as asked:
            work.work(
                shown,
                workers=options["workers"],
                should_stop=asked.is_set,
                follow=options["follow"],
                notify=shown.write_line,
            )
            self.is_stopped = asked.is_set()

    def _resolve(self, options: dict[str, Any], shown: LineProgress) -> None:
        if options["since"]:
            raise CommandError(
                _("--ambiguous reads all ambiguous rows, whenever they were created.")
            )
        models = in_scope(options["objects"])
        require_tables()
        conflicts.resolve(models, account=options["account"], observer=shown)

    def _print(self, runs: Sequence[ObjectRun], options: dict[str, Any]) -> None:
        if self.fleet and options["json"]:
            self.stdout.write(json.dumps(self.fleet.document, indent=2))
            return
        report = self.fleet.report if self.fleet else _sum(runs)
        runs = () if self.fleet else runs
        resolved = [run for run in runs if isinstance(run, ConflictRun)]
        is_resolving = options["ambiguous"]
        if options["json"]:
            document = (
                conflicts_output.document(resolved) if is_resolving else _document(runs, report)
            )
            if self.synced:
                document |= {"run": sync_output.document(self.synced)}
            self.stdout.write(json.dumps(document, indent=2))
            return
        self.stdout.write(
            conflicts_output.table(resolved) if is_resolving else _table(runs, report)
        )
        for failure in report.failures[:SHOWN_FAILURES]:
            self.stderr.write(_("failed: %(failure)s") % {"failure": failure})
        if len(report.failures) > SHOWN_FAILURES:
            self.stderr.write(
                _("and %(count)s more failures")
                % {"count": intcomma(len(report.failures) - SHOWN_FAILURES)}
            )
        if clock_of(settings.api_base).has_wrong_machine_clock:
            self.stderr.write(_(WRONG_CLOCK))


def _sum(runs: Sequence[ObjectRun]) -> Report:
    report = Report()
    for run in runs:
        report.add(run.report)
    return report


def _document(runs: Sequence[ObjectRun], report: Report) -> dict[str, Any]:
    return {
        "lists": {
            run.model.stripe.object_name: {
                "status": run.status,
                "read": run.read,
                "error": run.error,
            }
            for run in runs
        },
        "objects": {name: dict(counts) for name, counts in report.by_object().items()},
        "ambiguous": _ambiguous(report),
        "failures": [str(failure) for failure in report.failures],
    }


def _table(runs: Sequence[ObjectRun], report: Report) -> str:
    """Counts of every kind of object that came, and the lists that did not."""
    by_object = report.by_object()
    width = max(map(len, (_("object"), *by_object))) + 1
    outcomes = [
        each
        for each in Outcome
        if each is not Outcome.ERASED or any(counts[each] for counts in by_object.values())
    ]
    lines = [_line(_("object"), width, [_(outcome) for outcome in outcomes])]
    for name in sorted(by_object):
        lines.append(
            _line(name, width, [intcomma(by_object[name][outcome]) for outcome in outcomes])
        )
    lines += [describe(run) for run in runs if run.status not in (Status.DONE, UNAVAILABLE)]
    lines += _unavailable([run for run in runs if run.status is UNAVAILABLE])
    if _ambiguous(report):
        lines.append(
            _("%(ambiguous)s rows are ambiguous: --ambiguous resolves them.")
            % {"ambiguous": intcomma(_ambiguous(report))}
        )
    return "\n".join(lines)


def _ambiguous(report: Report) -> int:
    """How many rows conflicting snapshots have left ambiguous."""
    return len({(each.model, each.stripe_id) for each in report.conflicts})


def _unavailable(runs: Sequence[ObjectRun]) -> list[str]:
    """Why each of a few is not to be had; of many, which."""
    if len(runs) <= SHOWN_REFUSALS:
        return [describe(run) for run in runs]
    names = ", ".join(run.model.stripe.object_name for run in runs)
    return [
        _("unavailable (%(count)s; --json says why): %(names)s")
        % {"count": len(runs), "names": names}
    ]


def _line(name: str, width: int, cells: Sequence[str]) -> str:
    return f"{name:<{width}}" + "".join(f"{cell:>13}" for cell in cells)
