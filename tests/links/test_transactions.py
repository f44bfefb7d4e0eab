"""``customer_for`` in a transaction that is rolled back, or has a snapshot from before."""

import pytest
import stripe
from django.conf import settings
from django.db import connection, transaction

from stripe_django.api.client import Client
from stripe_django.links import customer_for
from stripe_django.models import Customer, CustomerCreation
from tests.linked.models import Team
from tests.threads import needs_threads, together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fake(fake_stripe):
    settings.STRIPE_DJANGO |= {"MAX_NETWORK_RETRIES": 0}
    return fake_stripe


@pytest.fixture
def team():
    return Team.objects.create(name="Analytical Engines", email="ada@example.com")


def at_stripe():
    return [each["id"] for each in Client().page("/v1/customers", {}).objects]


def rolled_back(team):
    """Its customer, in a transaction that ends without it."""
    with transaction.atomic():
        team.save()
        found = customer_for(team)
        transaction.set_rollback(True)
    return found


def test_a_rollback_takes_the_link_and_not_the_customer(team):
    first = rolled_back(team)
    assert Team.objects.get().customer_id is None
    is_durable = connection.vendor != "sqlite"
    assert CustomerCreation.objects.filter(customer_id=first.stripe_id).exists() is is_durable
    customer = customer_for(Team.objects.get())
    assert (customer.stripe_id, at_stripe()) == (first.stripe_id, [first.stripe_id])
    assert Team.objects.get().customer == customer


def test_a_row_that_is_rolled_back_as_well(fake):
    rolled_back(Team(name="a", email="a@example.com"))
    other = Team.objects.create(name="b", email="b@example.com")
    assert customer_for(other).email == "b@example.com"
    assert len(at_stripe()) == 2


def test_a_lost_response_in_a_transaction(fake, team):
    fake.cut(path="/v1/customers", method="POST", times=1)
    with pytest.raises(stripe.APIConnectionError), transaction.atomic():
        customer_for(team)
    customer = customer_for(team)
    assert at_stripe() == [customer.stripe_id]


@needs_threads
def test_what_another_process_has_created_since_the_transaction_began(team):
    with transaction.atomic():
        assert not Customer.objects.exists()  # where a snapshot begins, if the database has them
        [there] = together(lambda: customer_for(Team.objects.get()).stripe_id)
        assert customer_for(team).stripe_id == there
    assert at_stripe() == [there]
    assert Team.objects.get().customer_id == there


@needs_threads
def test_the_caller_has_locked_the_row(team):
    with transaction.atomic():
        locked = Team.objects.select_for_update().get()
        customer = customer_for(locked)
    assert Team.objects.get().customer == customer
