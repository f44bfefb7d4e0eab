"""``stripe_webhook``: endpoints at Stripe, and the secret that is shown once."""

import json
import logging
import socket

import pytest
import stripe

from stripe_django.models import WebhookEndpoint
from stripe_django.sdk.events import event_types
from stripe_django.testing import FakeStripe
from stripe_django.webhooks import endpoints
from tests import said

PATH = "/v1/webhook_endpoints"
URL = "https://shop.example.com/stripe/webhook/"
SECRET = "whsec_shown_once"


class Said(said.Said):
    command = ("stripe_webhook",)


def endpoint(number, url=URL, **values):
    return {
        "id": f"we_{number}",
        "object": "webhook_endpoint",
        "url": url,
        "status": "enabled",
        "created": 1_700_000_000 + number,
        "enabled_events": ["charge.succeeded", "charge.failed"],
        "application": None,
        "metadata": {},
        "livemode": False,
        **values,
    }


def made(fake, number=9, **values):
    """What Stripe answers when an endpoint is made: the only answer with its secret."""
    answer = endpoint(number, secret=SECRET, **values)
    fake.answer(answer, path=PATH, method="POST", times=1)


def asked(fake, method):
    return [request for request in fake.requests if request.method == method]


# The types of events


def test_what_keeps_everything_needs_every_type_but_the_one_that_asks_for_an_answer():
    assert set(event_types()) - set(endpoints.needed_events()) == {"issuing_authorization.request"}


@pytest.mark.parametrize(
    ("objects", "needed"),
    [
        (["coupon"], "coupon.created coupon.deleted coupon.updated"),
        (
            ["invoice_payment", "plan"],
            "invoice_payment.paid plan.created plan.deleted plan.updated",
        ),
        # Without events of their own: told by those of the object that they are in.
        (["item"], "checkout.session.completed"),
        (["subscription_item"], "customer.subscription.updated"),
        (["dispute_evidence"], "charge.dispute.updated"),
        (["balance_transaction"], ""),
    ],
)
def test_the_types_that_the_kept_objects_need(objects, needed, settings):
    settings.STRIPE_DJANGO = {"OBJECTS": objects}
    assert set(needed.split()) <= set(endpoints.needed_events())
    assert "charge.succeeded" not in endpoints.needed_events()


# Making one


@pytest.mark.parametrize(("arguments", "kind"), [([], "account"), (["--connect"], "connect")])
def test_create(arguments, kind, fake_stripe, settings):
    settings.STRIPE_DJANGO |= {"OBJECTS": ["coupon"]}
    made(fake_stripe)
    said = Said("create", URL, *arguments)
    assert said.error is None
    [request] = asked(fake_stripe, "POST")
    assert (request.path, request.params) == (
        PATH,
        {
            "url": URL,
            "enabled_events": ["coupon.created", "coupon.deleted", "coupon.updated"],
            "api_version": "2026-10-28.endive",
            "metadata": {"stripe_django": kind},
            **({"connect": "true"} if kind == "connect" else {}),
        },
    )
    assert said.out == f"{SECRET}\n"
    assert "WEBHOOK_SECRETS" in said.err
    assert SECRET not in said.err


def test_types_of_ones_own_choice(fake_stripe):
    made(fake_stripe)
    Said("create", URL, "--event", "charge.failed", "--event", "charge.succeeded")
    [request] = asked(fake_stripe, "POST")
    assert request.params["enabled_events"] == ["charge.failed", "charge.succeeded"]


@pytest.mark.django_db
def test_the_secret_is_neither_stored_nor_logged(fake_stripe, caplog, capsys, monkeypatch):
    monkeypatch.setattr(stripe, "log", "debug")
    caplog.set_level(logging.DEBUG)
    made(fake_stripe)
    assert Said("create", URL).out == f"{SECRET}\n"
    assert SECRET not in caplog.text
    assert SECRET not in "".join(capsys.readouterr())
    assert stripe.log == "debug"
    assert not logging.getLogger("stripe").disabled
    assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize("what", ["create", "rotate"])
def test_an_endpoint_without_a_secret_is_deleted_again(what, fake_stripe):
    if what == "rotate":
        fake_stripe.add(endpoint(1))
    fake_stripe.answer(endpoint(9), path=PATH, method="POST", times=1)
    fake_stripe.add(endpoint(9, url="https://of-no-interest.example.com/"))
    said = Said(what, URL)
    assert said.out == ""
    assert str(said.error).startswith("Stripe made the endpoint we_9, but sent no signing secret")
    assert "It was deleted again." in str(said.error)
    assert [request.path for request in asked(fake_stripe, "DELETE")] == [f"{PATH}/we_9"]
    assert "we_9" not in {found.id for found in endpoints.listed()}


def test_an_endpoint_without_a_secret_that_cannot_be_deleted_is_named(fake_stripe):
    fake_stripe.answer(endpoint(9), path=PATH, method="POST", times=1)
    fake_stripe.fail(status=403, message="Not with this key.", method="DELETE")
    said = Said("create", URL)
    assert said.out == ""
    assert "Not with this key." in str(said.error)
    assert "stripe_webhook delete we_9" in str(said.error)


def test_one_that_is_there_already(fake_stripe):
    fake_stripe.add(endpoint(1))
    assert str(Said("create", URL).error).startswith("we_1 has this URL already: use rotate")
    made(fake_stripe)
    assert Said("create", URL, "--connect").error is None
    assert len(asked(fake_stripe, "POST")) == 1


def test_the_path_of_the_endpoint(fake_stripe):
    made(fake_stripe)
    assert "is not the path" not in Said("create", URL).err


def test_a_path_that_is_not_the_endpoint(fake_stripe):
    made(fake_stripe)
    said = Said("create", URL.removesuffix("/"))
    assert said.out == f"{SECRET}\n"
    assert "/stripe/webhook is not the path of the endpoint" in said.err


@pytest.mark.parametrize(
    ("url", "refusal"),
    [
        ("http://shop.example.com/stripe/webhook/", "https addresses only"),
        ("https://localhost/stripe/webhook/", "cannot reach localhost"),
        ("https://shop.localhost/", "cannot reach shop.localhost"),
        ("https://127.0.0.1:8000/", "cannot reach 127.0.0.1"),
        ("https://[::1]/", "cannot reach ::1"),
        ("https://192.168.0.7/", "cannot reach 192.168.0.7"),
        ("shop.example.com/stripe/webhook/", "is not the address"),
        ("ftp://shop.example.com/", "is not the address"),
    ],
)
@pytest.mark.parametrize("what", ["create", "rotate"])
def test_addresses_that_stripe_cannot_post_to(what, url, refusal, settings):
    settings.STRIPE_DJANGO = {"API_KEY": "sk_test_unused"}
    assert refusal in str(Said(what, url).error)


@pytest.mark.parametrize("url", ["http://localhost:8000/stripe/webhook/", "http://127.0.0.1/x/"])
def test_a_fake_may_post_to_this_machine(url, fake_stripe):
    made(fake_stripe)
    assert Said("create", url).out == f"{SECRET}\n"


def test_what_stripe_refuses(fake_stripe):
    fake_stripe.fail(status=400, message="No such type.", param="enabled_events", path=PATH)
    assert "No such type." in str(Said("create", URL).error)


def test_without_a_network(settings):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
    settings.STRIPE_DJANGO = {"API_KEY": "sk_test_x", "API_BASE": address, "MAX_NETWORK_RETRIES": 0}
    error = str(Said("list").error)
    assert error.startswith(f"{address} cannot be reached: ")
    assert len(error) < 150


def test_without_a_key(settings, monkeypatch):
    monkeypatch.delenv("STRIPE_SECRET_KEY", raising=False)
    settings.STRIPE_DJANGO = {"API_KEY": ""}
    assert "STRIPE_SECRET_KEY" in str(Said("list").error)


def test_a_fake_in_this_process(settings):
    """It is as good as one that listens."""
    fake = FakeStripe()
    made(fake)
    with fake.installed():
        said = Said("create", "http://localhost:8000/stripe/webhook/")
        assert said.error is None
    assert [request.method for request in fake.requests] == ["GET", "POST"]


# Looking at them


def test_list(fake_stripe, settings):
    settings.STRIPE_DJANGO |= {"OBJECTS": ["coupon"]}
    fake_stripe.add(endpoint(1, api_version="2016-07-06"))
    fake_stripe.add(endpoint(2, metadata={"stripe_django": "connect"}, enabled_events=["*"]))
    assert Said("list").out.splitlines() == [
        f"we_2  enabled  connect  {URL}  the account's version  all types",
        f"we_1  enabled  account  {URL}  2016-07-06  2 types,"
        " lacks 3 types for the objects in scope",
    ]


def test_there_is_none_to_list(fake_stripe):
    said = Said("list")
    assert (said.out, said.err) == ("", "Stripe has no endpoint yet: create makes one.\n")
    assert json.loads(Said("list", "--json").out) == []


def test_list_as_json(fake_stripe):
    fake_stripe.add(endpoint(1, application="ca_1", secret=SECRET))
    [found] = json.loads(Said("list", "--json").out)
    assert found == {
        "id": "we_1",
        "url": URL,
        "status": "enabled",
        "api_version": "",
        "events": ["charge.succeeded", "charge.failed"],
        "is_connect": True,
        "created": 1_700_000_001,
    }


def test_a_sub_command_takes_djangos_options(fake_stripe):
    fake_stripe.add(endpoint(1))
    after = ("--settings", "tests.settings", "--no-color", "--traceback", "-v", "0")
    assert Said("list", *after).out == Said(*after, "list").out


# Another secret


def test_rotate(fake_stripe):
    fake_stripe.add(endpoint(1), endpoint(2, url="https://other.example.com/"))
    made(fake_stripe, 3)
    said = Said("rotate", URL)
    assert said.out == f"{SECRET}\n"
    assert "beside the old one" in said.err
    assert asked(fake_stripe, "DELETE") == []
    [request] = asked(fake_stripe, "POST")
    assert request.params["enabled_events"] == ["charge.succeeded", "charge.failed"]
    assert request.params["api_version"] == "2026-10-28.endive"
    fake_stripe.add(endpoint(3))
    assert "continue with --finish" in str(Said("rotate", URL).error)
    said = Said("rotate", "--finish", URL)
    assert said.out.startswith("Deleted we_1.")
    assert [request.path for request in asked(fake_stripe, "DELETE")] == [f"{PATH}/we_1"]
    assert [found.id for found in endpoints.listed(URL)] == ["we_3"]


def test_the_two_kinds_are_rotated_apart(fake_stripe):
    fake_stripe.add(endpoint(1), endpoint(2, metadata={"stripe_django": "connect"}))
    assert "nothing to finish" in str(Said("rotate", "--finish", URL).error)
    assert "nothing to finish" in str(Said("rotate", "--finish", "--connect", URL).error)
    made(fake_stripe, 3)
    Said("rotate", "--connect", URL)
    [request] = asked(fake_stripe, "POST")
    assert request.params["connect"] == "true"


def test_there_is_none_to_rotate(fake_stripe):
    assert str(Said("rotate", URL).error) == "No endpoint has this URL: use create."


# No more


def test_delete(fake_stripe):
    fake_stripe.add(endpoint(1))
    assert Said("delete", "we_1").out == "Deleted we_1.\n"
    assert endpoints.listed() == []


def test_delete_what_is_not_there(fake_stripe):
    assert "we_1" in str(Said("delete", "we_1").error)
