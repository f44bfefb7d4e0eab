"""Under ``minimal``, no person is found in a dump of the database, nor in the log."""

import logging
import os

import pytest
from django.core.management import call_command

from stripe_django import sync
from stripe_django.models import Charge, Customer, Event
from stripe_django.testing import Business, FakeStripe
from tests.corpus import FILES, needs_corpus, records
from tests.everything import Everything

from .oracle import all_values, dump, leaks
from .policies import under

pytestmark = pytest.mark.django_db

MONTHS = int(os.environ.get("PRIVACY_MONTHS", "0"))  # 12, for the full size
CORPUS_STEP = int(os.environ.get("PRIVACY_CORPUS_STEP", "40"))  # 1, for all of the corpus

# What the corpus has elsewhere too: as an amount, a number of a receipt, a word of its fixtures.
NOBODYS = {"12345", "123456", "1234567890", "null", "test", "Rasengan"}


@pytest.fixture
def shop():
    shop = Business(FakeStripe(), seed=3)
    for _ in range(3):
        shop.subscribe(shop.customer(), "solo-monthly")
    shop.complete(shop.checkout("solo-monthly"))
    shop.refund(shop.charge(shop.customer(), 500))
    if MONTHS:
        shop.live(months=MONTHS, customers=6 * MONTHS)
    shop.advance(minutes=10)  # so that what happened last is over
    return shop


def payloads_of(shop):
    known = Everything(shop.stripe)
    return [each for name in known.objects for each in known[name]]


def test_the_oracle_finds_people_in_what_comes_in_and_in_the_tables_without_a_policy(shop):
    values = all_values(payloads_of(shop))
    assert {"e-mail", "last4", "name", "line1", "postal_code"} <= {why for why, _ in values}
    with shop.stripe.installed():
        call_command("stripe_sync", verbosity=0)
    assert len(leaks(values, dump())) > 20


def test_none_of_a_business_by_a_sync_and_by_webhooks(shop, client, caplog):
    caplog.set_level(logging.DEBUG)
    values = all_values(payloads_of(shop))
    with under("minimal"), shop.stripe.installed():
        shop.stripe.deliver(client, "/stripe/webhook/")
        call_command("stripe_sync", verbosity=0)
    assert Customer.objects.exists()
    assert Event.objects.exists()
    assert Charge.objects.exclude(amount=None).exists()
    assert leaks(values, dump()) == []
    assert leaks(values, caplog.text) == []


@needs_corpus
def test_none_of_the_corpus(caplog):
    caplog.set_level(logging.DEBUG)
    payloads = [record["payload"] for path in FILES for record in records(path)][::CORPUS_STEP]
    with under("minimal"):
        result = sync.apply(payloads)
    assert len(result.applied) > 60
    known = {("city", "Berlin")}  # to see that the search finds what is there
    assert leaks(known, f"{dump()} Berlin") == [*known]
    values = {pair for pair in all_values(payloads) if pair[1] not in NOBODYS}
    assert leaks(values, dump()) == []
    assert leaks(values, caplog.text) == []
