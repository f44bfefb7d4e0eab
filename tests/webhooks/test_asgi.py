"""The endpoint under ASGI: requests in threads of their own, coroutines on the event loop."""

import asyncio
import json
import time

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application

from stripe_django.models import Customer, Event, HandlerRun, Home, InboxEvent
from stripe_django.webhooks import on
from tests.posting import URL, event, signed, states
from tests.sync.test_async import free_loop
from tests.threads import needs_threads, together

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("endpoint", "committed"),
    needs_threads,
]

SLOW = 0.6  # seconds


@pytest.fixture
def committed():
    """What requests commit in their threads is removed; to empty all tables would take longer."""
    yield
    together(remove_all)


def remove_all():
    for model in (HandlerRun, InboxEvent, Event, Customer, Home):
        model._base_manager.all()._raw_delete("default")


async def delivered(application, payload):
    """The status of the response to a delivery."""
    body = json.dumps(payload)
    headers = {
        "host": "testserver",
        "content-type": "application/json",
        "stripe-signature": signed(body),
    }
    scope = {
        "type": "http",
        "method": "POST",
        "path": URL,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    request = ApplicationCommunicator(application, scope)
    await request.send_input({"type": "http.request", "body": body.encode()})
    start = await request.receive_output(5)
    await request.receive_output(5)
    await request.wait(5)
    return start["status"]


def test_a_slow_handler_delays_only_its_own_delivery():
    loops = set()

    @on("*")
    async def slow(event, row):
        loops.add(asyncio.get_running_loop())
        await asyncio.sleep(SLOW)

    async def main():
        application = get_asgi_application()
        await delivered(application, event(1))  # imports what is needed
        async with free_loop():
            started = time.monotonic()
            events = (event(number) for number in (2, 3, 4))
            found = await asyncio.gather(*(delivered(application, each) for each in events))
            return found, time.monotonic() - started, asyncio.get_running_loop()

    statuses, seconds, loop = asyncio.run(main())
    assert (statuses, loops) == ([200] * 3, {loop})
    assert seconds < 2 * SLOW
    assert states() == {f"evt_{number}": "applied" for number in (1, 2, 3, 4)}
    assert set(HandlerRun.objects.values_list("status", flat=True)) == {"done"}
