"""``manage.py stripe_events poll|apply|retry|list``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import timedelta
from functools import partial
from threading import Event
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django import tasks
from stripe_django.exceptions import StripeDjangoError
from stripe_django.lazy_sdk import stripe
from stripe_django.management import poll_loop
from stripe_django.management.arguments import add_json, between, moment
from stripe_django.management.base import INTERRUPTED, StripeCommand, add_subcommand, require_tables
from stripe_django.management.errors import explained
from stripe_django.management.output import events
from stripe_django.management.poll_loop import PollOptions, Round
from stripe_django.management.progress import progress
from stripe_django.management.shutdown import stopping
from stripe_django.sync.backfill.progress import Observer
from stripe_django.sync.database.lock_timeout import patient
from stripe_django.sync.events import backlog, retry, store
from stripe_django.sync.events.backlog import Work

SECONDS_PER_DAY, HOURS_PER_YEAR = 86_400, 8_760


class Command(StripeCommand):
    help = gettext_noop(
        "Poll for the events that no webhook has brought, apply those that wait, retry"
        " what failed, and list what is left."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        names = "poll|apply|retry|list"
        commands = parser.add_subparsers(dest="what", required=True, metavar=names)
        add = partial(add_subcommand, commands)
        _add_poll(add("poll", _("Store and apply the events that are missing.")))
        _add_apply(add("apply", _("Apply the stored events.")))
        _add_retry(add("retry", _("Retry failed work.")))
        add_json(add("list", _("Count the events, and list failures.")))

    def handle(self, *args: Any, **options: Any) -> None:
        steps = {
            "poll": self._poll,
            "apply": self._apply,
            "retry": self._retry,
            "list": self._list,
        }
        require_tables()
        try:
            with patient(store.using()):
                steps[options["what"]](options)
        except KeyboardInterrupt:
            message = _("Interrupted. Applied events stay applied.")
            raise CommandError(message, returncode=INTERRUPTED) from None
        except (StripeDjangoError, stripe.StripeError) as error:
            raise CommandError(explained(error)) from error

    def _poll(self, options: dict[str, Any]) -> None:
        poll_options = PollOptions(
            accounts=options["account"] or [""],
            all_accounts=options["all_accounts"],
            since=options["since"],
            relist=options["relist"],
            relist_every=timedelta(hours=options["relist_every"]),
        )
        if options["follow"]:
            self._follow(poll_options, options)
            return
        shown = progress(self.stderr)
        done = poll_loop.once(poll_options, shown, Event())
        shown.finish()
        self._report(done, options, warned=set())
        if done.errors:
            raise CommandError(events.account_errors(done))
        if done.failures:
            raise CommandError(
                _("%(failures)s failed: see stripe_events list.") % {"failures": done.failures}
            )
        if any(poll.missed_since for poll in done.polls):
            raise CommandError(_("Events were lost: see above, or use --relist."))

    def _follow(self, poll_options: PollOptions, options: dict[str, Any]) -> None:
        warned: set[str] = set()
        with stopping() as asked:
            rounds = poll_loop.follow(
                poll_options, Observer(), asked, options["interval"], self.stderr.write
            )
            for done in rounds:
                self._report(done, options, warned)

    def _report(self, done: Round, options: dict[str, Any], warned: set[str]) -> None:
        for warning in events.warnings(done):
            if warning not in warned:
                warned.add(warning)
                self.stderr.write(self.style.WARNING(warning))
        if options["follow"] and not done.is_news:
            return
        text = events.text(done)
        if text or options["json"]:
            self._say(events.document(done), text, options)

    def _say(self, document: Any, text: str, options: dict[str, Any]) -> None:
        """One line of JSON for each round of those that follow."""
        indent = None if options.get("follow") else 2
        self.stdout.write(json.dumps(document, indent=indent) if options["json"] else text)
        self.stdout.flush()  # or a reader of a pipe would get nothing for hours

    def _apply(self, options: dict[str, Any]) -> None:
        if not options["follow"]:
            self._report_applied(poll_loop.apply_waiting(Event()), options)
            return
        with stopping() as asked:
            rounds = poll_loop.repeated(
                lambda: poll_loop.apply_waiting(asked),
                asked,
                options["interval"],
                self.stderr.write,
            )
            for count in rounds:
                if count:
                    self._report_applied(count, options)

    def _report_applied(self, count: int, options: dict[str, Any]) -> None:
        document = {"events": {"tried": count}}
        self._say(document, events.counts(document), options)

    def _retry(self, options: dict[str, Any]) -> None:
        retry.note_schedule()
        done = retry.run(_work(options))
        tasks.maintain()
        document = {"events": done.events, "handlers": done.runs, "refetches": done.refetches}
        self._say(document, events.counts(document), options)
        if done.failures:
            raise CommandError(
                _("%(failures)s failed again: see stripe_events list.")
                % {"failures": done.failures}
            )

    def _list(self, options: dict[str, Any]) -> None:
        counts, failures = backlog.counts(), backlog.failures()
        if options["json"]:
            self.stdout.write(json.dumps(events.backlog_document(counts, failures), indent=2))
            return
        self.stdout.write(events.counts(counts))
        for line in events.failure_lines(failures):
            self.stdout.write(line)


def _add_follow(parser: ArgumentParser, interval: float) -> None:
    add = parser.add_argument
    add("--follow", action="store_true", help=_("Continue until Ctrl-C or SIGTERM."))
    add(
        "--interval",
        type=between(0.01, SECONDS_PER_DAY),
        default=interval,
        metavar="SECONDS",
        help=_("How long to wait between two rounds with --follow (default: %(default)s)."),
    )


def _add_apply(parser: ArgumentParser) -> None:
    _add_follow(parser, interval=0.1)
    add_json(parser)


def _add_poll(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--account",
        action="append",
        metavar="acct_…",
        help=_("Read the events of this connected account instead of your own; may be repeated."),
    )
    add(
        "--all-accounts",
        action="store_true",
        help=_("Also every other account that stripe_sync --all-accounts has read before."),
    )
    add(
        "--since",
        type=moment,
        help=_(
            "Begin as early as this date or time, such as 2026-01-31, in the project's time"
            " zone. Stripe lists the last 30 days."
        ),
    )
    _add_follow(parser, interval=30)
    add(
        "--relist",
        action="store_true",
        help=_("If events were lost, list all objects again."),
    )
    add(
        "--relist-every",
        type=between(0, HOURS_PER_YEAR),
        default=24,
        metavar="HOURS",
        help=_(
            "How often connected accounts and their persons are listed again, because some"
            " of their changes have no event; 0 for never (default: 24)."
        ),
    )
    add_json(parser)


def _add_retry(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("ids", nargs="*", metavar="evt_…", help=_("Only these events, and their handlers."))
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--all", action="store_true", help=_("All that failed or is dead-lettered, due or not.")
    )
    which.add_argument(
        "--dead-lettered", dest="dead", action="store_true", help=_("What is no longer retried.")
    )
    which.add_argument(
        "--replay",
        action="store_true",
        help=_(
            "Events that were applied already. This changes nothing unless OBJECTS or"
            " handlers have changed since."
        ),
    )
    add_json(parser)


def _work(options: dict[str, Any]) -> Work:
    ids = options["ids"]
    unknown = backlog.unknown(ids)
    if unknown:
        raise CommandError(_("Not in the inbox: %(unknown)s.") % {"unknown": ", ".join(unknown)})
    if options["replay"]:
        return backlog.finished(ids or None)
    if ids and (options["all"] or options["dead"]):
        raise CommandError(_("Name events, or choose --all or --dead-lettered."))
    if ids:
        return backlog.unfinished(ids)
    if options["all"] or options["dead"]:
        return backlog.failed(dead_only=options["dead"])
    return backlog.due()
