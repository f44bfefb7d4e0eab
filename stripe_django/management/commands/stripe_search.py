"""``manage.py stripe_search create|drop|status``: the indexes of the admin's search."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError, connections, router
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django.management.base import StripeCommand, add_subcommand, require_tables
from stripe_django.management.naming import nearest
from stripe_django.models import Customer
from stripe_django.models.base import StripeModel
from stripe_django.search import indexes

Models = Iterable[type[StripeModel]]


class Command(StripeCommand):
    help = gettext_noop(
        "Make or drop the indexes with which the admin's search covers whole tables, on PostgreSQL"
        " with the extension pg_trgm. Without one, it covers the newest rows of a table. Each"
        " index takes the sync some time. They are made without locking the tables."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True, metavar="create|drop|status")
        add = partial(add_subcommand, commands)
        for name, help in (
            (
                "create",
                _("Make the indexes of these objects, and the extension if it is missing."),
            ),
            ("drop", _("Drop the indexes of these objects.")),
        ):
            add(name, help).add_argument(
                "objects",
                nargs="*",
                metavar="object",
                help=_("Stripe objects such as customer (default: all that have text)."),
            )
        add("status", _("List the objects that have an index."))

    def handle(self, *args: Any, **options: Any) -> None:
        require_tables()
        self.using = router.db_for_write(Customer)
        if connections[self.using].vendor != "postgresql":
            raise CommandError(
                _("Only PostgreSQL has indexes that find a word anywhere in a text.")
            )
        if options["what"] == "status":
            return self._status()
        chosen = _named(options["objects"])
        try:
            return {"create": self._create, "drop": self._drop}[options["what"]](chosen)
        except DatabaseError as error:
            raise CommandError(str(error).strip()) from error

    def _create(self, models: Models) -> None:
        indexes.install_extension(self.using)
        there = indexes.existing(self.using)
        for model in models:
            if model not in there:
                indexes.create(model, self.using)
                self.stdout.write(_("%(name)s: created.") % {"name": model.stripe.object_name})
        self.stdout.write(_("The search covers these tables."))

    def _drop(self, models: Models) -> None:
        for model in models:
            indexes.drop(model, self.using)
        self.stdout.write(_("Dropped."))

    def _status(self) -> None:
        found = sorted(model.stripe.object_name for model in indexes.existing(self.using))
        self.stdout.write("\n".join(found) or _("No object has an index for the search."))


def _named(names: Iterable[str]) -> Models:
    known = {model.stripe.object_name: model for model in indexes.searchable()}
    for name in names:
        if name not in known:
            raise CommandError(
                _("No text is searched of %(nearest)s") % {"nearest": nearest(name, known)}
            )
    return [known[name] for name in names or known]
