"""Run localstripe, a fake Stripe that this project did not write, for as long as a block needs it.

It speaks HTTP, keeps objects, and sends signed webhooks, each of them once.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
import stripe

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "tests.localstripe.server"]


@contextmanager
def running() -> Iterator[str]:
    """Start an empty one on a free loopback port, yield its address, and stop it at the end."""
    pipe = subprocess.PIPE
    with subprocess.Popen(COMMAND, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as server:
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.kill()


@contextmanager
def connected(address: str) -> Iterator[stripe.StripeClient]:
    """A client that no proxy of the environment leads elsewhere."""
    with requests.Session() as session:
        session.trust_env = False
        yield stripe.StripeClient(
            "sk_test_localstripe",
            base_addresses={"api": address},
            http_client=stripe.RequestsClient(session=session),
        )


def subscribe(address: str, url: str, secret: str) -> None:
    """Have it post its events to ``url``."""
    with requests.Session() as session:
        session.trust_env = False
        target = {"url": url, "secret": secret}
        said = session.post(f"{address}/_config/webhooks/tests", json=target, timeout=10)
    said.raise_for_status()
