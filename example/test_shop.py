"""The tests of the shop: from the button to access, without a browser and without a network."""

import pytest
from django.urls import reverse

from stripe_django import sync
from stripe_django.models import Customer, Subscription
from stripe_django.testing import Business

pytest_plugins = ["stripe_django.testing.pytest_plugin"]  # or in the top-level conftest.py
pytestmark = pytest.mark.django_db

DECLINED = "4000000000000002"


@pytest.fixture
def business(fake_stripe):
    """What is behind Stripe's pages. It sells what the tests create, and its time is today's."""
    return Business(fake_stripe, start=None, empty=True)


@pytest.fixture
def plan(fake_stripe, business):
    product = fake_stripe.create("product", name="Team")
    terms = {"unit_amount": 2_900, "currency": "eur", "recurring": {"interval": "month"}}
    price = fake_stripe.create("price", product=product["id"], active=True, **terms)
    sync.apply([product, price])
    return price


@pytest.fixture
def ann(client, django_user_model):
    user = django_user_model.objects.create_user("ann", email="ann@example.com")
    client.force_login(user)
    return user


@pytest.fixture
def receive(client, fake_stripe):
    """Sends the webhooks since the last call."""
    return lambda: fake_stripe.deliver(client, reverse("stripe_django:webhook"))


def subscribe(client, plan):
    """Press the button. Returns the URL of Stripe's page."""
    return client.post(reverse("subscribe", args=[plan["id"]])).url


def sees_members_page(client):
    return client.get(reverse("members")).status_code == 200


def test_a_subscriber_has_access_before_the_webhooks_arrive(client, ann, business, plan):
    assert not sees_members_page(client)
    back = business.check_out(subscribe(client, plan))
    assert client.get(back).url == reverse("members")
    assert sees_members_page(client)


def test_a_subscriber_who_closes_the_window_has_access_by_webhook(
    client, ann, business, plan, receive
):
    business.check_out(subscribe(client, plan))
    receive()
    assert sees_members_page(client)
    assert Customer.objects.get().email == "ann@example.com"


def test_a_declined_card_gives_no_access(client, ann, business, plan, receive):
    page = subscribe(client, plan)
    assert business.check_out(page, card=DECLINED) == page
    receive()
    assert not sees_members_page(client)


def test_a_session_that_was_left_gives_no_access(client, ann, business, plan, receive):
    business.expire(subscribe(client, plan))
    receive()
    assert not sees_members_page(client)


def test_access_lasts_until_the_end_of_the_period(client, ann, business, plan, receive):
    business.check_out(subscribe(client, plan))
    receive()
    subscription = Subscription.objects.get()
    business.cancel(subscription.stripe_id, at_period_end=True)  # as the billing portal does
    receive()
    assert sees_members_page(client)
    business.cancel(subscription.stripe_id)  # as Stripe does at the end
    receive()
    assert not sees_members_page(client)


def test_the_billing_portal(client, ann, fake_stripe, business):
    portal = client.post(reverse("billing")).url
    [session] = fake_stripe.find("billing_portal.session")
    assert portal == session["url"]
    assert session["return_url"] == "http://testserver/members/"
    assert session["customer"] == Customer.objects.get().stripe_id


def test_the_session_of_another_customer_shows_nothing(client, ann, fake_stripe, business):
    other = fake_stripe.create("checkout.session", customer="cus_other")
    for session in (other["id"], "cs_test_none", ""):
        assert client.get(reverse("welcome"), {"session_id": session}).status_code == 404
