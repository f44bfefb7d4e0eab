"""``manage.py stripe_privacy erase|lift|resume``."""

from __future__ import annotations

from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.core.management.base import CommandError

from stripe_django.exceptions import StripeDjangoError
from stripe_django.management import erasing
from stripe_django.management.base import INTERRUPTED, StripeCommand, add_subcommand, require_tables
from stripe_django.sync.database.lock_timeout import patient
from stripe_django.sync.events import store


class Command(StripeCommand):
    help = "Remove personal data of customers, and keep it from coming back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(
            dest="what", required=True, metavar="|".join(erasing.NAMES)
        )
        erasing.add_arguments(partial(add_subcommand, commands))

    def handle(self, *args: Any, **options: Any) -> None:
        require_tables()
        try:
            with patient(store.using()):
                erasing.Erasing(self.stdout, self.stderr).run(options)
        except KeyboardInterrupt:
            message = "Interrupted. Run it again to continue."
            raise CommandError(message, returncode=INTERRUPTED) from None
        except StripeDjangoError as error:
            raise CommandError(str(error)) from error
