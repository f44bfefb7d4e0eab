"""A burst of deliveries, all at once, to the server that ``serve`` and ``demo`` start."""

import asyncio
import json
import sqlite3
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from tests import posting
from tests.serving import serving

BURST = 500

pytestmark = [
    pytest.mark.skipif(settings.DATABASE != "sqlite", reason="it brings a database of its own"),
    pytest.mark.xdist_group("serve"),
]


def request(number):
    obj = posting.customer(number, f"cus_{number}")
    body = json.dumps(posting.event(number, "customer.created", obj)).encode()
    lines = [
        "POST /stripe/webhook/ HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Stripe-Signature: {posting.signed(body.decode())}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + body


async def post(port, content):
    """The status; nothing is sent again."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with closing(writer):
        writer.write(content)
        response = await reader.read()
    return int(response.split()[1])


async def burst(port, contents):
    return await asyncio.gather(*(post(port, each) for each in contents), return_exceptions=True)


@pytest.mark.usefixtures("migrated")
def test_a_burst_is_stored_and_applied(tmp_path):
    contents = [request(number) for number in range(BURST)]
    with serving(tmp_path, STRIPE_WEBHOOK_SECRET=posting.SECRET) as (address, _, _):
        statuses = asyncio.run(burst(urlsplit(address).port, contents))
    assert statuses == [200] * BURST
    with closing(sqlite3.connect(tmp_path / "stripe.sqlite3")) as database:
        events = database.execute("SELECT event_id, status FROM stripe_django_inboxevent")
        customers = database.execute("SELECT stripe_id, balance FROM stripe_django_customer")
        assert dict(events) == {f"evt_{number}": "applied" for number in range(BURST)}
        assert dict(customers) == {f"cus_{number}": number for number in range(BURST)}
