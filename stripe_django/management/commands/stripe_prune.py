from __future__ import annotations

import json
import math
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django import retention, statistics
from stripe_django.conf import settings
from stripe_django.exceptions import RetentionError
from stripe_django.management.arguments import add_json, between
from stripe_django.management.base import StripeCommand, require_tables
from stripe_django.management.output import pruning
from stripe_django.retention import Pruned, lease
from stripe_django.sync.database.lock_timeout import patient

STATISTICS_SECONDS = 60.0
LONGEST = 86_400.0


class Command(StripeCommand):
    help = gettext_noop(
        "Remove what is finished and older than the setting RETENTION keeps it: inbox"
        " events, the records of handlers, events, runs and changes. Nothing that failed"
        " or waits is removed. It works in small transactions and may be stopped at any"
        " time; the next one resumes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help=_("Only count what would be removed.")
        )
        parser.add_argument(
            "--seconds",
            type=between(0.01, LONGEST),
            default=math.inf,
            metavar="N",
            help=_("Stop after so many seconds (default: when all is done)."),
        )
        add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        require_tables()
        if not settings.get("RETENTION"):
            message = _("STRIPE_DJANGO['RETENTION'] is not set, so everything is kept for good.")
            raise CommandError(message)
        is_dry = options["dry_run"]
        shown = pruning.Progress(self.stderr)
        try:
            with patient(lease.using()):
                if not is_dry:  # which count what is about to go
                    statistics.keep(seconds=STATISTICS_SECONDS, parts=statistics.QUICK)
                done = retention.prune(seconds=options["seconds"], dry_run=is_dry, progress=shown)
        except RetentionError as error:
            raise CommandError(str(error)) from error
        if done.is_elsewhere:
            raise CommandError(_("Another process is pruning: try again later."))
        self._report(done, options)

    def _report(self, done: Pruned, options: dict[str, Any]) -> None:
        if options["json"]:
            document = pruning.document(done, is_dry_run=options["dry_run"])
            self.stdout.write(json.dumps(document, indent=2))
        else:
            self.stdout.write(pruning.text(done, is_dry_run=options["dry_run"]))
