"""A small mirror, and ways to damage it."""

import json

import pytest
from django.conf import settings
from django.db.models import QuerySet
from django.test import override_settings

from stripe_django.sync.backfill import engine
from stripe_django.sync.backfill.list_endpoints import listable
from stripe_django.testing import FakeStripe, payload
from tests import said

START = 1_700_000_000
NAMES = ("charge", "coupon", "customer", "dispute", "subscription")


class Said(said.Said):
    """What ``stripe_verify`` prints about the objects of the mirror."""

    command = ("stripe_verify",)

    def __init__(self, *options, names=NAMES):
        super().__init__(*names, "--grace", "0", *options)

    @property
    def found(self):
        """The differences as lines, in any order."""
        return {line for line in self.out.splitlines() if ": " in line and "%" not in line}


class Document(Said):
    """The same as JSON."""

    def __init__(self, *options, names=NAMES):
        super().__init__("--json", *options, names=names)

    def __getitem__(self, name):
        return json.loads(self.out)[name]


def rows(model, *ids):
    """Rows as any SQL may change them."""
    found = QuerySet(model)
    return found.filter(stripe_id__in=ids) if ids else found


def objects():
    for number in range(12):
        yield payload("customer", id=f"cus_{number}", created=START + number)
        yield payload("charge", id=f"ch_{number}", created=START + number)
    yield payload("coupon", id="gold", created=START)
    booked = payload("balance_transaction", id="txn_1")
    yield payload("dispute", id="dp_1", created=START, balance_transactions=[booked])
    yield payload("subscription", id="sub_1", created=START)


@pytest.fixture
def stripe():
    fake = FakeStripe()
    fake.add(*objects())
    with fake.installed(), fast():
        fill()
        fake.requests.clear()
        fake.webhooks()
        yield fake


def fill(*names):
    engine.run([model for model in listable() if model.stripe.object_name in (names or NAMES)])


def fast():
    """Without a rate limit and retries."""
    own = {"RATE_LIMIT": 0, "MAX_NETWORK_RETRIES": 0}
    return override_settings(STRIPE_DJANGO=settings.STRIPE_DJANGO | own)
