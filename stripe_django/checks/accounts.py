"""Checks of the accounts with keys of their own, and of which account each key is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections, router
from django.utils.translation import gettext as _

from stripe_django import credentials
from stripe_django.api import request_limit
from stripe_django.conf import settings
from stripe_django.exceptions import StripeDjangoError
from stripe_django.lazy_sdk import stripe
from stripe_django.models import Home, MirroredAccount
from stripe_django.sync import home
from stripe_django.sync.mapping.identity import HomeAccount

from .options import has_its_type


def check_accounts(**kwargs: Any) -> Iterator[CheckMessage]:
    """No message shows a value: it may be a key in the wrong place."""
    if not has_its_type("ACCOUNTS"):
        return
    for alias, entry in settings.get("ACCOUNTS").items():
        for problem, hint in (*_problems_of_name(str(alias)), *_problems(entry)):
            yield Error(
                _("STRIPE_DJANGO['ACCOUNTS'][%(alias)r] %(problem)s.")
                % {"alias": str(alias), "problem": problem},
                hint=hint,
                id="stripe_django.E025",
            )
    yield from _repeated()


def _problems_of_name(alias: str) -> Iterator[tuple[str, str]]:
    if not alias or alias.startswith("acct_"):
        yield _("has a name that could be an account's id"), _("Choose another name, such as us.")


def _problems(entry: Any) -> Iterator[tuple[str, str]]:
    names = ", ".join(credentials.OF_AN_ACCOUNT)
    if not isinstance(entry, dict):
        yield _("is not a dictionary"), _("It may have %(names)s.") % {"names": names}
        return
    if set(entry) - set(credentials.OF_AN_ACCOUNT):
        yield _("has an unknown key"), _("It may have %(names)s.") % {"names": names}
    for name, option in credentials.OF_AN_ACCOUNT.items():
        if name in entry and not option.accepts(entry[name]):
            yield (
                _("has a %(name)s of the wrong type") % {"name": name},
                _("Use text, or a list of texts for secrets."),
            )
            return
    if "API_KEY" not in entry:
        yield _("has no API_KEY"), _("Add the account's secret or restricted key.")
    if not credentials.id_of(entry).startswith("acct_"):
        yield (
            _("does not say which account it is for"),
            _(
                "Add ACCOUNT, Stripe's id of the account (acct_…), or CONTEXT for an"
                " organisation's key."
            ),
        )


def _repeated() -> Iterator[CheckMessage]:
    entries: Mapping[str, Any] = settings.accounts
    counts = Counter(filter(None, map(credentials.id_of, entries.values())))
    counts.update(filter(None, [settings.account]))
    for account, count in counts.items():
        if count > 1:
            yield Error(
                _("%(account)s is configured %(count)s times.")
                % {"account": account, "count": count},
                hint=_("Your own account is that of API_KEY; ACCOUNTS has the others, each once."),
                id="stripe_django.E025",
            )


def check_keys(databases: Sequence[str] | None = None, **kwargs: Any) -> Iterator[CheckMessage]:
    """Queries the database; and Stripe, about a key that was never used with this database."""
    using = router.db_for_write(Home)
    if using not in (databases or ()) or not has_its_type("ACCOUNTS"):
        return
    mine = known_home(using)
    if mine is None:
        return
    for key in (credentials.own(), *credentials.further()):
        if key.api_key and (message := _wrong_account(key, mine, using)):
            yield Error(
                message,
                hint=_(
                    "Objects of both accounts would be mixed up. Each account has its own key;"
                    " docs: Several accounts."
                ),
                id="stripe_django.E026",
            )


def known_home(using: str) -> HomeAccount | None:
    tables = connections[using].introspection.table_names()
    has_tables = {Home._meta.db_table, MirroredAccount._meta.db_table} <= set(tables)
    return home.known(using) if has_tables else None


def _wrong_account(key: credentials.Credentials, mine: HomeAccount, using: str) -> str:
    """What is wrong; empty too if Stripe does not say so within a few seconds."""
    try:
        with request_limit.request_limit():
            return home.wrong_account(key, mine, using)
    except (stripe.StripeError, StripeDjangoError):
        return ""
