"""The endpoint: whom it believes, what it refuses without a trace, and where it works."""

import json
import time
from contextlib import nullcontext

import pytest
import stripe
from asgiref.sync import async_to_sync
from django.db import connection
from django.test import AsyncClient, Client

from stripe_django.models import Customer, Event, InboxEvent
from stripe_django.webhooks import signature
from tests.posting import (
    OLD_SECRET,
    SECRET,
    URL,
    at,
    event,
    heard,
    post,
    reasons,
    rows,
    signed,
    states,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]


def test_a_genuine_event_is_stored_and_applied():
    before = int(time.time())
    response = post(event())
    assert (response.status_code, response.content) == (200, b"stored")
    received = InboxEvent.objects.values().get()
    assert before <= received.pop("sent_at").timestamp() <= time.time()
    assert received.pop("received_at") <= received.pop("finished_at")
    assert received.pop("id")
    assert received == {
        "event_id": "evt_1",
        "type": "customer.updated",
        "object_name": "customer",
        "platform": "",
        "object_id": "cus_1",
        "status": "applied",
        "reason": "",
        "attempts": 1,
        "next_attempt_at": None,
        "claimed_at": None,
        "body": "",
    }
    assert Event.objects.get().to_stripe() == event()
    row = Customer.objects.get()
    assert (row.balance, row.as_of, row.as_of_kind, row.ambiguous) == (1, at(1), "event", False)
    assert rows() == {"InboxEvent": 1, "Event": 1, "Customer": 1, "Home": 1}


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
def test_any_of_the_secrets_will_do(secret):
    assert post(event(), secret=secret).status_code == 200
    assert states() == {"evt_1": "applied"}


def test_a_secret_that_was_taken_away_will_not_do(settings):
    settings.STRIPE_DJANGO = {"WEBHOOK_SECRETS": [SECRET]}
    assert post(event(), secret=OLD_SECRET).status_code == 400
    settings.STRIPE_DJANGO = {"WEBHOOK_SECRETS": []}
    assert post(event()).status_code == 400
    assert rows() == {}


def test_nobody_can_sign_with_an_empty_secret(settings):
    settings.STRIPE_DJANGO = {"WEBHOOK_SECRETS": ["", " "]}
    assert post(event(), secret="").status_code == 400
    assert post(event(), secret=" ").status_code == 400
    assert rows() == {}


BODY = json.dumps(event())


FORGED = {
    "another secret": lambda: signed(BODY, secret="whsec_other"),
    "no secret": lambda: signed(BODY, secret=""),
    "the epoch": lambda: signed(BODY, at=0),
    "an hour ago": lambda: signed(BODY, at=time.time() - 3600),
    "another body": lambda: signed(json.dumps(event(2))),
    "another scheme": lambda: signed(BODY).replace("v1=", "v0="),
    "another time": lambda: signed(BODY).replace("t=", "t=1"),
    "a longer signature": lambda: signed(BODY) + "0",
    "no signature": lambda: signed(BODY).partition(",")[0],
    "no time": lambda: signed(BODY).partition(",")[2],
    "no time in it": lambda: "t=now,v1=0",
    "no ASCII": lambda: f"t={int(time.time())},v1=é",
    "an endless time": lambda: f"t={'9' * 5000},v1=0",
    "a word": lambda: "v1",
    "separators": lambda: ",=,=",
    "nothing": lambda: "",
}


OTHER_SECRET = b"not signed with a secret that is known here"
REASONS = dict.fromkeys(FORGED, OTHER_SECRET)
for each in ("no time", "no time in it", "an endless time", "a word", "separators"):
    REASONS[each] = b"without a signature of Stripe's"
for each in ("the epoch", "an hour ago"):
    REASONS[each] = b"signed too long ago, or the clock of this server is wrong"
REASONS["nothing"] = b"not signed"


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_or_stale_one_leaves_no_trace(name):
    response = post(body=BODY, header=FORGED[name]())
    assert response.status_code == 400
    assert response.content == REASONS[name]
    assert rows() == {}


HEADERS = FORGED | {
    "genuine": lambda: signed(BODY),
    "a second one": lambda: signed(BODY).replace("v1=", "v1=0,v1="),
    "a second one of no secret": lambda: signed(BODY) + ",v1=0",
    "two times": lambda: signed(BODY) + ",t=1",
    "spaces": lambda: signed(BODY).replace(",", ", "),
    "a bit old": lambda: signed(BODY, at=time.time() - 200),
    "to come": lambda: signed(BODY, at=time.time() + 1000),
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_it_is_verified_as_the_sdk_does(header):
    given = header()
    try:
        is_genuine = stripe.WebhookSignature.verify_header(BODY, given, SECRET, 300)
    except (stripe.SignatureVerificationError, TypeError):
        is_genuine = False
    with nullcontext() if is_genuine else pytest.raises(signature.UnverifiedError):
        signature.delivery(BODY, given)


def with_data(text):
    """The body of an event with other text in the place of its object."""
    return BODY.replace(json.dumps(event()["data"]["object"]), text)


NO_EVENTS = {
    "empty": "",
    "no JSON": "hello",
    "half of it": BODY[: len(BODY) // 2],
    "two of it": BODY + BODY,
    "a byte order mark": "\ufeff" + BODY,
    "NaN": "NaN",
    "with NaN": with_data("NaN"),
    "with infinity": with_data("-Infinity"),
    "deep": "[" * 100_000,
    "deep inside": with_data("[" * 5_000 + "]" * 5_000),
    "rather deep inside": with_data('{"a":' * 500 + "1" + "}" * 500),
    "an endless number": with_data("9" * 10_000),
    "an endless exponent": with_data("1e" + "9" * 20),
    "a list": f"[{BODY}]",
    "a string": json.dumps(BODY),
    "a number": "1",
    "null": "null",
    "an empty object": "{}",
    "another object": json.dumps(event()["data"]["object"]),
    "an odd object": json.dumps({**event(), "object": ["event"]}),
    "no id": json.dumps({**event(), "id": None}),
    "an empty id": json.dumps({**event(), "id": ""}),
    "a number as id": json.dumps({**event(), "id": 1}),
    "a long id": json.dumps({**event(), "id": "e" * 256}),
    "an id with a NUL": json.dumps({**event(), "id": "evt\0"}),
    "an id with half a character": json.dumps({**event(), "id": "evt\ud83d"}),
}


@pytest.mark.parametrize("body", NO_EVENTS.values(), ids=NO_EVENTS)
def test_what_is_no_event_leaves_no_trace(body):
    response = post(body=body)
    assert (response.status_code, response.content) == (400, b"not an event")
    assert rows() == {}


def test_what_is_no_text_leaves_no_trace():
    body = BODY.encode("utf-16")
    response = Client().post(URL, body, "application/json", headers={"Stripe-Signature": "t=1"})
    assert response.status_code == 400
    assert rows() == {}


def test_what_is_too_large_leaves_no_trace():
    response = post(body=json.dumps({**event(), "pad": "x" * 10_000_000}))
    assert (response.status_code, response.content) == (413, b"too large")
    assert post(body=json.dumps({**event(), "pad": "x" * 1_000_000})).status_code == 413
    assert rows() == {}


@pytest.mark.parametrize(
    ("length", "status"),
    [("", 400), ("0", 400), ("10", 400), ("ten", 400), ("1e3", 400), (str(2**70), 413)],
)
def test_an_odd_length_leaves_no_trace(length, status):
    assert post(event(), extra={"CONTENT_LENGTH": length}).status_code == status
    assert rows() == {}


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_another_method_leaves_no_trace(method):
    assert getattr(Client(), method)(URL).status_code == 405
    assert rows() == {}


def test_it_is_for_strangers_without_cookies(settings):
    needs_login = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, needs_login]
    assert post(event(), client=Client(enforce_csrf_checks=True)).status_code == 200
    assert states() == {"evt_1": "applied"}


def test_it_is_outside_the_transactions_of_requests(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    outside = len(connection.atomic_blocks)
    with heard(lambda event: len(connection.atomic_blocks)) as depths:
        assert post(event()).status_code == 200
    assert depths == [("received", outside), ("applied", outside)]


def post_async(payload, **signing):
    body = json.dumps(payload)
    headers = {"Stripe-Signature": signed(body, **signing)}
    send = async_to_sync(AsyncClient().post)
    return send(URL, body, content_type="application/json", headers=headers)


def test_it_works_under_asgi():
    assert post_async(event()).status_code == 200
    assert post_async(event(2), secret="whsec_other").status_code == 400
    assert post_async(event(3, pad="x" * 1_000_000)).status_code == 413
    assert states() == {"evt_1": "applied"}


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (event(kind="not.yet.known", obj={"id": "x_1", "object": "unheard_of"}), "has a model"),
        (event(obj={}), "has a model"),
        (event(obj=7), "JSON object"),
        (event(obj={"object": "invoice", "total": 5}), "no id"),
        (event(data=None), "has a model"),
        (event(data=[]), "has a model"),
        (event(type=None, data={}), "has a model"),
        (event(type={"a": ["b"]}, created="soon", livemode="perhaps", data="x"), "has a model"),
        (event(created=10**30, account=7, data={}), "has a model"),
    ],
)
def test_what_nobody_knows_yet_is_stored_and_ignored(payload, reason):
    assert post(payload).status_code == 200
    assert states() == {"evt_1": "ignored"}
    assert reason in reasons()["evt_1"]
    assert Event.objects.get().to_stripe() == payload


def test_what_is_inside_an_unknown_object_is_applied():
    unknown = {"id": "x_1", "object": "unheard_of", "customer": event()["data"]["object"]}
    post(event(obj=unknown))
    assert reasons() == {"evt_1": "The object has no model; what is inside it was applied."}
    assert Customer.objects.get().as_of is None


def test_what_the_project_leaves_out_is_ignored(settings):
    settings.STRIPE_DJANGO |= {"OBJECTS": ["charge"]}
    post(event())
    assert reasons() == {"evt_1": "OBJECTS leaves out customer."}
    assert not Customer.objects.exists()


@pytest.mark.parametrize("text", ["NUL \0", "half \ud83d", "😀", "é" * 1000, "\x7f"])
def test_odd_text_is_stored_as_it_is(text):
    payload = event(obj={"id": "cus_1", "object": "customer", "name": text, "balance": 1})
    assert post(payload).status_code == 200
    assert states() == {"evt_1": "applied"}
    assert Event.objects.get().to_stripe() == payload
    assert Customer.objects.get().to_stripe() == payload["data"]["object"]
