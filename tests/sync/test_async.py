"""Reading and applying without blocking the event loop."""

import asyncio
import time
from contextlib import asynccontextmanager

import pytest
import stripe
from asgiref.sync import async_to_sync

from stripe_django import sync
from stripe_django.api import loop_client
from stripe_django.exceptions import AsyncClientMissingError, PayloadError
from stripe_django.models import Charge, Customer, Invoice, InvoiceLineItem
from stripe_django.testing import payload
from tests.api.test_client import with_settings

pytestmark = pytest.mark.django_db

LATENCY = 0.5  # seconds
BUSY = 0.4  # seconds for which the event loop may be busy, on a machine that others use
STATE = ("id", "synced_at", "as_of", "as_of_from", "as_of_source")


@pytest.fixture(params=["httpx", "aiohttp"])
def library(request, monkeypatch):
    """The SDK has one of the libraries that it can use."""
    pytest.importorskip(request.param)
    if request.param == "aiohttp":
        monkeypatch.setattr(stripe, "HTTPXClient", missing)


def missing(**_):
    raise ImportError


@asynccontextmanager
async def free_loop():
    """Fails if the event loop was blocked meanwhile."""
    gaps = []

    async def beat():
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            gaps.append(time.monotonic() - before)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
    assert len(gaps) > 10
    assert max(gaps) < BUSY


@async_to_sync
async def fetched(model, *ids, **options):
    async with free_loop():
        return await asyncio.gather(*(sync.afetch(model, each, **options) for each in ids))


def content(row):
    return {k: v for k, v in vars(row).items() if k not in STATE and not k.startswith("_")}


def charges(fake, *ids):
    fake.add(*(payload("charge", id=each) for each in ids))


@pytest.mark.usefixtures("library")
def test_two_reads_take_as_long_as_one(fake_stripe):
    charges(fake_stripe, "ch_1", "ch_2")
    sync.fetch(Charge, "ch_1")  # which finds out what time it is
    fake_stripe.slow(LATENCY)
    started = time.monotonic()
    rows = fetched(Charge, "ch_1", "ch_2")
    assert LATENCY <= time.monotonic() - started < 1.8 * LATENCY
    assert [row.stripe_id for row in rows] == ["ch_1", "ch_2"]
    assert [content(row) for row in rows] == [
        content(sync.fetch(Charge, each)) for each in ("ch_1", "ch_2")
    ]


def test_the_fake_in_this_process_serves_it(running):
    charges(running, "ch_1", "ch_2")
    running.slow(LATENCY)
    rows = fetched(Charge, "ch_1", "ch_2")
    assert [row.stripe_id for row in rows] == ["ch_1", "ch_2"]
    assert content(rows[0]) == content(sync.fetch(Charge, "ch_1"))


def test_the_wait_for_the_rate_limit_blocks_nothing(fake_stripe, settings):
    with_settings(settings, RATE_LIMIT=2)
    charges(fake_stripe, *(ids := [f"ch_{number}" for number in range(3)]))
    started = time.monotonic()
    fetched(Charge, *ids)
    assert time.monotonic() - started > 0.9


def test_the_pause_between_attempts_blocks_nothing(fake_stripe):
    charges(fake_stripe, "ch_1")
    sync.fetch(Charge, "ch_1")
    fake_stripe.fail(status=503, times=1)
    started, before = time.monotonic(), len(fake_stripe.requests)
    [row] = fetched(Charge, "ch_1")
    assert (row.stripe_id, len(fake_stripe.requests) - before) == ("ch_1", 2)
    assert time.monotonic() - started > 0.5


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("misbehave", ["hang", "cut"])
def test_no_response_is_the_error_of_the_sdk(misbehave, fake_stripe, settings):
    with_settings(settings, TIMEOUT=0.3, MAX_NETWORK_RETRIES=0)
    charges(fake_stripe, "ch_1")
    getattr(fake_stripe, misbehave)()
    with pytest.raises(stripe.APIConnectionError):
        async_to_sync(sync.afetch)(Charge, "ch_1")


def test_the_fake_in_this_process_reaches_the_time_limit_at_once(running):
    running.hang()
    with pytest.raises(stripe.APIConnectionError):
        async_to_sync(sync.afetch)(Charge, "ch_1")


@pytest.mark.usefixtures("library")
def test_errors_are_those_of_the_sdk(fake_stripe):
    fake_stripe.fail(status=401, message="Wrong key.")
    with pytest.raises(stripe.AuthenticationError, match=r"Wrong key\."):
        async_to_sync(sync.afetch)(Charge, "ch_1")


def test_what_is_gone_is_marked_as_deleted(fake):
    with pytest.raises(Customer.DoesNotExist):
        async_to_sync(sync.afetch)(Customer, "cus_1")
    fake.add(payload("customer", id="cus_1"))
    row = async_to_sync(sync.afetch)(Customer, "cus_1")
    assert row.is_alive
    fake.delete("cus_1")
    assert not async_to_sync(sync.arefresh)(row).is_alive


def test_nested_lists_are_completed(fake):
    invoice = payload("invoice", id="in_1")
    lines = [payload("line_item", id=f"il_{number}", invoice="in_1") for number in range(25)]
    fake.add(invoice)
    fake.add(*lines, within="in_1")
    row = async_to_sync(sync.afetch)(Invoice, "in_1")
    assert InvoiceLineItem.objects.filter(invoice=row.stripe_id).count() == 25


def test_applying(fake):
    async def applied():
        result = await sync.aapply(payload("customer", id="cus_1"))
        return result.counts, await result.arow(), await result.arows()

    counts, row, rows = async_to_sync(applied)()
    assert (dict(counts), rows) == ({"created": 1}, [row])
    assert row == Customer.objects.get()
    with pytest.raises(PayloadError):
        async_to_sync(sync.aapply)({"object": "customer"})


@pytest.mark.usefixtures("library")
def test_each_event_loop_has_connections_of_its_own(fake_stripe):
    charges(fake_stripe, "ch_1")
    for _ in range(3):
        assert async_to_sync(sync.afetch)(Charge, "ch_1").stripe_id == "ch_1"
        assert not loop_client._open  # closed with their loop


def test_without_a_library_it_says_what_to_install(fake_stripe, monkeypatch):
    monkeypatch.setattr(stripe, "HTTPXClient", missing)
    monkeypatch.setattr(stripe, "AIOHTTPClient", missing)
    with pytest.raises(AsyncClientMissingError, match=r"stripe-django\[async\]"):
        async_to_sync(sync.afetch)(Charge, "ch_1")


def test_the_fake_serves_a_client_of_the_projects_own(fake):
    fake.add(payload("customer", id="cus_1"))
    for make in (stripe.HTTPXClient, stripe.AIOHTTPClient):
        client = stripe.StripeClient(fake.key, http_client=make())
        found = async_to_sync(client.v1.customers.retrieve_async)("cus_1")
        assert async_to_sync(sync.aapply)(found).counts.total() == 1
