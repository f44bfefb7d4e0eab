"""Fill a fake Stripe with half a year of a small software business.

Everything is created through Stripe's own SDK, over HTTP, at a loopback address and nowhere else.
The same seed gives the same business. Run as ``python -m example.fill http://127.0.0.1:PORT``.
"""

import argparse
import ipaddress
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import requests
import stripe

from example.shop import Shop

MONTHS = 6


class NotLoopbackError(ValueError):
    """The demo business is created on this machine only, and {address!r} is somewhere else."""

    def __init__(self, address: str) -> None:
        super().__init__(str(self.__doc__).format(address=address))


def fill(
    address: str, *, customers: int = 200, seed: int = 2016, say: Callable[[str], None] = print
) -> Counter[str]:
    """Create the whole business and return the number of requests per kind of object."""
    shop = Shop(connect(address), random.Random(seed))
    months = past_months(datetime.now(UTC))
    shop.open(months[0])
    for number, month in enumerate(months, start=1):
        shop.trade(month, newcomers=customers * number // MONTHS - len(shop.members))
        say(f"  {month:%B %Y}: {len(shop.members)} customers, {shop.made.total()} requests")
    return shop.made


def connect(address: str) -> stripe.StripeClient:
    session = requests.Session()
    session.trust_env = False  # a proxy from the environment would carry the requests elsewhere
    return stripe.StripeClient(
        "sk_test_demo",
        base_addresses={"api": loopback(address)},
        http_client=stripe.RequestsClient(session=session),
    )


def loopback(address: str) -> str:
    """Rebuild the address from its parsed parts, so that nothing later can read it differently."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local or parts.scheme != "http" or not port:
        raise NotLoopbackError(address)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def past_months(today: datetime) -> list[datetime]:
    """The first days of the last full months, oldest first."""
    first = today.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    months = []
    for _ in range(MONTHS):
        first = (first - timedelta(days=1)).replace(day=1)
        months.append(first)
    return months[::-1]


def main() -> None:
    parser = argparse.ArgumentParser(description="Fill a fake Stripe with a demo business.")
    parser.add_argument("address", help="where it listens: http://127.0.0.1:PORT")
    parser.add_argument("--customers", type=int, default=200)
    parser.add_argument("--seed", type=int, default=2016)
    options = parser.parse_args()
    try:
        fill(options.address, customers=options.customers, seed=options.seed)
    except NotLoopbackError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
