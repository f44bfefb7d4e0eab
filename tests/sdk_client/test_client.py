"""``stripe_django.client``: what the project does at Stripe is in the mirror when the call returns."""

import pytest
import stripe
from asgiref.sync import async_to_sync
from django.db import transaction

from stripe_django import client, sync
from stripe_django.models import Charge, Customer, OpenWrite, PendingRead, Product
from stripe_django.testing import payload

pytestmark = pytest.mark.django_db


def test_it_is_stripes_client(fake_stripe):
    assert isinstance(client, stripe.StripeClient)
    customer = client.v1.customers.create({"email": "payer@example.com"})
    assert isinstance(customer, stripe.Customer)
    row = Customer.objects.get(email="payer@example.com")
    assert (row.stripe_id, row.as_of_kind, row.ambiguous) == (customer.id, "read", False)
    assert len(fake_stripe.requests) == 1


def test_change_and_deletion(fake_stripe):
    made = client.v1.customers.create({"name": "Ann"})
    client.v1.customers.update(made.id, {"name": "Bea"})
    assert Customer.objects.get().name == "Bea"
    client.v1.customers.delete(made.id)
    assert not Customer.objects.get().is_alive
    assert not PendingRead.objects.exists()
