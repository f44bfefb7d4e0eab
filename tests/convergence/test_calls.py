"""Histories with requests of the project's own: the rows end equal to Stripe without their events.

The responses are written late, in transactions that are rolled back, replayed, or lost.
"""

import os

import pytest

from .calling import Calling
from .calls import generate
from .checking import check
from .counting import OF_CALLS

USUAL = 40
HISTORIES = int(os.environ.get("HISTORIES", USUAL))

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("endpoint")]


def test_rows_end_equal_to_stripe(record_property):
    shares = check(map(generate, range(HISTORIES)), Calling, OF_CALLS)
    assert shares.missing() == [], str(shares)
    record_property("summary", f"convergence, own requests: {shares}")
