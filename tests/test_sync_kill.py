"""Kill -9 in the middle of a sync, again and again: in the end the tables equal the source."""

import json
import os
import subprocess
import sys

import pytest
from django.db import connection

from .sync_killing import DEATHS
from .test_backfill import charge

pytestmark = pytest.mark.django_db(transaction=True)

START = 1_700_000_000
WORKERS = 4


def transaction(number):
    return {"id": f"txn_{number}", "object": "balance_transaction", "created": START + number // 50}


def test_a_sync_that_is_killed_ends_complete(fake_stripe, settings, tmp_path, record_property):
    charges = [charge(number, created=START + 600 * number) for number in range(6_000)]
    transactions = list(map(transaction, range(3_000)))
    fake_stripe.add(*charges, *transactions)
    found = run(tmp_path, fake_stripe.key, settings.STRIPE_DJANGO["API_BASE"])
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


def run(folder, *arguments):
    database = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        database = folder / "copy.sqlite3"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(database)])
    done = subprocess.run(
        [sys.executable, "-m", "tests.child", "tests.sync_killing", str(database), *arguments],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])
