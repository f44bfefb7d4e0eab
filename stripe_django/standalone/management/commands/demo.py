"""``stripe_django demo``."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stripe_django.models import InboxEvent, SyncRun
from stripe_django.standalone import server
from stripe_django.standalone.demo import first_act, second_act, stripes
from stripe_django.standalone.demo.commands import Project
from stripe_django.standalone.demo.screen import console, progress
from stripe_django.standalone.demo.stripes import Connection
from stripe_django.standalone.tables import connect
from stripe_django.testing import Business, FakeStripe

MONTHS, CUSTOMERS, SEED = 12, 120, 7


class Command(BaseCommand):
    help = (
        "See the package at work in half a minute. It fills a fake Stripe with a year of a small"
        " business, syncs it, asks it questions, and follows it by webhooks. With STRIPE_SECRET_KEY"
        " in the environment it reads from Stripe instead, and creates nothing there."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--database",
            default="",
            metavar="PATH",
            help="An SQLite file, or an address such as postgres://…, to keep the data. Without it"
            " the data is gone at the end.",
        )
        parser.add_argument(
            "--serve", action="store_true", help="Show the data in the Django admin at the end."
        )
        parser.add_argument("--port", type=int, default=8000, help="of the admin (default: 8000)")

    def handle(self, *args: Any, **options: Any) -> None:
        with ExitStack() as stack:
            stack.enter_context(server.stopping_at_sigterm())
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="stripe_django_demo_")))
            database = options["database"] or str(folder / "demo.sqlite3")
            is_good = self._play(stack, folder, database)
            if options["serve"]:
                connect(database)
                server.serve(options["port"])
        if not is_good:
            raise CommandError("Something differs: see above.", returncode=1)

    def _play(self, stack: ExitStack, folder: Path, database: str) -> bool:
        with progress(lambda: "Making the tables"):
            connect(database)
        account = stripes.real()
        if account:
            console.print("STRIPE_SECRET_KEY is set: reading from Stripe, creating nothing there.")
            return first_act.play(Project(database), account.client, moves=True)
        _refuse_what_is_filled(database)
        business = _business(stack)
        os.environ.update(business.environment)  # for the admin's buttons, too
        is_good = first_act.play(
            Project(database, business.environment), business.client, moves=False
        )
        return _second_act(stack, folder) and is_good


def _refuse_what_is_filled(database: str) -> None:
    if SyncRun.objects.exists() or InboxEvent.objects.exists():
        raise CommandError(f"There is data of Stripe in {database} already. Name a new file.")


def _business(stack: ExitStack) -> Connection:
    """A fake Stripe with a year of a business, which is served as long as the stack lasts."""
    fake = FakeStripe()
    start = datetime.now(UTC) - timedelta(days=365)
    with progress(lambda: f"A business of {fake.now:%B %Y}"):
        Business(fake, seed=SEED, start=start).live(months=MONTHS, customers=CUSTOMERS)
    fake.now = None  # the time of this machine again
    business = stack.enter_context(stripes.served(fake))
    console.print(
        f"A fake Stripe with {MONTHS} months of a small business is served at "
        f"{business.environment['STRIPE_API_BASE']}."
    )
    return business


def _second_act(stack: ExitStack, folder: Path) -> bool:
    fake = FakeStripe()
    database = str(folder / "webhooks.sqlite3")
    connection = stack.enter_context(stripes.served(fake))
    environment = connection.environment | {"STRIPE_WEBHOOK_SECRET": fake.webhook_secret}
    connect(database)
    return second_act.play(Project(database, environment), fake, connection.client)
