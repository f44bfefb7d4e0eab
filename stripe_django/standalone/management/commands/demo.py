"""``stripe_django demo``."""

from __future__ import annotations

import os
import shutil
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from stripe_django.models import InboxEvent, SyncRun
from stripe_django.standalone import server
from stripe_django.standalone.demo import first_act, second_act, stripes
from stripe_django.standalone.demo.commands import Project
from stripe_django.standalone.demo.screen import console, heading, progress
from stripe_django.standalone.tables import connect, make_tables
from stripe_django.testing import FakeStripe

GOING_ON = """\
stripe_django demo --serve                       browse this data in the Django admin
stripe_django demo --database demo.sqlite3       keep it, and then:
stripe_django shell --database demo.sqlite3      query it
STRIPE_SECRET_KEY=sk_test_... stripe_django sync && stripe_django serve
                                                 the same with your own account
"""


class Command(BaseCommand):
    help = (
        "Show the package at work, in half a minute: fill a fake Stripe with a year of a small"
        " business, sync it, query it, and follow another one by webhooks. With STRIPE_SECRET_KEY"
        " in the environment, read from Stripe instead, and create nothing there."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--database",
            default="",
            metavar="PATH",
            help="Keep the data in this SQLite file, or at an address such as postgres://…. Without"
            " it the data is gone at the end.",
        )
        parser.add_argument(
            "--serve", action="store_true", help="Show the data in the Django admin at the end."
        )
        parser.add_argument(
            "--port", type=server.port, default=8000, help="The port of the admin (default: 8000)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["serve"]:
            server.require_free(options["port"])
        with ExitStack() as stack:
            stack.enter_context(server.stopping_at_sigterm())
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="stripe_django_demo_")))
            stack.callback(connection.close)
            database = _prepare(folder, options["database"])
            agrees = _play(stack, folder, database)
            if options["serve"]:
                connect(database)
                server.serve(options["port"])
        if not agrees:
            raise CommandError("Something differs from Stripe: see above.")
        if not options["serve"]:
            heading("Where to go next")
            console.print(GOING_ON, end="", soft_wrap=True)


def _prepare(folder: Path, given: str) -> str:
    """Make the tables in the database that was given, or in a new one, and use it."""
    with progress(lambda: "Creating the tables"):
        connect(_empty(folder))
        make_tables(quietly=True)
        # A copy takes no time. On disk it is whole once the connection is closed.
        connect(given or folder / "demo.sqlite3")
        if given:
            make_tables(quietly=True)
        else:
            shutil.copy(_empty(folder), folder / "demo.sqlite3")
    return given or str(folder / "demo.sqlite3")


def _empty(folder: Path) -> Path:
    return folder / "webhooks.sqlite3"


def _play(stack: ExitStack, folder: Path, database: str) -> bool:
    """Return whether everything is as at Stripe in the end."""
    account = stripes.real()
    if account:
        console.print("STRIPE_SECRET_KEY is set: reading from Stripe, creating nothing there.")
        return first_act.play(Project(database), account.client, is_busy=True)
    if SyncRun.objects.exists() or InboxEvent.objects.exists():
        raise CommandError("This database holds data of Stripe already. Name a new one.")
    fake = FakeStripe()
    first_act.fill(fake)
    shop = stack.enter_context(stripes.served(fake))
    os.environ.update(shop.environment)  # for the buttons of the admin, too
    console.print(f"A fake Stripe is listening at {shop.address}.")
    agrees = first_act.play(Project(database, shop.environment), shop.client, is_busy=False)
    other = FakeStripe()
    live = stack.enter_context(stripes.served(other))
    connect(_empty(folder))
    environment = live.environment | {"STRIPE_WEBHOOK_SECRET": other.webhook_secret}
    project = Project(str(_empty(folder)), environment)
    return second_act.play(project, other, live.client) and agrees
