"""Visits of the admin's pages by Django's test client."""

from django.db import connection
from django.test.utils import CaptureQueriesContext


def seen(client, address):
    """A page, and how many queries it takes."""
    with CaptureQueriesContext(connection) as caught:
        page = client.get(address)
    assert page.status_code == 200
    return page, len(caught)


def queries(client, address):
    """How many queries a page takes."""
    return seen(client, address)[1]
