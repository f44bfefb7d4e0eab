"""The same where events arrive while a read is under way."""

import os

import pytest

from .checking import check
from .histories import generate
from .interrupted import Interrupted

HISTORIES = int(os.environ.get("HISTORIES", 100)) // 2
LEAST = 1 / 3  # of the histories, with an event that arrives during a request


@pytest.mark.django_db
@pytest.mark.usefixtures("endpoint")
def test_rows_end_equal_to_stripe(record_property):
    plays = []

    def player(history):
        plays.append(Interrupted(history))
        return plays[-1]

    check(map(generate, range(HISTORIES)), player)
    having = sum(play.interruptions > 0 for play in plays)
    assert having >= LEAST * len(plays), f"{having} of {len(plays)}"
    record_property("summary", f"interrupted requests: in {having} of {len(plays)} histories")
