"""``sync.erase`` of a customer: the person goes from everything, and nothing brings them back."""

import pytest
from django.core.management import call_command
from django.test import override_settings

from stripe_django import sync
from stripe_django.models import Customer

from .people import business, dump, finds, of_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def mirror(client):
    shop, person = business()
    with shop.stripe.installed():
        shop.stripe.deliver(client, "/stripe/webhook/")
        call_command("stripe_sync", verbosity=0)
        yield shop, person


def test_nothing_is_found(mirror):
    shop, person = mirror
    wanted = of_person(shop, person)
    before = finds(wanted)
    print(sorted({(each[0], each[2]) for each in before}))
    assert before
    report = sync.erase(person["id"])
    print(report)
    assert finds(wanted) == []
