from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django import statistics
from stripe_django.management.base import StripeCommand, require_tables


class Command(StripeCommand):
    help = gettext_noop(
        "Update the statistics of the admin's overview that are due: rows, events, the volume of"
        " each day, the subscriptions of each month, and what the reports of the business find."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--recount",
            action="store_true",
            help=_(
                "Count everything again, due or not. The revenue of a month that was computed"
                " when the month ended is kept, because today's rows know less about it."
            ),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        require_tables()
        if options["recount"]:
            statistics.ask()
        if not statistics.refresh():
            raise CommandError(_("Another process is updating the statistics: try again later."))
        self.stdout.write(_("All statistics are up to date."))
