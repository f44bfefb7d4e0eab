"""Generated histories: in whatever order they are told, the rows end equal to Stripe.

A failure names the seed of ``generate``, and shows the smallest history that still fails.
"""

import os

import pytest
from django.db import connection

from ..threads import needs_threads
from .checking import check
from .crowds import Crowd
from .histories import generate

USUAL = 100 if connection.vendor == "sqlite" else 200  # `make converge` has 2,000 on SQLite
HISTORIES = int(os.environ.get("HISTORIES", USUAL))
PARTS = 2
CROWDS = int(os.environ.get("CROWDS", 60))

pytestmark = pytest.mark.usefixtures("endpoint")


@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
def test_rows_end_equal_to_stripe(part, record_property):
    shares = check(map(generate, range(part, HISTORIES, PARTS)))
    assert shares.missing() == [], str(shares)
    record_property("summary", f"convergence, part {part + 1} of {PARTS}: {shares}")


@needs_threads
@pytest.mark.django_db(transaction=True)
def test_they_do_so_when_threads_hear_of_it_together(record_property):
    shares = check(map(generate, range(CROWDS)), Crowd)
    record_property("summary", f"convergence, by threads: {shares}")
