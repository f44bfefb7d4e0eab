"""``manage.py stripe_link``: links the customers that there are to rows of the project's models."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.core.management.base import CommandError
from django.db import models, router
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django.exceptions import StripeDjangoError
from stripe_django.fields.customer_link import CustomerLink, all_declared
from stripe_django.links.clues import ClientReference, Clue, Metadata, VerifiedEmail
from stripe_django.links.existing import Linking
from stripe_django.links.target import named
from stripe_django.management.arguments import add_json
from stripe_django.management.base import StripeCommand, require_tables
from stripe_django.management.naming import nearest
from stripe_django.management.output.links import LinkOutput
from stripe_django.models import Customer
from stripe_django.sync import home
from stripe_django.sync.database.lock_timeout import patient


class Command(StripeCommand):
    help = gettext_noop(
        "Link the customers in the mirror to the rows of your models that have a"
        " CustomerLink: by the key of the row in the customer's metadata and, if you say"
        " so, by checkout sessions and verified e-mail addresses. Without --apply it"
        " only shows what it would link. Only rows without a customer are linked, and"
        " only if a single customer leads to a single row; all others are listed."
        " Nothing is read from Stripe: run stripe_sync before. The exit status is 0,"
        " also if some are ambiguous, and 1 if nothing can be linked at all."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "models",
            nargs="*",
            metavar="app.Model",
            help=_("The models to link (default: all that have a CustomerLink)."),
        )
        parser.add_argument("--apply", action="store_true", help=_("Link them."))
        parser.add_argument(
            "--client-reference",
            action="store_true",
            help=_(
                "Also link by the client_reference_id of checkout sessions, if that is the key"
                " of the row. Sessions of payment links are left out: anyone can change their"
                " reference."
            ),
        )
        parser.add_argument(
            "--verified-email",
            default="",
            metavar="LOOKUP",
            help=_(
                "Also link by the e-mail address, of rows where this column is true, or not"
                " null: is_verified, user__emailaddress__verified … The address is to be a"
                " column, too."
            ),
        )
        parser.add_argument(
            "--other-email",
            action="store_true",
            help=_(
                "Also link a row with another e-mail address than the customer has. After a"
                " database was restored, the key may be that of another row."
            ),
        )
        parser.add_argument(
            "--account",
            default="",
            metavar="acct_…",
            help=_(
                "The account of the customers: its id, or its name in ACCOUNTS (default: the"
                " one that is declared)."
            ),
        )
        add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        require_tables()
        using = router.db_for_write(Customer)
        mine = home.known(using)
        if mine is None:
            raise CommandError(_("There are no customers yet: run stripe_sync first."))
        documents = []
        try:
            with patient(using):
                for model, link in _declared(options["models"]):
                    account = mine.resolve(named(options["account"] or link.account))
                    linking = Linking(model, link, account, mine.livemode)
                    documents.append(self._link(linking, options))
        except StripeDjangoError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            document = {"applied": options["apply"], "models": documents}
            self.stdout.write(json.dumps(document, indent=2))
        elif not options["apply"]:
            self.stdout.write(_("Nothing was changed: --apply links them."))

    def _link(self, linking: Linking, options: dict[str, Any]) -> dict[str, Any]:
        linking.changes = options["apply"]
        linking.ignores_email = options["other_email"]
        output = LinkOutput(linking, self.stdout, self.stderr)
        write = output.collect if options["json"] else output.write
        for findings in linking.run(_clues(linking, options)):
            write(findings)
        if not options["json"]:
            output.finish()
        return output.document()


def _declared(names: list[str]) -> list[tuple[type[models.Model], CustomerLink]]:
    found = [(model, link) for model, _, link in all_declared(apps) if not model._meta.proxy]
    if not found:
        raise CommandError(_("No model has a CustomerLink: see the guide about linking."))
    labels = {model._meta.label_lower: model._meta.label for model, _ in found}
    for name in names:
        if name.lower() not in labels:
            raise CommandError(
                _("No CustomerLink: %(nearest)s") % {"nearest": nearest(name, labels.values())}
            )
    wanted = {name.lower() for name in names} or labels.keys()
    return [(model, link) for model, link in found if model._meta.label_lower in wanted]


def _clues(linking: Linking, options: dict[str, Any]) -> list[Clue]:
    model, link = linking.model, linking.link
    key: Any = link.subject(model)._meta.pk
    clues: list[Clue] = [Metadata(link.owner, key, link.metadata_key(model))]
    if options["client_reference"]:
        clues.append(ClientReference(link.owner, key))
    if options["verified_email"]:
        clues.append(VerifiedEmail(model, link.email, options["verified_email"]))
    return clues
