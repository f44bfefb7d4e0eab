"""Kill -9 in the middle of a sync, again and again: in the end the tables equal the source."""

import json

import pytest
from django.db import connection

from tests import child
from tests.sync.backfill.test_engine import charge
from tests.sync_killing import DEATHS

pytestmark = pytest.mark.django_db(transaction=True)

START = 1_700_000_000
WORKERS = 4


def transaction(number):
    return {"id": f"txn_{number}", "object": "balance_transaction", "created": START + number // 50}


def test_a_sync_that_is_killed_ends_complete(fake_stripe, settings, tmp_path, record_property):
    charges = [charge(number, created=START + 600 * number) for number in range(6_000)]
    transactions = list(map(transaction, range(3_000)))
    fake_stripe.add(*charges, *transactions)
    address = settings.STRIPE_DJANGO["API_BASE"]
    [said] = child.run("tests.sync_killing", tmp_path, fake_stripe.key, address)
    found = json.loads(said)
    assert len(found["died"]) == DEATHS
    assert found["rows"] == {each["id"]: each for each in (*charges, *transactions)}
    assert found["runs"] == ["done"]
    again = len(fake_stripe.requests) - found["pages"]
    assert again <= WORKERS * DEATHS
    record_property(
        "summary",
        f"a sync killed {DEATHS} times on {connection.vendor}: {found['pages']} pages,"
        f" {again} of them fetched again",
    )
