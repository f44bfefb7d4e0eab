"""The demo's second act: a running project stays true to a fake Stripe by webhooks alone.

Run as ``python -m example.live``. Everything is on this machine: the fake, the project's server and
its database, and all of it is gone at the end. With STRIPE_SECRET_KEY set it does nothing.
"""

import os
import secrets
import signal
import sys
import tempfile
import time
from pathlib import Path

import django
import requests
import stripe
from django.core.management import call_command
from rich.console import Console

from example import child, fake
from example.fill import connect, loopback
from example.life import live

KEY = "sk_test_demo"
PATIENCE = 60.0  # seconds for the last event to arrive and be applied

console = Console(highlight=False)


def main(customers: int = 50) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if os.environ.get("STRIPE_SECRET_KEY"):
        console.print("STRIPE_SECRET_KEY is set: nothing is made to happen there.")
        return 0
    try:
        with tempfile.TemporaryDirectory() as folder, fake.running() as address:
            prepare(Path(folder, "live.sqlite3"), address)
            return 0 if play(address, customers) else 1
    except KeyboardInterrupt:
        console.print("\nStopped, and with it everything that was started.")
        return 128 + signal.SIGINT


def prepare(database: Path, address: str) -> None:
    """A project with an empty database, which reads from the fake and believes its webhooks."""
    os.environ |= {
        "DEMO_DATABASE": str(database),
        "DJANGO_SETTINGS_MODULE": "example.settings",
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_API_BASE": loopback(address),
        "STRIPE_WEBHOOK_SECRET": f"whsec_{secrets.token_hex(16)}",
        # The proxy of the environment, if there is one, cannot reach this machine's loopback.
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }
    django.setup()
    call_command("migrate", verbosity=0)


def play(address: str, customers: int) -> bool:
    """Live, wait until all is told, and answer whether the rows are what Stripe has."""
    # Models can be imported once Django is set up, not before.
    from example import arrivals

    with child.serving("example.server") as project:
        subscribe(address, f"{project}/stripe/webhook/")
        console.print(f"A project is listening at {project}, and its database is empty.")
        live(address, customers=customers, say=console.print)
        client = connect(address)
        is_told = wait_for(client)
        return arrivals.show(console, client) and is_told


def subscribe(address: str, url: str) -> None:
    """Have the fake post its events there."""
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(
            f"{loopback(address)}/_config/webhooks/demo",
            json={"url": url, "secret": os.environ["STRIPE_WEBHOOK_SECRET"]},
            timeout=10,
        )
    answer.raise_for_status()


def wait_for(client: stripe.StripeClient) -> bool:
    """Wait until every event is done with and every tie settled; false if that takes too long."""
    from example import arrivals

    end = time.monotonic() + PATIENCE
    while not arrivals.is_complete(client):
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


if __name__ == "__main__":
    sys.exit(main())
