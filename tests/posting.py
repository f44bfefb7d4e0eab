"""Events as Stripe posts them, and what is in the tables afterwards."""

import json
import time
from contextlib import contextmanager
from datetime import UTC, datetime

import stripe
from django.apps import apps
from django.db import connection
from django.test import Client

from stripe_django import signals
from stripe_django.models import HandlerRun, InboxEvent, OpenWrite, PendingRead

SECRET, OLD_SECRET = "whsec_new", "whsec_old"
URL = "/stripe/webhook/"
START = 1_700_000_000  # Unix seconds
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


def at(seconds):
    return datetime.fromtimestamp(START + seconds, UTC)


def customer(balance=1, stripe_id="cus_1", **more):
    return {"id": stripe_id, "object": "customer", "balance": balance, **more}


def event(number=1, kind="customer.updated", obj=None, **more):
    """The event of a second after ``START``."""
    return {
        "id": f"evt_{number}",
        "object": "event",
        "type": kind,
        "created": START + number,
        "livemode": False,
        "data": {"object": customer(number) if obj is None else obj},
        **more,
    }


def thin(number=1, kind="v1.customer.updated", related=("cus_1", "customer"), **more):
    stripe_id, name = related
    url = f"/v2/core/accounts/{stripe_id}" if name[:2] == "v2" else f"/v1/{name}s/{stripe_id}"
    return {
        "id": f"evt_thin_{number}",
        "object": "v2.core.event",
        "type": kind,
        "created": at(number).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "livemode": False,
        "context": None,
        "related_object": {"id": stripe_id, "type": name, "url": url},
        **more,
    }


def signed(body, secret=SECRET, at=None):
    """The value of ``Stripe-Signature``, of now unless a Unix time is given."""
    at = int(time.time()) if at is None else int(at)
    return stripe.WebhookSignature.generate_signature_header(body, secret, at)


def post(payload=None, *, body=None, client=None, header=None, extra=(), **signing):
    """Deliver an event, or a body; ``extra`` goes into the WSGI environment."""
    body = json.dumps(payload) if body is None else body
    headers = {"Stripe-Signature": signed(body, **signing) if header is None else header}
    client = client or Client()
    return client.post(URL, body, content_type="application/json", headers=headers, **dict(extra))


def states():
    return dict(InboxEvent.objects.values_list("event_id", "status"))


def reasons():
    return dict(InboxEvent.objects.exclude(reason="").values_list("event_id", "reason"))


def make_due():
    """As if all that waits had waited long enough."""
    for model in (InboxEvent, HandlerRun, PendingRead):
        model.objects.exclude(next_attempt_at=None).update(next_attempt_at=LONG_AGO)
    OpenWrite.objects.update(due_at=LONG_AGO)


def rows():
    """How many rows each table of the package has, but for the empty ones."""
    models = apps.get_app_config("stripe_django").get_models()
    union = " UNION ALL ".join(
        f"SELECT '{model.__name__}', COUNT(*) FROM {quoted(model)}" for model in models
    )
    with connection.cursor() as cursor:
        cursor.execute(union)
        return {name: count for name, count in cursor.fetchall() if count}


def quoted(model):
    return connection.ops.quote_name(model._meta.db_table)


@contextmanager
def heard(note=lambda event: event.event_id):
    """What is noted at each signal, with its name."""
    found = []
    receivers = {
        name: lambda name=name, *, event, **_: found.append((name, note(event)))
        for name in ("received", "applied", "failed")
    }
    for name, receiver in receivers.items():
        getattr(signals, f"event_{name}").connect(receiver)
    yield found
    for name, receiver in receivers.items():
        getattr(signals, f"event_{name}").disconnect(receiver)
