"""``client``: Stripe's ``StripeClient`` with the project's key, account, API version and limits."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import stripe
from django.db import router

from stripe_django.api.client import require_usable
from stripe_django.api.observed_client import ObservedClient
from stripe_django.api.transport import LimitedClient
from stripe_django.conf import OPTIONS, settings
from stripe_django.credentials import Credentials
from stripe_django.models import Home
from stripe_django.sync import account_keys, home
from stripe_django.sync.database.threads import is_in_event_loop, outside_loop
from stripe_django.sync.responses import write

CLIENTS = 256  # accounts whose clients are kept


class Client(stripe.StripeClient):
    """A ``stripe.StripeClient`` of the settings, as they are whenever it is used.

    It has the same methods, and they return and raise the same. ``account`` is Stripe's id of the
    account to act in, by default your own. Each use raises ``MissingKeyError`` if there is no key.
    """

    def __init__(self, account: str = "") -> None:  # its parts are made when they are used
        self._account = account

    def for_account(self, account: str) -> Client:
        """The client that acts in another account: with its own key, or that of its platform."""
        return Client(account)

    @property
    def _current(self) -> stripe.StripeClient:
        key, account = _acting_in(self._account)
        require_usable(key)
        options = settings.api_base, settings.api_version, settings.max_network_retries
        return _made(key, account, *options, settings.timeout, stripe.new_default_http_client)

    if not TYPE_CHECKING:  # an editor sees the types that the SDK declares
        v1 = property(lambda self: self._current.v1)
        v2 = property(lambda self: self._current.v2)
        oauth = property(lambda self: self._current.oauth)
        _requestor = property(lambda self: self._current._requestor)
        _options = property(lambda self: self._current._options)


def _acting_in(account: str) -> tuple[Credentials, str]:
    """The key for an account, and the account as rows have it."""
    using = router.db_for_write(Home)
    if not account:
        return account_keys.credentials_for("", using), ""
    if is_in_event_loop() and (mine := home.remembered(using)):
        account = mine.resolve(account)
    else:
        account = outside_loop(lambda: home.resolve(account))
    return outside_loop(lambda: account_keys.credentials_for(account, using)), account


@lru_cache(CLIENTS)
def _made(
    key: Credentials,
    account: str,
    api_base: str,
    api_version: str,
    retries: int,
    timeout: float,
    transport: Callable[..., stripe.HTTPClient],
) -> stripe.StripeClient:
    """A client of these settings. ``transport`` makes the connections: a fake's are no others'."""
    limited = LimitedClient(timeout)
    return stripe.StripeClient(
        key.api_key,
        **key.headers(account),  # type: ignore[arg-type]
        stripe_version=api_version,
        base_addresses=_addresses(api_base),
        max_network_retries=retries,
        http_client=ObservedClient(lambda: limited, write.observe),
    )


def _addresses(api_base: str) -> Any:
    """All of another server's addresses are one; those of Stripe's have different hosts."""
    if api_base == OPTIONS["API_BASE"].default:
        return None
    return dict.fromkeys(("api", "connect", "files", "meter_events"), api_base)
