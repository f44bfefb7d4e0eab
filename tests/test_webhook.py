"""The endpoint: what is stored, what is refused, and what comes of it."""

import json
import time
from datetime import UTC, datetime

import pytest
import stripe

from stripe_django.models import Customer, Event, HandlerRun, InboxEvent
from stripe_django.sync import due, handling, inbox
from stripe_django.webhooks import on

pytestmark = pytest.mark.django_db

SECRET, OLD_SECRET = "whsec_new", "whsec_old"
URL = "/stripe/webhook/"


@pytest.fixture(autouse=True)
def secrets(settings):
    settings.STRIPE_DJANGO = {"API_KEY": "", "WEBHOOK_SECRETS": [SECRET, OLD_SECRET]}


@pytest.fixture
def handlers(monkeypatch):
    monkeypatch.setattr(handling, "_handlers", {})


def event(number=1, kind="customer.updated", obj=None, **values):
    return {
        "id": f"evt_{number}",
        "object": "event",
        "type": kind,
        "created": 1_700_000_000 + number,
        "livemode": False,
        "data": {"object": obj or {"id": "cus_1", "object": "customer", "balance": number}},
        **values,
    }


def signed(body, secret=SECRET, at=None):
    at = int(time.time()) if at is None else at
    return stripe.WebhookSignature.generate_signature_header(body, secret, at)


@pytest.fixture
def post(client):
    def post(payload, *, body=None, **signing):
        body = json.dumps(payload) if body is None else body
        headers = {"Stripe-Signature": signed(body, **signing)}
        return client.post(URL, body, content_type="application/json", headers=headers)

    return post


def states():
    return {each.event_id: each.status for each in InboxEvent.objects.all()}


def test_a_genuine_event_is_applied(post):
    assert post(event()).status_code == 200
    [received] = InboxEvent.objects.all()
    assert (received.status, received.reason, received.body) == ("applied", "", "")
    assert (received.object_name, received.object_id) == ("customer", "cus_1")
    assert Event.objects.get().to_stripe() == event()
    assert Customer.objects.get().balance == 1


@pytest.mark.parametrize("signing", [{"secret": "whsec_other"}, {"at": 0}, {"at": time.time() - 400}])
def test_a_forged_or_stale_one_leaves_no_trace(post, signing):
    assert post(event(), **signing).status_code == 400
    assert states() == {}


def test_any_of_the_secrets_will_do(post):
    assert post(event(), secret=OLD_SECRET).status_code == 200


def test_delivered_twice_it_is_applied_once(post):
    assert post(event()).status_code == post(event()).status_code == 200
    assert InboxEvent.objects.get().attempts == 1


def test_handlers_see_what_was_committed(post, handlers):
    seen = []

    @on("customer.*")
    def note(event, customer):
        seen.append((event.type, customer.balance))

    post(event())
    post(event())
    assert seen == [("customer.updated", 1)]
    assert HandlerRun.objects.get().status == "done"
