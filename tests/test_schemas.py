"""One process serves several tenants: what it remembers of one is not used for another.

With django-tenants the alias of the database stays, and the connection's ``schema_name`` changes.
"""

import time

import pytest
from django.conf import settings as django_settings
from django.db import connection

from stripe_django.admin.app_list import Filled
from stripe_django.api import request_limit
from stripe_django.models import Charge, Home
from stripe_django.schemas import tables_of
from stripe_django.sync import home
from stripe_django.sync.events import request_reads, retry
from tests.rows import row

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant(monkeypatch):
    def tenant(name):
        monkeypatch.setattr(connection, "schema_name", name, raising=False)

    tenant("one")
    return tenant


def test_the_key():
    assert tables_of("default") == "default"


def test_your_own_account(tenant, monkeypatch):
    monkeypatch.setattr(home, "_remembered", {})
    Home.objects.create(livemode=False, account="acct_1")
    assert home.known("default") == home.remembered("default")
    tenant("two")
    assert home.remembered("default") is None
    Home.objects.update(livemode=True, account="acct_2")
    assert home.known("default").account == "acct_2"
    tenant("one")
    assert home.remembered("default").account == "acct_1"


@pytest.mark.skipif(
    django_settings.DATABASE == "postgres", reason="a table that had rows counts there as well"
)
def test_tables_with_rows(tenant):
    filled = Filled()
    row(Charge, "ch_1")
    assert Charge in filled.look()
    Charge.objects.all()._raw_delete("default")
    assert Charge in filled.look()
    tenant("two")
    assert Charge not in filled.look()


def test_turns_to_retry(tenant, monkeypatch):
    monkeypatch.setattr(retry, "_began_at", time.monotonic() - retry.PAUSE)
    monkeypatch.setattr(retry, "_looked_at", {})
    assert (retry.is_turn(), retry.is_turn()) == (True, False)
    tenant("two")
    assert (retry.is_turn(), retry.is_turn()) == (True, False)


def test_no_request_reads_for_another_tenant(tenant):
    done = []

    def step(number):
        done.append((number, connection.schema_name))
        if number == 1:
            request_reads.run(step, 2)
            tenant("two")
            request_reads.run(step, 3)
            tenant("one")

    with request_limit.request_limit():
        request_reads.run(step, 1)
    assert done == [(1, "one"), (2, "one")]
