"""Visits of the admin's pages by Django's test client."""

from django.db import connection
from django.test.utils import CaptureQueriesContext


def queries(client, address):
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)
