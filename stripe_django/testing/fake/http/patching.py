"""The fake in place of Stripe, for everything in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest.mock import patch

import stripe
from django.test.utils import override_settings

from stripe_django import conf
from stripe_django.api.client import clock_of
from stripe_django.api.observed_client import ObservedClient

from ..clock import Clock
from ..faults.fault import Transmission
from .protocol import Headers, key_of
from .transport import TIMEOUT, FakeHTTPClient, Send


@dataclass(frozen=True, slots=True)
class Entry:
    """The way into a fake, for all of its accounts; ``knows`` says whether a key is one of
    theirs.
    """

    send: Send
    address: str
    knows: Callable[[str], bool]


_entries: list[Entry] = []  # of the fakes that are installed


@contextmanager
def installed(entry: Entry, key: str, webhook_secret: str, clock: Clock) -> Iterator[None]:
    """Send every request of the SDK to the fake with this entry, or to the one that is installed
    as well and knows the request's key.

    The settings get the secrets, and an address that no name server knows: a request that would
    go past the fake fails. The comparison of Stripe's clock with this machine's uses the fake's
    for both, so that a fake with another time is trusted.
    """
    make = partial(_client, partial(_send, entry))
    own = {"API_KEY": key, "API_BASE": entry.address, "WEBHOOK_SECRETS": [webhook_secret]}
    options = {**conf.settings.given, **own}
    with ExitStack() as stack:
        stack.enter_context(patch.object(stripe, "api_key", key))
        usual = stripe.default_http_client
        module_level = usual.around(make()) if isinstance(usual, ObservedClient) else make()
        stack.enter_context(patch.object(stripe, "default_http_client", module_level))
        # One name, imported into two namespaces of the SDK.
        stack.enter_context(patch.object(stripe, "new_default_http_client", make))
        stack.enter_context(patch("stripe._stripe_client.new_default_http_client", make))
        for asynchronous in ("HTTPXClient", "AIOHTTPClient"):
            stack.enter_context(patch.object(stripe, asynchronous, make))
        stack.enter_context(override_settings(**{conf.SETTING: options}))
        clock_of(entry.address).machine = lambda: clock.seconds
        _entries.append(entry)
        stack.callback(_entries.remove, entry)
        yield


def _send(
    entry: Entry, method: str, url: str, headers: Mapping[str, str], content: bytes
) -> Transmission:
    key = key_of(Headers(headers))
    others = [each for each in reversed(_entries) if each.knows(key)]
    chosen = entry if entry.knows(key) or not others else others[0]
    return chosen.send(method, url, headers, content)


def _client(send: Send, *, timeout: float = TIMEOUT, **_: Any) -> FakeHTTPClient:
    return FakeHTTPClient(send, timeout)
