"""``manage.py stripe_webhook create|list|rotate|delete``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any, NoReturn
from urllib.parse import urlsplit

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.management.base import CommandError
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django.checks.webhooks import NAME
from stripe_django.conf import settings
from stripe_django.exceptions import StripeDjangoError
from stripe_django.lazy_sdk import stripe
from stripe_django.management.arguments import add_json
from stripe_django.management.base import StripeCommand, add_subcommand
from stripe_django.management.errors import explained
from stripe_django.webhooks import endpoints
from stripe_django.webhooks.endpoints import Endpoint

SECRETS = 'STRIPE_DJANGO["WEBHOOK_SECRETS"] or STRIPE_WEBHOOK_SECRET'


class Command(StripeCommand):
    help = gettext_noop("Manage the endpoints at Stripe that post events to this project.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(
            dest="what", required=True, metavar="create|list|rotate|delete"
        )
        add = partial(add_subcommand, commands)
        create = add("create", _("Create an endpoint that posts events to a URL."))
        _add_url(create)
        create.add_argument(
            "--event",
            action="append",
            metavar="TYPE",
            help=_(
                "A type of event to send, instead of all types about the objects in scope; may"
                " be repeated. An asterisk selects nearly all."
            ),
        )
        add_json(add("list", _("List all endpoints, the newest first.")))
        rotate = add("rotate", _("Replace the secret without losing events."))
        _add_url(rotate)
        rotate.add_argument(
            "--finish",
            action="store_true",
            help=_("Delete all but the newest endpoint of that URL, once its secret is in use."),
        )
        delete = add("delete", _("Delete an endpoint."))
        delete.add_argument("id", metavar="we_…", help=_("The endpoint's id, as list shows it."))

    def handle(self, *args: Any, **options: Any) -> None:
        step = getattr(self, f"_{options['what']}")
        try:
            step(options)
        except (StripeDjangoError, stripe.StripeError) as error:
            raise CommandError(explained(error)) from error

    def _create(self, options: dict[str, Any]) -> None:
        known = self._known(options)
        if known:
            raise CommandError(
                _(
                    "%(id)s has this URL already: use rotate for another secret, or delete it first"
                    " for other types of events."
                )
                % {"id": known[0].id}
            )
        wanted = options["event"] or endpoints.needed_events()
        self._warn_of_path(options["url"])
        made = endpoints.create(options["url"], wanted, is_connect=options["connect"])
        self._print_secret(made, _("Put it into %(secrets)s.") % {"secrets": SECRETS})

    def _list(self, options: dict[str, Any]) -> None:
        found = endpoints.listed()
        if options["json"]:
            hidden = ("secret",)
            shown = [
                {key: value for key, value in asdict(each).items() if key not in hidden}
                for each in found
            ]
            self.stdout.write(json.dumps(shown, indent=2))
            return
        for each in found:
            self.stdout.write(_line(each))
        if not found:
            self.stderr.write(_("Stripe has no endpoint yet: create makes one."))

    def _rotate(self, options: dict[str, Any]) -> None:
        known = self._known(options)
        if not known:
            raise CommandError(_("No endpoint has this URL: use create."))
        newest, *older = known
        if options["finish"]:
            self._finish(newest, older)
            return
        if older:
            raise CommandError(
                _("%(id)s is the new endpoint already: continue with --finish.") % {"id": newest.id}
            )
        made = endpoints.create(options["url"], newest.events, is_connect=options["connect"])
        self._print_secret(
            made,
            _(
                "Put it beside the old one, into %(secrets)s (with a comma between), and"
                " deploy. Until then the old endpoint stays active; events that arrive twice are"
                " applied once. Then: stripe_webhook rotate --finish %(url)s"
            )
            % {"secrets": SECRETS, "url": options["url"]},
        )

    def _finish(self, newest: Endpoint, older: Sequence[Endpoint]) -> None:
        if not older:
            raise CommandError(_("There is nothing to finish: only one endpoint has this URL."))
        for each in older:
            endpoints.delete(each.id)
            self.stdout.write(
                _("Deleted %(id)s. Remove its secret from %(secrets)s.")
                % {"id": each.id, "secrets": SECRETS}
            )

    def _delete(self, options: dict[str, Any]) -> None:
        endpoints.delete(options["id"])
        self.stdout.write(_("Deleted %(id)s.") % {"id": options["id"]})

    def _known(self, options: dict[str, Any]) -> list[Endpoint]:
        endpoints.check_address(options["url"])
        return endpoints.listed(options["url"], is_connect=options["connect"])

    def _print_secret(self, made: Endpoint, advice: str) -> None:
        """Print the secret alone to standard output, so that it can be piped."""
        if not made.secret:
            self._take_back(made)
        version = settings.api_version
        self.stderr.write(
            _("%(id)s posts %(count)s types of events, API %(version)s.")
            % {"id": made.id, "count": len(made.events), "version": version}
        )
        self.stderr.write(
            _("This is its signing secret, which is shown only once. %(advice)s")
            % {"advice": advice}
        )
        self.stdout.write(made.secret)

    def _take_back(self, made: Endpoint) -> NoReturn:
        """Delete an endpoint whose events could not be verified, and raise."""
        problem = _("Stripe made the endpoint %(id)s, but sent no signing secret with it.") % {
            "id": made.id
        }
        advice = _("Make the endpoint in Stripe's Dashboard, which shows its secret.")
        try:
            endpoints.delete(made.id)
        except (stripe.StripeError, StripeDjangoError) as error:
            raise CommandError(
                _(
                    "%(problem)s It could not be deleted (%(error)s), so it still posts events:"
                    " delete it with stripe_webhook delete %(id)s. %(advice)s"
                )
                % {"problem": problem, "error": error, "id": made.id, "advice": advice}
            ) from error
        raise CommandError(f"{problem} " + _("It was deleted again.") + f" {advice}")

    def _warn_of_path(self, url: str) -> None:
        """A missing slash is a redirect, which Stripe does not follow."""
        path = urlsplit(url).path or "/"
        try:
            found = resolve(path)
            is_ours = (found.app_name, found.url_name) == (NAME, "webhook")
        except Resolver404:
            is_ours = False
        if not is_ours:
            warning = _("%(path)s is not the path of the endpoint in this project's URLs.") % {
                "path": path
            }
            self.stderr.write(self.style.WARNING(warning))


def _add_url(parser: ArgumentParser) -> None:
    parser.add_argument("url", help=_("The URL, such as https://example.com/stripe/webhook/"))
    parser.add_argument(
        "--connect",
        action="store_true",
        help=_("The endpoint for events of connected accounts instead of your own."),
    )


def _line(endpoint: Endpoint) -> str:
    kind = "connect" if endpoint.is_connect else "account"
    count = _("all") if "*" in endpoint.events else intcomma(len(endpoint.events))
    types = _("%(count)s types") % {"count": count}
    if endpoint.lacks:
        types = _("%(count)s types, lacks %(lacks)s types for the objects in scope") % {
            "count": count,
            "lacks": intcomma(len(endpoint.lacks)),
        }
    version = endpoint.api_version or _("the account's version")
    return f"{endpoint.id}  {endpoint.status}  {kind}  {endpoint.url}  {version}  {types}"
