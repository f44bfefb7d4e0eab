"""Deliveries through Django's test client, timed or counted; also run by the peers' processes."""

from statistics import median
from time import perf_counter

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")  # of transactions


def timed(url, deliveries):
    """The seconds that each delivery took."""
    client = Client()
    return [_seconds(client, url, body, header) for body, header in deliveries]


def counted(url, deliveries):
    """SQL statements for one delivery, those that control transactions apart.

    A median: now and then, a delivery has the endpoint look after the rest of the inbox.
    """
    return median(_statements(url, each) for each in deliveries)


def _statements(url, delivery):
    with CaptureQueriesContext(connection) as queries:
        timed(url, [delivery])
    return sum(not each["sql"].startswith(CONTROL) for each in queries)


def _seconds(client, url, body, header):
    start = perf_counter()
    response = client.post(
        url, body, content_type="application/json", headers={"Stripe-Signature": header}
    )
    seconds = perf_counter() - start
    assert response.status_code == 200, response.content
    return seconds
