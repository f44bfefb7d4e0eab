"""SQLite has one writer at a time: a sync waits for its turn."""

import json

import pytest
from django.db import connection

from tests import child
from tests.sync.backfill.test_engine import charge

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="other databases lock rows")
def test_a_sync_waits_for_its_turn(fake_stripe, settings, tmp_path):
    fake_stripe.add(*map(charge, range(250)))
    address = settings.STRIPE_DJANGO["API_BASE"]
    [said] = child.run("tests.sync_waiting", tmp_path, fake_stripe.key, address)
    assert json.loads(said) == ["done", 250]
