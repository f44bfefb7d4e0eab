"""The ``stripe_django`` command: this app without a project."""

from __future__ import annotations

import os
import sys
import traceback
from argparse import ArgumentParser
from collections.abc import Sequence
from difflib import get_close_matches
from importlib.util import find_spec

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line, get_commands
from django.db import Error as DatabaseFailure
from django.db import OperationalError

from stripe_django import __version__
from stripe_django.standalone import server
from stripe_django.standalone.database import INSTALL
from stripe_django.standalone.tables import is_empty, make_tables

NAME = "stripe_django"
SETTINGS = "stripe_django.standalone.settings"
ALIAS = "default"
INTERRUPTED = 130
KEY = "STRIPE_SECRET_KEY"
OWN = ("demo", "sync", "serve")

USAGE = "stripe_django COMMAND [--database PATH] [options of the command]"
HELP = f"""\
Your Stripe account in a database and in the Django admin, without a project of your own.

Usage: {USAGE}

Commands:
  demo [--serve]      show a demo on a fake Stripe, which needs no account and no key
  sync [object ...]   copy changes from Stripe; creates the tables first
  serve [--port N]    browse the data in the Django admin, on this machine only, and receive
                      webhooks at /stripe/webhook/
  shell               query the data in Python
  help                list the other commands, Django's: migrate, dumpdata, ...
  COMMAND --help      show the options of one command

Options:
  --database PATH     an SQLite file, or a URL such as postgres://user:password@host/name;
                      by default DATABASE_URL, or stripe.sqlite3 in this folder
  --version           show the version

Environment:
  STRIPE_SECRET_KEY   Stripe's secret key, or a restricted one with read access; for sync,
                      and never stored
  STRIPE_WEBHOOK_SECRET
                      the signing secret of webhooks; for serve
  DATABASE_URL        the database, if --database is not given

Try it:
  stripe_django demo
  STRIPE_SECRET_KEY=sk_test_... stripe_django sync && stripe_django serve
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status, unless the command exits by itself."""
    command, options = parse(sys.argv[1:] if arguments is None else arguments)
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    try:
        run(command, options)
    except (ImproperlyConfigured, OperationalError) as error:
        print(f"{NAME}: {error}", file=sys.stderr)
        return 1
    except (DatabaseFailure, TypeError) as error:  # drivers raise either for an unknown option
        if not is_of_connecting(error):
            raise
        print(f"{NAME}: The database cannot be opened: {error}".strip(), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return INTERRUPTED
    return 0


def is_of_connecting(error: Exception) -> bool:
    """Whether the database's driver raised it for what it was to connect with."""
    frames = traceback.extract_tb(error.__traceback__)
    return any(frame.name == "get_new_connection" for frame in frames)


def parse(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """Extract the options of this command itself, and return the rest in order.

    Django's commands have a ``--database`` too, which names an alias; there is only one.
    """
    parser = ArgumentParser(NAME, add_help=False, allow_abbrev=False, usage=USAGE)
    parser.add_argument("--database", action="append", default=[])
    given, rest = parser.parse_known_args(arguments)
    for database in given.database:
        if database == ALIAS or rest[:1] == ["demo"]:  # which never fills what others use
            rest += ["--database", database]
        else:
            os.environ["DATABASE_URL"] = database
    return (rest[0], rest[1:]) if rest else ("--help", [])


def run(command: str, options: list[str]) -> None:
    match command:
        case "--help" | "-h":
            print(HELP, end="")
        case "--version":
            print(NAME, __version__)
        case "demo":
            demo(options)
        case "serve":
            serve(options)
        case "sync":
            sync(options)
        case "help" if options == ["serve"]:  # which is no command of Django's
            serve(["--help"])
        case _:
            django.setup()
            require_known(command)
            execute_from_command_line([NAME, command, *options])


def require_known(command: str) -> None:
    """Raise with a similar name, which Django would look for among its own commands only."""
    known = [*OWN, "help", "version", *get_commands()]
    if command in known or command.startswith("-"):
        return
    similar = get_close_matches(command, known, n=1)
    hint = f"Did you mean {similar[0]}?" if similar else f"{NAME} --help lists the commands."
    raise ImproperlyConfigured(f"Unknown command: {command!r}. {hint}")


def demo(options: list[str]) -> None:
    if find_spec("rich") is None:
        raise ImproperlyConfigured(f"The demo needs more packages: {INSTALL}")
    django.setup()
    execute_from_command_line([NAME, "demo", *options])


def sync(options: list[str]) -> None:
    django.setup()
    if not {"--help", "-h"} & set(options):
        require_key()
        make_tables()
    execute_from_command_line([NAME, "sync", *options])


def require_key() -> None:
    """Raise before the tables are created, which takes time."""
    if not os.environ.get(KEY):
        raise ImproperlyConfigured(
            f"There is no Stripe secret key: set {KEY}, as in {KEY}=sk_test_... {NAME} sync"
        )


def serve(options: list[str]) -> None:
    parser = ArgumentParser(f"{NAME} serve", description="Browse the data in the Django admin.")
    parser.add_argument(
        "--port", type=server.port, default=8000, help="The port of the admin (default: 8000)."
    )
    given = parser.parse_args(options)
    django.setup()
    make_tables()
    if is_empty():
        print(f"Nothing is synced yet: run {NAME} sync.\n", flush=True)
    server.serve(given.port)
