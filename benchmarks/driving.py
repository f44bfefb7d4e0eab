"""Deliveries through Django's test client, timed or counted; also run by the peers' processes."""

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
    """SQL statements for each delivery, those that control transactions apart."""
    with CaptureQueriesContext(connection) as queries:
        timed(url, deliveries)
    statements = [each for each in queries if not each["sql"].startswith(CONTROL)]
    return len(statements) / len(deliveries)


def _seconds(client, url, body, header):
    start = perf_counter()
    response = client.post(
        url, body, content_type="application/json", headers={"Stripe-Signature": header}
    )
    seconds = perf_counter() - start
    assert response.status_code == 200, response.content
    return seconds
