"""Many events while Stripe's API is silent: neither they nor other pages wait for it."""

import sqlite3
from contextlib import closing

import pytest
from django.conf import settings

from tests import load
from tests.child import copy_tables

pytestmark = pytest.mark.skipif(settings.DATABASE != "sqlite", reason="it brings a database")

SECONDS = 8


def test_a_silent_api_keeps_nobody_waiting(transactional_db, tmp_path, record_property):
    file = tmp_path / "load.sqlite3"
    copy_tables(file)
    events, pages = load.run(file, SECONDS)
    assert {status for status, _ in events} == {200}
    assert {status for status, _ in pages} == {200}
    slowest = max(took for _, took in events), max(took for _, took in pages)
    text = "slowest event and page while Stripe's API is silent: {:.2f} and {:.2f} s"
    record_property("summary", text.format(*slowest))
    assert slowest[0] < 3
    assert slowest[1] < 1
    with closing(sqlite3.connect(file)) as database:
        count = database.execute("SELECT COUNT(*) FROM stripe_django_inboxevent").fetchone()[0]
        [waiting] = database.execute("SELECT COUNT(*) FROM stripe_django_pendingread").fetchone()
    assert (count, waiting > 0) == (len(events) + 1, True)
