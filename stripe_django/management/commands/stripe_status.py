from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext_noop

from stripe_django.health.measurement import report
from stripe_django.management.arguments import add_json
from stripe_django.management.base import StripeCommand
from stripe_django.management.output import status


class Command(StripeCommand):
    help = gettext_noop(
        "Show whether the mirror is healthy: how late events are, what waits, failed or"
        " is dead-lettered, how old the last poll and sync are, and what to do about"
        " each. The exit status is 1 if anything is unhealthy."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        found = report()
        if options["json"]:
            self.stdout.write(json.dumps(found.document(), indent=2))
        else:
            for each, text in status.lines(found):
                self.stdout.write(text if each.is_healthy else self.style.ERROR(text))
        if not found.is_healthy:
            raise CommandError(status.summary(found))
