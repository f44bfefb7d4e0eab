"""Deliveries that Stripe would never send: refused, without a crash and without a secret."""

import json
import logging

import pytest
from django.test import Client, override_settings

from stripe_django.models import Customer, InboxEvent
from stripe_django.webhooks import on
from tests.posting import SECRET, URL, event, post, signed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]


def deliver(body, header):
    client = Client(raise_request_exception=False)
    headers = {"Stripe-Signature": header}
    return client.post(URL, body, content_type="application/json", headers=headers)


@pytest.mark.parametrize("stamp", [10**12, 10**18, 10**400, -(10**18)])
def test_a_time_that_is_none(stamp):
    body = json.dumps(event())
    with override_settings(DEBUG=True):
        response = deliver(body, signed(body, at=stamp))
    assert response.status_code == 400
    assert SECRET.encode() not in response.content
    assert not InboxEvent.objects.exists()


@pytest.mark.parametrize(
    "header",
    [
        *("t", "t=", "t=1", "v1=1", "=", ",", "t=1,t=2", "t=x,v1=y", "t=1=2,v1=3", "t=\u0661,v1=1"),
        *("t=" + "9" * 5000 + ",v1=1", "t=1e9,v1=1", "t=0x1,v1=1", "t=1,v1=\xff"),
    ],
)
def test_a_header_that_says_nothing(header):
    body = json.dumps(event())
    with override_settings(DEBUG=True):
        response = deliver(body, header)
    assert response.status_code == 400
    assert SECRET.encode() not in response.content


def test_the_first_time_in_the_header_is_the_signed_one():
    body = json.dumps(event())
    header = signed(body)
    assert deliver(body, f"{header},t=1").status_code == 200
    assert InboxEvent.objects.get().sent_at.year > 2001


def test_an_id_with_a_line_break_is_one_line_of_the_log(caplog):
    @on("customer.updated")
    def handle(event, row):
        raise AssertionError

    class Broken(Exception):
        pass

    with (
        caplog.at_level(logging.ERROR),
        override_settings(STRIPE_DJANGO={"WEBHOOK_SECRETS": [SECRET], "TASKS": "nowhere"}),
    ):
        post(event(1, id="evt_1\nCRITICAL all is lost"))
    messages = [record.getMessage() for record in caplog.records]
    said = "Event evt_1\\nCRITICAL all is lost is stored and will be retried"
    assert messages == [f"{said}: InvalidTaskBackendError."]


@pytest.mark.parametrize("odd", ["\0", "\ud83d"])
@pytest.mark.parametrize("key", ["type", "request"])
def test_what_no_database_stores_is_no_hindrance(key, odd):
    body = {**event(), "type": "customer.updated"}
    body[key] = {"id": f"req_{odd}"} if key == "request" else f"customer.{odd}updated"
    assert post(body).status_code == 200
    assert InboxEvent.objects.get().status == "applied"
    assert Customer.objects.get().balance == 1
