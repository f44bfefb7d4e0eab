"""The fake in place of Stripe, for everything in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

import stripe
from django.test.utils import override_settings

from stripe_django import conf
from stripe_django.api.client import clock_of

from ..clock import Clock
from .transport import TIMEOUT, FakeHTTPClient, Send


@contextmanager
def installed(
    send: Send, key: str, webhook_secret: str, address: str, clock: Clock
) -> Iterator[None]:
    """Send every request of the SDK to ``send``.

    The settings get the secrets, and an address that no name server knows: a request that would
    go past the fake fails. The comparison of Stripe's clock with this machine's uses the fake's
    for both, so that a fake with another time is trusted.
    """
    make = partial(_client, send)
    own = {"API_KEY": key, "API_BASE": address, "WEBHOOK_SECRETS": [webhook_secret]}
    options = {**conf.settings.given, **own}
    with ExitStack() as stack:
        stack.enter_context(patch.object(stripe, "api_key", key))
        stack.enter_context(patch.object(stripe, "default_http_client", make()))
        # One name, imported into two namespaces of the SDK.
        stack.enter_context(patch.object(stripe, "new_default_http_client", make))
        stack.enter_context(patch("stripe._stripe_client.new_default_http_client", make))
        for asynchronous in ("HTTPXClient", "AIOHTTPClient"):
            stack.enter_context(patch.object(stripe, asynchronous, make))
        stack.enter_context(override_settings(**{conf.SETTING: options}))
        clock_of(address).machine = lambda: clock.seconds
        yield


def _client(send: Send, *, timeout: float = TIMEOUT, **_: Any) -> FakeHTTPClient:
    return FakeHTTPClient(send, timeout)
