"""What was erased is no difference, and no comparison brings it back."""

import pytest
from django.utils import timezone

from stripe_django import sync
from stripe_django.models import Charge, Customer
from stripe_django.testing import payload

from .conftest import Said, age, fill, rows

pytestmark = pytest.mark.django_db

NAMES = ("charge", "customer")
ADA = {"email": "ada@example.com", "name": "Ada Lovelace", "phone": "+44 20 7946 0000"}


@pytest.fixture
def erased(stripe):
    """A mirror in which one of the customers was erased, and Stripe still has the person."""
    billing = {"email": ADA["email"], "name": ADA["name"], "phone": None, "address": None}
    stripe.add(payload("customer", id="cus_ada", **ADA))
    stripe.add(payload("charge", id="ch_ada", customer="cus_ada", billing_details=billing))
    fill()
    assert Customer.objects.get(stripe_id="cus_ada").email == ADA["email"]
    sync.erase(Customer.objects.get(stripe_id="cus_ada"))
    age(timezone.now())
    return stripe


def test_an_erased_customer_is_no_difference(erased):
    said = Said("--all", names=NAMES)
    assert (said.found, said.error) == (set(), None)


def test_a_repair_does_not_bring_the_person_back(erased):
    rows(Charge, "ch_ada").update(amount=1)
    said = Said("--all", "--repair", names=NAMES)
    assert said.found == {"charge ch_ada: different: amount"}
    charge = Charge.objects.get(stripe_id="ch_ada")
    assert charge.amount != 1
    assert ADA["email"] not in str(charge.to_stripe())
    assert not Customer.objects.filter(stripe_id="cus_ada").exists()
    assert Said("--all", names=NAMES).found == set()
