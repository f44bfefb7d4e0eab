from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django.exceptions import StripeDjangoError
from stripe_django.lazy_sdk import stripe
from stripe_django.management.arguments import add_json, moment, positive
from stripe_django.management.base import StripeCommand, require_tables
from stripe_django.management.errors import explained
from stripe_django.management.output import reconcile as output
from stripe_django.management.output.verify import LineObserver
from stripe_django.verification.balance.proof import prove
from stripe_django.verification.balance.results import ProofRequest


class Command(StripeCommand):
    help = gettext_noop(
        "Prove that the balance transactions add up: all of them to the balance at"
        " Stripe, and those of each payout to the payout. Prints the sums of a period by"
        " currency and type. If something is missing, the transactions are found that"
        " explain it. The exit status is 1 if a difference remains. Run it after"
        " stripe_sync."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since",
            type=moment,
            help=_(
                "The beginning of the period: a date or time, such as 2026-01-31, in the"
                " project's time zone (default: the first transaction)."
            ),
        )
        parser.add_argument(
            "--until",
            type=moment,
            help=_("The end of the period, which does not belong to it (default: the last sync)."),
        )
        parser.add_argument(
            "--account",
            default="",
            metavar="acct_…",
            help=_(
                "Prove the balance of this account: a connected one, or one of the setting"
                " ACCOUNTS."
            ),
        )
        parser.add_argument(
            "--all",
            action="store_true",
            help=_(
                "Compare all transactions of the period with Stripe's list, even if the sums agree."
            ),
        )
        parser.add_argument(
            "--repair",
            action="store_true",
            help=_("Store the transactions that are missing, as a sync does."),
        )
        parser.add_argument(
            "--workers",
            type=positive,
            metavar="N",
            help=_("How many requests may be under way at once (default: the setting WORKERS)."),
        )
        add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        request = ProofRequest(
            account=options["account"],
            since=options["since"],
            until=options["until"],
            listed=options["all"],
            repair=options["repair"],
            workers=options["workers"],
        )
        require_tables()
        try:
            proof = prove(request, LineObserver(self.stderr))
        except (stripe.StripeError, StripeDjangoError) as error:
            raise CommandError(explained(error)) from error
        shown = json.dumps(output.document(proof), indent=2)
        self.stdout.write(shown if options["json"] else output.text(proof))
        for failure in proof.failures:
            self.stderr.write(_("failed: %(failure)s") % {"failure": failure})
        if failed := output.failure(proof):
            raise CommandError(failed)
