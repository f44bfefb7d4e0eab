"""The same for histories of deliveries, most of which have events that one statement writes."""

import os
from functools import partial

import pytest
from django.db import connection

from stripe_django import conf

from .checking import check
from .histories import generate
from .playing import Play

HISTORIES = int(os.environ.get("HISTORIES", 200)) // 4
LEAST = 1 / 3  # of the histories, with an event that is written so

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("endpoint"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="a statement of PostgreSQL"),
]


class Counting(Play):
    """Counts the deliveries that one statement writes."""

    taken = 0

    def _by_endpoint(self, event, _=""):
        assert conf.settings.single_statement == "auto"
        sent = []
        with connection.execute_wrapper(partial(note, sent)):
            super()._by_endpoint(event)
        is_sent = any(each.startswith("WITH home AS") for each in sent)
        self.taken += is_sent and not any(
            each.startswith("INSERT INTO") and "inboxevent" in each for each in sent
        )


def note(sent, execute, sql, params, many, context):
    sent.append(sql)
    return execute(sql, params, many, context)


def test_rows_end_equal_to_stripe(record_property):
    plays = []

    def player(history):
        plays.append(Counting(history))
        return plays[-1]

    histories = (generate(seed, ("endpoint",)) for seed in range(HISTORIES))
    shares = check(histories, player, {"two events in one second": 0.5, "own writes": 0.1})
    assert shares.missing() == [], str(shares)
    having = sum(play.taken > 0 for play in plays)
    events = sum(play.taken for play in plays)
    assert having >= LEAST * len(plays), f"{having} of {len(plays)}"
    record_property(
        "summary", f"one statement: {events} events, in {having} of {len(plays)} histories"
    )
