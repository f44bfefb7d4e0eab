"""``manage.py stripe_privacy report|apply|erase|lift|resume``."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django import registry
from stripe_django.audit.personal_data import inventory
from stripe_django.exceptions import StripeDjangoError
from stripe_django.management import erasing
from stripe_django.management.arguments import add_json
from stripe_django.management.base import INTERRUPTED, StripeCommand, add_subcommand, require_tables
from stripe_django.management.naming import nearest
from stripe_django.management.output import privacy as output
from stripe_django.privacy.configured import policy_in_force
from stripe_django.sync.database.lock_timeout import patient
from stripe_django.sync.events import store
from stripe_django.sync.privacy.apply import apply
from stripe_django.sync.privacy.counts import row_counts

EVERY = 2.0  # seconds between two lines of progress


class Command(StripeCommand):
    help = gettext_noop(
        "Show where personal data is stored and what the setting PRIVACY does with it,"
        " bring what was stored before to that policy, and erase customers."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(
            dest="what", required=True, metavar="|".join(("report", "apply", *erasing.NAMES))
        )
        add = partial(add_subcommand, commands)
        _add_report(add("report", _("Show what is stored about people, by category.")))
        _add_apply(add("apply", _("Withhold from what is stored what the policy withholds.")))
        erasing.add_arguments(add)

    def handle(self, *args: Any, **options: Any) -> None:
        require_tables()
        erase = erasing.Erasing(self.stdout, self.stderr).run
        steps = {"report": self._report, "apply": self._apply}
        steps |= dict.fromkeys(erasing.NAMES, erase)
        try:
            with patient(store.using()):
                steps[options["what"]](options)
        except KeyboardInterrupt:
            message = _("Interrupted. Run it again to continue.")
            raise CommandError(message, returncode=INTERRUPTED) from None
        except StripeDjangoError as error:
            raise CommandError(str(error)) from error

    def _report(self, options: dict[str, Any]) -> None:
        name, known = options["object"], registry.by_object_name()
        if name and name not in known:
            raise CommandError(_("No table of %(nearest)s") % {"nearest": nearest(name, known)})
        policy = policy_in_force()
        held = [each for each in inventory() if name in ("", each.object_name)]
        counts = row_counts(policy.version if policy else "")
        if options["json"]:
            self._write_json(output.report_document(policy, held, counts))
            return
        lists_paths = options["paths"] or bool(name)
        lines = output.report_lines(policy, held, counts, lists_paths=lists_paths)
        self.stdout.write("\n".join(lines))

    def _apply(self, options: dict[str, Any]) -> None:
        applied = apply(whole=options["all"], notify=self._progress())
        if options["json"]:
            self._write_json(output.applied_document(applied))
        else:
            self.stdout.write("\n".join(output.applied_lines(applied)))
        if applied.failures:
            self.stderr.write("\n".join(output.failure_lines(applied)))
            raise CommandError(
                _("%(count)s rows could not be written again.")
                % {"count": intcomma(len(applied.failures))}
            )

    def _progress(self) -> Any:
        shown_at = [time.monotonic()]

        def notify(name: str, count: int) -> None:
            if time.monotonic() - shown_at[0] >= EVERY:
                shown_at[0] = time.monotonic()
                self.stderr.write(
                    _("%(name)s: %(count)s rows") % {"name": name, "count": intcomma(count)}
                )

        return notify

    def _write_json(self, document: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(document, indent=2))


def _add_report(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--paths", action="store_true", help=_("List each column and each path inside JSON.")
    )
    parser.add_argument(
        "--object",
        default="",
        metavar="NAME",
        help=_("Only this Stripe object, such as charge, with its columns and paths."),
    )
    add_json(parser)


def _add_apply(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--all",
        action="store_true",
        help=_(
            "Also rows that were written under the same policy: after an upgrade of this"
            " package, which may know more keys."
        ),
    )
    add_json(parser)
