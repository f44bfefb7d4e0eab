"""``manage.py stripe_webhook create|list|rotate|delete``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any, NoReturn
from urllib.parse import urlsplit

import stripe
from django.core.management.base import CommandError
from django.urls import Resolver404, resolve

from stripe_django.conf import SETTING, settings
from stripe_django.exceptions import StripeDjangoError
from stripe_django.management.arguments import add_json
from stripe_django.management.base import StripeCommand, add_subcommand
from stripe_django.management.errors import explained
from stripe_django.webhooks import endpoints
from stripe_django.webhooks.endpoints import Endpoint
from stripe_django.webhooks.views import webhook

SECRETS = f'{SETTING}["WEBHOOK_SECRETS"] or STRIPE_WEBHOOK_SECRET'


class Command(StripeCommand):
    help = "Manage the endpoints at Stripe that post events to this project."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(
            dest="what", required=True, metavar="create|list|rotate|delete"
        )
        add = partial(add_subcommand, commands)
        create = add("create", "Create an endpoint that posts events to a URL.")
        _add_url(create)
        create.add_argument(
            "--event",
            action="append",
            metavar="TYPE",
            help="A type of event to send, instead of all types about the objects in scope; may be"
            " repeated. An asterisk selects nearly all.",
        )
        add_json(add("list", "List all endpoints, the newest first."))
        rotate = add("rotate", "Replace the secret without losing events.")
        _add_url(rotate)
        rotate.add_argument(
            "--finish",
            action="store_true",
            help="Delete all but the newest endpoint of that URL, once its secret is in use.",
        )
        delete = add("delete", "Delete an endpoint.")
        delete.add_argument("id", metavar="we_…", help="The endpoint's id, as list shows it.")

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
                f"{known[0].id} has this URL already: use rotate for another secret, or delete it"
                " first for other types of events."
            )
        wanted = options["event"] or endpoints.needed_events()
        self._warn_of_path(options["url"])
        made = endpoints.create(options["url"], wanted, is_connect=options["connect"])
        self._print_secret(made, f"Put it into {SECRETS}.")

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
            self.stderr.write("Stripe has no endpoint yet: create makes one.")

    def _rotate(self, options: dict[str, Any]) -> None:
        known = self._known(options)
        if not known:
            raise CommandError("No endpoint has this URL: use create.")
        newest, *older = known
        if options["finish"]:
            self._finish(newest, older)
            return
        if older:
            raise CommandError(f"{newest.id} is the new endpoint already: continue with --finish.")
        made = endpoints.create(options["url"], newest.events, is_connect=options["connect"])
        self._print_secret(
            made,
            f"Put it beside the old one, into {SECRETS} (with a comma between), and deploy. Until"
            " then the old endpoint stays active; events that arrive twice are applied once. Then:"
            f" stripe_webhook rotate --finish {options['url']}",
        )

    def _finish(self, newest: Endpoint, older: Sequence[Endpoint]) -> None:
        if not older:
            raise CommandError("There is nothing to finish: only one endpoint has this URL.")
        for each in older:
            endpoints.delete(each.id)
            self.stdout.write(f"Deleted {each.id}. Remove its secret from {SECRETS}.")

    def _delete(self, options: dict[str, Any]) -> None:
        endpoints.delete(options["id"])
        self.stdout.write(f"Deleted {options['id']}.")

    def _known(self, options: dict[str, Any]) -> list[Endpoint]:
        endpoints.check_address(options["url"])
        return endpoints.listed(options["url"], is_connect=options["connect"])

    def _print_secret(self, made: Endpoint, advice: str) -> None:
        """Print the secret alone to standard output, so that it can be piped."""
        if not made.secret:
            self._take_back(made)
        version = settings.api_version
        self.stderr.write(f"{made.id} posts {len(made.events)} types of events, API {version}.")
        self.stderr.write(f"This is its signing secret, which is shown only once. {advice}")
        self.stdout.write(made.secret)

    def _take_back(self, made: Endpoint) -> NoReturn:
        """Delete an endpoint whose events could not be verified, and raise."""
        problem = f"Stripe made the endpoint {made.id}, but sent no signing secret with it."
        advice = "Make the endpoint in Stripe's Dashboard, which shows its secret."
        try:
            endpoints.delete(made.id)
        except (stripe.StripeError, StripeDjangoError) as error:
            raise CommandError(
                f"{problem} It could not be deleted ({error}), so it still posts events:"
                f" delete it with stripe_webhook delete {made.id}. {advice}"
            ) from error
        raise CommandError(f"{problem} It was deleted again. {advice}")

    def _warn_of_path(self, url: str) -> None:
        """A missing slash is a redirect, which Stripe does not follow."""
        path = urlsplit(url).path or "/"
        try:
            is_ours = resolve(path).func is webhook
        except Resolver404:
            is_ours = False
        if not is_ours:
            warning = f"{path} is not the path of the endpoint in this project's URLs."
            self.stderr.write(self.style.WARNING(warning))


def _add_url(parser: ArgumentParser) -> None:
    parser.add_argument("url", help="The URL, such as https://example.com/stripe/webhook/")
    parser.add_argument(
        "--connect",
        action="store_true",
        help="The endpoint for events of connected accounts instead of your own.",
    )


def _line(endpoint: Endpoint) -> str:
    kind = "connect" if endpoint.is_connect else "account"
    lacks = len(endpoint.lacks)
    count = "all" if "*" in endpoint.events else f"{len(endpoint.events)}"
    lacking = f", lacks {lacks} types for the objects in scope" if lacks else ""
    version = endpoint.api_version or "the account's version"
    return (
        f"{endpoint.id}  {endpoint.status}  {kind}  {endpoint.url}  {version}  {count} types"
        f"{lacking}"
    )
