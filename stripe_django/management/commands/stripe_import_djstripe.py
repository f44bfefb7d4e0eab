"""``manage.py stripe_import_djstripe``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS, connections, router
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django.exceptions import StripeDjangoError
from stripe_django.importers.djstripe import Import, ImportOptions
from stripe_django.importers.djstripe.facts import FACTS
from stripe_django.management.arguments import add_json
from stripe_django.management.base import INTERRUPTED, StripeCommand, require_tables
from stripe_django.management.naming import nearest
from stripe_django.management.output import djstripe as output
from stripe_django.management.output.djstripe import ImportProgress
from stripe_django.management.output.sync import objects_failed
from stripe_django.management.shutdown import stopping
from stripe_django.management.state_file import StateFile
from stripe_django.models import Event
from stripe_django.sync.database.lock_timeout import patient


class Command(StripeCommand):
    help = gettext_noop(
        "Fill the mirror from the tables of dj-stripe 2.8 to 2.11, without a request to"
        " Stripe. dj-stripe need not be installed any more. What was read or received"
        " here later is not changed, so the command can be repeated, and what it wrote"
        " is corrected by the next stripe_sync. Its events are stored, and not delivered"
        " to handlers. Its tables are only read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "objects",
            nargs="*",
            metavar="object",
            help=_("What to import, as Stripe names it: charge, customer … (default: all)"),
        )
        parser.add_argument(
            "--database",
            default=DEFAULT_DB_ALIAS,
            metavar="ALIAS",
            help=_(
                "The database with dj-stripe's tables (default: %(default)s). The mirror is"
                " written to its own."
            ),
        )
        parser.add_argument(
            "--account",
            default="",
            metavar="acct_…",
            help=_(
                "Your own account, if dj-stripe has several and neither the setting ACCOUNT nor"
                " a sync says which it is."
            ),
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help=_("Write nothing, and show what would become of each object."),
        )
        parser.add_argument(
            "--state",
            default="",
            metavar="FILE",
            help=_("Store in this file how far it came, and continue there after an interruption."),
        )
        add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        require_tables()
        state = StateFile("" if options["dry_run"] else options["state"])
        done = _import(options, state.read())
        shown = ImportProgress(self.stderr)
        try:
            with stopping() as asked, patient(router.db_for_write(Event)):
                for _ in done.run():
                    state.write(done.cursor)
                    shown.add(done)
                    if asked.is_set():
                        break
        except StripeDjangoError as error:
            raise CommandError(str(error)) from error
        finally:
            shown.finish()
        if not asked.is_set():
            state.write("")
        self._print(done, options)
        if asked.is_set():
            raise CommandError(_interrupted(options), returncode=INTERRUPTED)
        if count := done.failed:
            raise CommandError(objects_failed(count))

    def _print(self, done: Import, options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(output.document(done), indent=2))
            return
        self.stdout.write(output.text(done))
        for line in output.failures(done):
            self.stderr.write(line)


def _import(options: dict[str, Any], cursor: str) -> Import:
    """The import; raises ``CommandError`` if there is nothing to import."""
    alias = options["database"]
    if alias not in connections:
        raise CommandError(_("No database %(nearest)s") % {"nearest": nearest(alias, connections)})
    done = Import.of(
        ImportOptions(
            database=alias,
            objects=options["objects"],
            account=options["account"],
            cursor=cursor,
            dry_run=options["dry_run"],
        )
    )
    if not done.found.names:
        raise CommandError(
            _("The database %(alias)r has no tables of dj-stripe: --database names another one.")
            % {"alias": alias}
        )
    known = {FACTS[name].object_name for name in done.found.names}
    unknown = [name for name in options["objects"] if name not in known]
    if unknown:
        raise CommandError(
            "\n".join(
                _("No table of %(nearest)s") % {"nearest": nearest(name, known)} for name in unknown
            )
        )
    return done


def _interrupted(options: dict[str, Any]) -> str:
    if options["state"]:
        return _("Interrupted. The same command continues.")
    return _("Interrupted. The same command starts again; with --state it would continue.")
