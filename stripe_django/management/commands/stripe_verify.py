from __future__ import annotations

import json
from argparse import ArgumentParser, BooleanOptionalAction
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django.exceptions import StripeDjangoError
from stripe_django.lazy_sdk import stripe
from stripe_django.management.arguments import add_json, between, moment, positive
from stripe_django.management.base import INTERRUPTED, StripeCommand, require_tables
from stripe_django.management.errors import explained
from stripe_django.management.naming import listed
from stripe_django.management.output import verify as output
from stripe_django.verification import sampling
from stripe_django.verification.options import GRACE, VerifyRequest, verifiable
from stripe_django.verification.run import verify

SHOWN_FAILURES = 20
AN_HOUR = 3_600.0  # seconds


class Command(StripeCommand):
    help = gettext_noop(
        "Compare the mirror with Stripe, and report what differs: missing rows, rows of"
        " objects that are gone at Stripe, older or different content, wrongly deleted"
        " rows, rows of a wrong account, ambiguous rows, and lists with other members. A"
        " difference counts once a second look confirms it, so events that are under way"
        " are none. Of large tables, a sample is compared. Running it again resumes an"
        " interrupted run. The exit status is 1 if a difference remains, or if something"
        " could not be compared."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "objects",
            nargs="*",
            metavar="object",
            help=_(
                "What to verify, as Stripe names it: charge, customer, invoiceitem … (default:"
                " all that is listed in one place)"
            ),
        )
        size = parser.add_mutually_exclusive_group()
        size.add_argument(
            "--sample",
            type=positive,
            metavar="N",
            default=sampling.DEFAULT,
            help=_(
                "Compare N random rows of each object (default: %(default)s, which shows with"
                " %(confidence)s confidence that fewer than one in %(one_in)s rows differs),"
                " and pages of the list at random times. Tables whose lists take no more"
                " requests than that are compared as a whole."
            )
            % {
                "default": intcomma(sampling.DEFAULT),
                "confidence": f"{sampling.CONFIDENCE} %%",  # argparse unescapes it
                "one_in": intcomma(sampling.ONE_IN),
            },
        )
        size.add_argument("--all", action="store_true", help=_("Compare all objects."))
        parser.add_argument(
            "--since",
            type=moment,
            help=_(
                "Only what was created at or after this date or time, such as 2026-01-31, in"
                " the project's time zone; lists without such a filter are compared as a whole."
            ),
        )
        parser.add_argument(
            "--account",
            default="",
            metavar="acct_…",
            help=_("Verify this account: a connected one, or one of the setting ACCOUNTS."),
        )
        parser.add_argument(
            "--repair",
            action="store_true",
            help=_(
                "Write what was read where it differs, as a sync does, and mark rows as deleted"
                " whose objects are gone."
            ),
        )
        parser.add_argument(
            "--grace",
            type=between(0, AN_HOUR),
            default=GRACE,
            metavar="SECONDS",
            help=_(
                "After how many seconds a difference is looked at again (default: %(grace)g):"
                " longer than events usually take to be applied."
            )
            % {"grace": GRACE},
        )
        parser.add_argument(
            "--resume",
            action=BooleanOptionalAction,
            default=True,
            help=_("Resume an interrupted run with the same options (the default), or begin anew."),
        )
        parser.add_argument(
            "--workers",
            type=positive,
            metavar="N",
            help=_("How many requests may be under way at once (default: the setting WORKERS)."),
        )
        add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        request = VerifyRequest(
            listed(options["objects"], verifiable()),
            account=options["account"],
            since=options["since"],
            sample=None if options["all"] else options["sample"],
            repair=options["repair"],
            anew=not options["resume"],
            workers=options["workers"],
            grace=options["grace"],
        )
        require_tables()
        observer = output.LineObserver(self.stderr)
        try:
            summary = verify(request, observer)
        except KeyboardInterrupt:
            message = _("Interrupted. The same command resumes the run.")
            raise CommandError(message, returncode=INTERRUPTED) from None
        except (stripe.AuthenticationError, StripeDjangoError) as error:
            raise CommandError(explained(error)) from error
        shown = json.dumps(output.document(summary), indent=2)
        self.stdout.write(shown if options["json"] else output.text(summary))
        for failure in summary.failures[:SHOWN_FAILURES]:
            self.stderr.write(_("failed: %(failure)s") % {"failure": failure})
        if failed := output.failure(summary, named=bool(options["objects"])):
            raise CommandError(failed)
