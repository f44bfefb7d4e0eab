"""A project's tests of its own code, which asks the mirror and Stripe."""

import pytest
import stripe
from hypothesis import HealthCheck, given, settings

from stripe_django import sync
from stripe_django.models import Customer, Invoice
from stripe_django.testing import factory_for, payload, payloads

pytest_plugins = ["stripe_django.testing.pytest_plugin"]  # or in the top-level conftest.py
pytestmark = pytest.mark.django_db

CustomerFactory, InvoiceFactory = factory_for(Customer), factory_for(Invoice)


def owes(customer):
    """The code under test: what a customer has not paid yet, in cents."""
    unpaid = Invoice.objects.filter(customer=customer, status="open")
    return sum(unpaid.values_list("amount_due", flat=True))


def test_rows_from_factories():
    ann = CustomerFactory(email="ann@example.com")
    InvoiceFactory(customer=ann, status="open", amount_due=900)
    InvoiceFactory(customer=ann, status="paid", amount_due=700)
    assert owes(ann) == 900


def test_a_payload_as_stripe_sends_it():
    sync.apply(payload("invoice", id="in_1", customer="cus_1", status="open", amount_due=500))
    assert Invoice.objects.get(stripe_id="in_1").customer_id == "cus_1"


def test_what_the_project_does_at_stripe(fake_stripe):
    client = stripe.StripeClient(fake_stripe.key, http_client=fake_stripe.http_client)
    made = client.v1.customers.create({"email": "bob@example.com"})
    assert sync.fetch(Customer, made.id).email == "bob@example.com"
    assert [request.method for request in fake_stripe.requests] == ["POST", "GET"]


def test_webhooks_in_any_order_and_twice(fake_stripe, client):
    invoice = fake_stripe.create("invoice", status="open")
    fake_stripe.advance(seconds=5)
    fake_stripe.update(invoice["id"], status="paid")
    fake_stripe.webhooks().shuffled(seed=1).duplicated().post(client, "/stripe/webhook/")
    assert Invoice.objects.get().status == "paid"


@settings(
    max_examples=20,
    deadline=None,  # the first example takes longer than the others
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(payloads("invoice"))
def test_any_invoice_that_stripe_may_send(db, invoice):
    assert sync.apply(invoice).failures == []
