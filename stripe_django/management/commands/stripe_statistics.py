from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stripe_django import statistics


class Command(BaseCommand):
    help = (
        "Count what the home page of the mirror tells, as far as it is due: rows, events, the"
        " volume of each day and the revenue of each month."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--recount",
            action="store_true",
            help="Count everything again, due or not. The revenue of a month that was taken when"
            " the month ended is kept, because today's rows know less about it.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["recount"]:
            statistics.ask()
        if not statistics.refresh():
            raise CommandError("Another process is counting: try again when it is done.")
        self.stdout.write("Everything that was due is counted.")
