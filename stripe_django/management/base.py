"""Helpers of several commands."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from stripe_django import migration_state

INTERRUPTED = 130  # the exit status, as of a shell


class StripeCommand(BaseCommand):
    """A command that ends with a word instead of a traceback after a Ctrl-C."""

    def create_parser(self, *args: Any, **options: Any) -> CommandParser:
        self.help = _(self.help)
        return super().create_parser(*args, **options)

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except KeyboardInterrupt:
            raise CommandError(_("Interrupted."), returncode=INTERRUPTED) from None


def require_tables() -> None:
    """Raise one sentence instead of a later traceback, while migrations are pending."""
    if migration_state.is_pending():
        raise CommandError(_(migration_state.HINT))


def add_subcommand(commands: Any, name: str, help: str) -> ArgumentParser:
    """A sub-command that also accepts Django's options after its name."""
    parser: ArgumentParser = commands.add_parser(name, help=help)
    group = parser.add_argument_group(_("Django's options"))

    def add(*names: str, **more: Any) -> None:
        # Without a default, options before the sub-command's name keep their values.
        group.add_argument(*names, default=SUPPRESS, **more)

    add("--settings", help=_("The Python path of a settings module, such as myproject.settings."))
    add("--pythonpath", help=_("A folder to import from, such as /home/me/myproject."))
    add("-v", "--verbosity", type=int, choices=range(4), help=_("How much to print: 0 to 3."))
    add("--traceback", action="store_true", help=_("Show the traceback of an error."))
    add("--no-color", action="store_true", help=_("Print without colours."))
    add("--force-color", action="store_true", help=_("Print with colours, also into a pipe."))
    add("--skip-checks", action="store_true", help=_("Skip the system checks."))
    return parser
