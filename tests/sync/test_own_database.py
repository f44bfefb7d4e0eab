"""The mirror in a database of its own, with the router of the documentation."""

import runpy
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import OperationalError, connections

from stripe_django import statistics, sync
from stripe_django.links import customer_for
from stripe_django.models import Charge, Customer, CustomerCreation, InboxEvent
from tests import posting
from tests.linked.models import Team

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(django_settings.DATABASE != "sqlite", reason="same on any database"),
]

ROUTERS = runpy.run_path(Path(__file__).parents[2] / "docs/howto/routers.py")


@pytest.fixture(autouse=True)
def own_database(settings, monkeypatch):
    """The tests' database becomes ``stripe``, and ``default`` has only a table of the project's."""
    mirror = connections["default"]
    empty = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:", "OPTIONS": {}}
    monkeypatch.setitem(connections.settings, "default", connections.settings["default"] | empty)
    monkeypatch.setitem(connections.settings, "stripe", connections.settings["default"])
    del connections["default"]
    connections["stripe"] = mirror
    monkeypatch.setattr(mirror, "alias", "stripe")
    settings.DATABASE_ROUTERS = [ROUTERS["StripeDatabase"]()]
    project = connections["default"]
    project.connect()
    with project.schema_editor() as editor:
        editor.create_model(Team)
    yield
    project.close()
    connections["default"] = mirror
    del connections["stripe"]


def test_what_writes_the_mirror(fake_stripe, settings):
    settings.STRIPE_DJANGO |= {"OBJECTS": ["charge", "customer"]}
    fake_stripe.create("customer", id="cus_1")
    call_command("stripe_sync")
    fake_stripe.create("charge", id="ch_1", customer="cus_1", status="succeeded", amount=5)
    call_command("stripe_sync")
    call_command("stripe_events", "poll")
    call_command("stripe_sync", "--work")
    assert statistics.refresh()
    assert Charge.objects.get().customer == sync.fetch(Customer, "cus_1")
    assert Charge.objects.get()._state.db == "stripe"


def test_the_customer_of_a_row_in_another_database(fake_stripe):
    team = Team.objects.create(name="a", email="a@example.com")
    customer = customer_for(team)
    assert (team._state.db, customer._state.db) == ("default", "stripe")
    assert (team.customer, Team.objects.get().customer) == (customer, customer)
    assert customer_for(Team.objects.get()) == customer
    assert CustomerCreation.objects.get()._state.db == "stripe"


def test_a_delivery(endpoint):
    assert posting.post(posting.event()).status_code == 200
    assert InboxEvent.objects.get().status == "applied"
    assert Customer.objects.get()._state.db == "stripe"


def test_references_of_the_project():
    customer = sync.apply(posting.customer()).row
    team = Team.objects.create(name="a", customer=customer)
    assert Team.objects.get().customer == customer
    assert [each.customer for each in Team.objects.prefetch_related("customer")] == [customer]
    assert customer.team == team
    with pytest.raises(OperationalError, match="no such table: stripe_django_customer"):
        Team.objects.filter(customer__balance=1).exists()
