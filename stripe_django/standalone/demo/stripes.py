"""The Stripe that the demo reads: a fake one over HTTP, or the account of a key."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import requests
import stripe

from stripe_django.testing import FakeStripe


class Connection(NamedTuple):
    client: stripe.StripeClient
    environment: dict[str, str]
    """For commands that read from the same Stripe."""

    @property
    def address(self) -> str:
        return self.environment["STRIPE_API_BASE"]


def real() -> Connection | None:
    """The account of the key in the environment, if there is one."""
    key = os.environ.get("STRIPE_SECRET_KEY")
    if not key:
        return None
    address = os.environ.get("STRIPE_API_BASE")
    addresses: dict[str, str] = {"api": address} if address else {}
    return Connection(stripe.StripeClient(key, base_addresses=addresses), {})  # type: ignore[arg-type]


@contextmanager
def served(fake: FakeStripe) -> Iterator[Connection]:
    """The fake over HTTP on this machine, which no proxy of the environment can reach."""
    with requests.Session() as session, fake.serving() as address:
        session.trust_env = False
        client = stripe.StripeClient(
            fake.key,
            base_addresses={"api": address},
            http_client=stripe.RequestsClient(session=session),
        )
        no_proxy = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        yield Connection(
            client, {"STRIPE_SECRET_KEY": fake.key, "STRIPE_API_BASE": address, **no_proxy}
        )
