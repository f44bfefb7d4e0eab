"""The spans of deliveries, events, handlers, pages and requests: names, parents and attributes."""

import asyncio
from datetime import timedelta

import pytest
import stripe
from django.core.management import call_command
from django.utils import timezone

from stripe_django import sync, webhooks
from stripe_django.api.client import Client
from stripe_django.models import Customer, HandlerRun, InboxEvent
from stripe_django.sync.events import batches, retry, store
from stripe_django.telemetry.names import ATTRIBUTES, SPANS
from tests import posting

pytestmark = pytest.mark.django_db


def names(spans):
    return [span.name.removeprefix("stripe_django.") for span in spans]


def named(spans, name):
    return [span for span in spans if span.name == f"stripe_django.{name}"]


def parents(spans):
    """The name of each span's parent, by its own name."""
    by_id = {span.context.span_id: span for span in spans}
    return {
        span.name.removeprefix("stripe_django."): by_id[span.parent.span_id].name.removeprefix(
            "stripe_django."
        )
        for span in spans
        if span.parent
    }


@pytest.fixture(autouse=True)
def declared(spans):
    """Every span and attribute is documented."""
    yield
    for span in spans:
        allowed = {*SPANS[span.name].attributes, "error.type"}
        assert set(span.attributes) <= allowed <= set(ATTRIBUTES)
        assert span.events == ()  # exceptions have messages


def test_a_delivery(spans, endpoint):
    @webhooks.on("customer.updated")
    def handle(event, row):
        pass

    posting.post(posting.event(2, obj={}))  # after the first one, the mode is known
    del spans[:]
    assert posting.post(posting.event()).status_code == 200
    assert names(spans) == ["write", "apply", "run_handler", "delivery"]
    assert parents(spans) == {"write": "apply", "apply": "delivery", "run_handler": "delivery"}
    delivery, apply = named(spans, "delivery")[0], named(spans, "apply")[0]
    about = {
        "stripe_django.event.id": "evt_1",
        "stripe_django.event.type": "customer.updated",
    }
    assert dict(delivery.attributes) == about | {"http.response.status_code": 200}
    assert dict(apply.attributes) == about | {"stripe_django.outcome": "applied"}
    [handler] = named(spans, "run_handler")
    assert handler.attributes["stripe_django.handler"].endswith("handle")
    assert handler.attributes["stripe_django.outcome"] == "done"


def test_a_refused_delivery(spans, endpoint):
    posting.post(posting.event(), secret="whsec_other")
    [delivery] = spans
    assert dict(delivery.attributes) == {"http.response.status_code": 400}


def test_a_handler_that_fails(spans, endpoint):
    @webhooks.on("customer.updated")
    def handle(event, row):
        raise ValueError("ann@example.com")

    posting.post(posting.event())
    [handler] = named(spans, "run_handler")
    assert handler.attributes["stripe_django.outcome"] == "failed"
    assert "ann" not in str([span.to_json() for span in spans])
    HandlerRun.objects.update(attempts=11, next_attempt_at=posting.LONG_AGO)
    retry.run_due()
    assert named(spans, "run_handler")[1].attributes["stripe_django.outcome"] == "dead"


def test_a_batch(spans, endpoint):
    posting.post(posting.event())
    del spans[:]
    sent_at = timezone.now()
    ids = [store.store(posting.event(number), sent_at=sent_at) for number in (2, 3)]
    batches.process(ids)
    [apply] = named(spans, "apply")
    assert dict(apply.attributes) == {"stripe_django.events": 2}
    assert {each.status for each in InboxEvent.objects.all()} == {"applied"}


def test_an_event_that_fails(spans, endpoint):
    posting.post(posting.event())
    del spans[:]
    event_id = store.store(posting.event(2), sent_at=timezone.now())
    InboxEvent.objects.filter(event_id=event_id).update(body="{ann@example.com")
    batches.process([event_id])
    [apply] = named(spans, "apply")
    assert apply.attributes["error.type"] == "JSONDecodeError"
    assert not apply.status.is_ok
    assert "ann" not in apply.to_json()


def test_a_list(spans, fake_stripe):
    for number in range(3):
        fake_stripe.create("customer", id=f"cus_{number}")
    del spans[:]
    pages = list(Client().pages("/v1/customers", {"limit": 2}))
    assert [len(page.objects) for page in pages] == [2, 1]
    found = named(spans, "page")
    assert [each.attributes["stripe_django.objects"] for each in found] == [2, 1]
    requests = named(spans, "request")
    assert [each.parent.span_id for each in requests] == [each.context.span_id for each in found]
    assert dict(requests[0].attributes) | {"stripe_django.request.id": ""} == {
        "http.request.method": "GET",
        "url.template": "/v1/customers",
        "http.response.status_code": 200,
        "stripe_django.request.id": "",
    }
    assert requests[0].kind.name == "CLIENT"


def test_a_refusal(spans, fake_stripe, settings):
    settings.STRIPE_DJANGO |= {"MAX_NETWORK_RETRIES": 0}
    with pytest.raises(Customer.DoesNotExist):
        sync.fetch(Customer, "cus_secret")
    *_, request = named(spans, "request")
    assert request.attributes["http.response.status_code"] == 404
    assert request.attributes["error.type"] == "InvalidRequestError"
    assert request.attributes["url.template"] == "/v1/customers/{id}"
    assert not request.status.is_ok


def test_no_query_of_a_url(spans, fake_stripe):
    Client().request("get", "/v1/customers", {"email": "ann@example.com"})
    assert "ann" not in str([span.to_json() for span in spans])


def test_a_sync(spans, fake_stripe, settings):
    settings.STRIPE_DJANGO |= {"OBJECTS": ["customer"]}
    fake_stripe.create("customer", id="cus_1", email="ann@example.com", name="Ann")
    call_command("stripe_sync", verbosity=0)
    assert {"page", "request", "write"} <= set(names(spans))
    assert "ann" not in str([span.to_json() for span in spans]).lower()


@pytest.mark.django_db(transaction=True)
def test_an_asynchronous_read(spans, fake_stripe, caplog):
    fake_stripe.create("customer", id="cus_1")
    asyncio.run(sync.afetch(Customer, "cus_1"))
    assert named(spans, "request")[-1].attributes["url.template"] == "/v1/customers/{id}"
    assert "detach" not in caplog.text


def test_an_asynchronous_page(spans, fake_stripe, caplog):
    """Its parts run in several threads, and yet each request is a child of its page."""
    from stripe_django.api.steps import arun

    fake_stripe.create("customer", id="cus_1")
    del spans[:]
    page = asyncio.run(arun(Client().page_steps("/v1/customers", {})))
    assert len(page.objects) == 1
    [found], [request] = named(spans, "page"), named(spans, "request")
    assert request.parent.span_id == found.context.span_id
    assert "detach" not in caplog.text


def test_a_page_that_fails(spans, fake_stripe, settings):
    settings.STRIPE_DJANGO |= {"MAX_NETWORK_RETRIES": 0}
    fake_stripe.fail(status=500)
    del spans[:]
    with pytest.raises(stripe.APIError):
        Client().page("/v1/customers", {})
    [page] = named(spans, "page")
    assert not page.status.is_ok
    assert page.end_time - page.start_time < timedelta(seconds=10).total_seconds() * 1e9
