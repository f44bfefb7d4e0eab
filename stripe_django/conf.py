"""The settings: one dictionary, ``STRIPE_DJANGO``, read at each access."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings as django_settings
from django.utils.translation import gettext as _

from .exceptions import CredentialsError

SETTING = "STRIPE_DJANGO"

# docs.stripe.com/rate-limits, in requests a second
LIVE_RATE, TEST_RATE = 100.0, 25.0
LIVE_RESERVE = 0.2

KEY_MODE = re.compile(r"[a-z]+_(?:org_)?(live|test)_")


@dataclass(frozen=True, slots=True)
class Option:
    """One key of the dictionary: its type, its default and its environment variable."""

    type: type | tuple[type, ...]
    default: Any
    environment: str | None = None
    may_be_called: bool = False  # instead of a value, a function without arguments that returns it

    def accepts(self, value: Any) -> bool:
        if self.may_be_called and callable(value):
            return True
        return isinstance(value, self.type) and isinstance(value, bool) is (self.type is bool)


OPTIONS: Mapping[str, Option] = {
    "ACCOUNT": Option(str, ""),
    "ACCOUNTS": Option(dict, {}),
    "API_KEY": Option(str, "", "STRIPE_SECRET_KEY", may_be_called=True),
    "API_BASE": Option(str, "https://api.stripe.com", "STRIPE_API_BASE"),
    "API_VERSION": Option(str, "2026-10-28.endive"),
    "APPLY_LATER": Option(bool, False),
    "CHANGE_FEED": Option(bool, False),
    "CONTEXT": Option(str, ""),
    "FOLLOW_SDK": Option(bool, False),
    "HEALTH": Option(dict, {}),
    "HEALTH_TOKEN": Option(str, "", "STRIPE_HEALTH_TOKEN"),
    "MAIL_ADMINS": Option(bool, False),
    "MAX_NETWORK_RETRIES": Option(int, 3),
    "OBJECTS": Option((list, tuple), ()),
    "OTHER_MODE": Option(str, "ignore"),
    "PRIVACY": Option((str, dict), {}),
    "PRIVACY_KEYS": Option((list, tuple), (), "STRIPE_PRIVACY_KEY", may_be_called=True),
    "RATE_CACHE": Option(str, ""),
    "RATE_LIMIT": Option((int, float), None),
    "RATE_LIMIT_PER_ENDPOINT": Option((int, float), 25),
    "RATE_RESERVE": Option((int, float), None),
    "RETENTION": Option(dict, {}),
    "SINGLE_STATEMENT": Option(str, "auto"),
    "STORE_ALL_EVENTS": Option(bool, True),
    "TASKS": Option(str, ""),
    "TIMEOUT": Option((int, float), 80),
    "WEBHOOK_SECRETS": Option((list, tuple), (), "STRIPE_WEBHOOK_SECRET", may_be_called=True),
    "WEBHOOK_TOLERANCE": Option(int, 300),
    "WORKERS": Option(int, 8),
}


class Settings:
    """The values in force: the project's, else the environment's, else the defaults."""

    @property
    def given(self) -> dict[str, Any]:
        given = getattr(django_settings, SETTING, {})
        return given if isinstance(given, dict) else {}

    def get(self, name: str) -> Any:
        value = self.uncalled(name)
        if OPTIONS[name].may_be_called and name in self.given:
            return called(value, f'{SETTING}["{name}"]')
        return value

    def uncalled(self, name: str) -> Any:
        """The value, or the function that returns it."""
        option = OPTIONS[name]
        if name in self.given:
            return self.given[name]
        if option.environment is None:
            return option.default
        return os.environ.get(option.environment) or option.default

    @property
    def account(self) -> str:
        """Stripe's id of your own account (``acct_…``).

        Needed only for a restricted key that may not read its account: without it, such a key of
        another account would not be recognised.
        """
        return str(self.get("ACCOUNT"))

    @property
    def accounts(self) -> Mapping[str, Mapping[str, Any]]:
        """Further accounts with keys of their own, by names of your choice.

        Each is a dictionary with ``API_KEY``; ``ACCOUNT``, Stripe's id of the account, or
        ``CONTEXT`` for an organisation's key; and ``WEBHOOK_SECRETS`` of its endpoints.
        """
        found = self.get("ACCOUNTS")
        return {str(alias): each for alias, each in found.items() if isinstance(each, dict)}

    @property
    def api_key(self) -> str:
        """Stripe's secret or restricted key, or a function that returns it; empty if there is none.

        A function is called whenever the key is needed, so have it remember the key.
        """
        return str(self.get("API_KEY"))

    @property
    def api_base(self) -> str:
        """The base URL of Stripe's API, without a slash at the end."""
        return str(self.get("API_BASE")).rstrip("/")

    @property
    def api_version(self) -> str:
        """The version of Stripe's API that every request uses."""
        return str(self.get("API_VERSION"))

    @property
    def apply_later(self) -> bool:
        """Whether the endpoint stores events and leaves them to ``stripe_events apply``."""
        return bool(self.get("APPLY_LATER"))

    @property
    def change_feed(self) -> bool:
        """Whether each change of a row is noted, for ``sync.changes()`` and ``stripe_export``."""
        return bool(self.get("CHANGE_FEED"))

    @property
    def context(self) -> str:
        """The account that an organisation's key acts in: the header ``Stripe-Context``."""
        return str(self.get("CONTEXT"))

    @property
    def follow_sdk(self) -> bool:
        """Whether responses to module-level calls of Stripe's SDK are written to the mirror.

        That is what ``stripe_django.client`` does with its own. It is read when Django starts.
        """
        return bool(self.get("FOLLOW_SDK"))

    @property
    def health(self) -> Mapping[str, float | None]:
        """The limits of the health page and of ``stripe_status`` that differ from the defaults, by
        the names of the indicators.

        ``None`` reports an indicator and does not judge it: ``{"backlog": 5_000, "sync": None}``.
        """
        given: Mapping[str, float | None] = self.get("HEALTH")
        return given if isinstance(given, dict) else {}

    @property
    def health_token(self) -> str:
        """The token that a monitor sends to the health page; without one, there is no such page.

        Use a long random text of its own, such as ``secrets.token_urlsafe()``.
        """
        return str(self.get("HEALTH_TOKEN"))

    @property
    def mail_admins(self) -> bool:
        """Whether ``ADMINS`` get a mail when something is dead-lettered, when events are about to
        be lost, and when a verification finds differences: one mail each, until it has recovered.
        """
        return bool(self.get("MAIL_ADMINS"))

    @property
    def max_network_retries(self) -> int:
        """How often a request is retried after a network error, HTTP status 409, 429 or 5xx.

        A page of a list is retried three times as often.
        """
        return int(self.get("MAX_NETWORK_RETRIES"))

    @property
    def objects(self) -> tuple[str, ...]:
        """The objects in scope, as Stripe names them; ``issuing.*`` matches a whole product.

        Empty for all. Other objects are neither fetched nor written; events about them are.
        """
        return tuple(map(str, self.get("OBJECTS")))

    @property
    def other_mode(self) -> str:
        """What is done with objects and events of the mode that the database does not mirror.

        ``ignore`` leaves them out, and events stay in the inbox as ignored; ``keep`` writes them
        as rows of their own.
        """
        return str(self.get("OTHER_MODE"))

    @property
    def privacy(self) -> str | Mapping[str, Any]:
        """What is done with personal data before anything is stored.

        ``"minimal"`` drops all of it. A dictionary has a dictionary for each Stripe object, or
        ``"*"`` for all, of what is done with a category or with the value at a path: ``"keep"``,
        ``"drop"``, ``"hash"`` or ``"mask"``. What it does not name is kept.
        """
        found: str | Mapping[str, Any] = self.get("PRIVACY")
        return found

    @property
    def privacy_keys(self) -> tuple[str, ...]:
        """The secret key of the hashes, of 16 characters or more, if ``PRIVACY`` hashes anything.

        Behind it, during a rotation, the keys that were in use before. A function that returns
        them is called when a process first needs them.
        """
        return secrets_in(self.get("PRIVACY_KEYS"))

    @property
    def rate_cache(self) -> str:
        """The name of the cache in ``CACHES`` with which machines share the rate limit.

        Without one, the processes of one user on one machine share it.
        """
        return str(self.get("RATE_CACHE"))

    @property
    def rate_limit(self) -> float:
        """Requests a second of all processes with the key together; 0 for no limit.

        By default Stripe's limit: 100 for a live key and 25 for any other. A server that is
        not Stripe's has no limit.
        """
        return self.rate_limit_of(self.key_livemode)

    def rate_limit_of(self, livemode: bool | None) -> float:
        """The limit of a key by its mode."""
        given = self.get("RATE_LIMIT")
        if given is not None:
            return float(given)
        if self.api_base != OPTIONS["API_BASE"].default:
            return 0.0
        return LIVE_RATE if livemode else TEST_RATE

    @property
    def rate_limit_per_endpoint(self) -> float:
        """Requests a second for one endpoint, such as the list of charges; 0 for no such limit."""
        return float(self.get("RATE_LIMIT_PER_ENDPOINT"))

    @property
    def rate_reserve(self) -> float:
        """The share of ``RATE_LIMIT`` that lists leave to other requests, from 0 to 0.9.

        By default a fifth for a live key, and nothing for any other.
        """
        return self.rate_reserve_of(self.key_livemode)

    def rate_reserve_of(self, livemode: bool | None) -> float:
        """The reserve of a key by its mode."""
        given = self.get("RATE_RESERVE")
        if given is not None:
            return float(given)
        return LIVE_RESERVE if livemode else 0.0

    @property
    def retention(self) -> Mapping[str, timedelta]:
        """How long what is finished is kept: days, or a ``timedelta``, by what it is.

        Without an entry it is kept for good, and so it is with a wrong one. The entries are in
        :doc:`/howto/retention`.
        """
        found = self.get("RETENTION")
        given = found.items() if isinstance(found, dict) else ()
        ages = ((str(name), age_of(value)) for name, value in given)
        return {name: age for name, age in ages if age}

    @property
    def single_statement(self) -> str:
        """How one statement writes an ordinary event on PostgreSQL with psycopg 3.

        ``prepared``, ``unprepared``, or ``auto``: prepared unless the database has
        ``DISABLE_SERVER_SIDE_CURSORS``, as behind a pool that gives each transaction another
        connection, which does not know the statement. Empty to use several statements, as on other
        databases. Choose ``unprepared`` behind Amazon's RDS Proxy, which keeps a connection for
        each client that prepares anything, and ``prepared`` behind PgBouncer with
        ``max_prepared_statements``.
        """
        return str(self.get("SINGLE_STATEMENT"))

    @property
    def store_all_events(self) -> bool:
        """Whether events about objects out of scope are stored, too.

        If not, such an event leaves one line without content in the inbox, unless a handler is
        registered for its type.
        """
        return bool(self.get("STORE_ALL_EVENTS"))

    @property
    def timeout(self) -> float:
        """Seconds for one response: connecting, the headers and the whole body.

        Each retry has as long again.
        """
        return float(self.get("TIMEOUT"))

    @property
    def tasks(self) -> str:
        """The name of the backend in ``TASKS`` that applies events and runs handlers.

        Without one, the request that brings an event does so.
        """
        return str(self.get("TASKS"))

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """The signing secrets of the webhook endpoints; two during a rotation.

        A function that returns them is called for each delivery.
        """
        return secrets_in(self.get("WEBHOOK_SECRETS"))

    @property
    def webhook_tolerance(self) -> int:
        """Seconds after which a signature is too old."""
        return int(self.get("WEBHOOK_TOLERANCE"))

    @property
    def workers(self) -> int:
        """The number of parallel requests of a backfill, each in its own thread."""
        return int(self.get("WORKERS"))

    @property
    def key_livemode(self) -> bool | None:
        """The mode of the key: true for live, false for test, ``None`` if the key does not say.

        A key of an organisation may lack the mode, and there may be no key.
        """
        return mode_of(self.api_key)


def age_of(value: Any) -> timedelta | None:
    """A number of days, or the ``timedelta`` itself; ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | timedelta):
        return None
    age = value if isinstance(value, timedelta) else timedelta(days=value)
    return age if age > timedelta() else None


def called(value: Any, where: str) -> Any:
    """The value, or what the function in its place returns.

    Raises ``CredentialsError`` without the function's own message, which may have the key.
    """
    if not callable(value):
        return value
    try:
        return value()
    except Exception as error:  # of any kind: the function is the project's
        message = _("The function %(where)s raised %(type)s.") % {
            "where": where,
            "type": type(error).__name__,
        }
        raise CredentialsError(message) from error


def mode_of(api_key: str) -> bool | None:
    """True for a live key, false for a test key, ``None`` if the key does not say."""
    found = KEY_MODE.match(api_key)
    return found[1] == "live" if found else None


def secrets_in(given: Any) -> tuple[str, ...]:
    """The signing secrets in a value; the environment's has commas between several."""
    found = given.split(",") if isinstance(given, str) else given
    return tuple(str(secret).strip() for secret in found if str(secret).strip())


settings = Settings()
