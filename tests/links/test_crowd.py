"""Many processes and threads at once, and processes that are killed: one customer."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.db import connection

from stripe_django.api.client import Client
from stripe_django.links import creations, customer_for
from stripe_django.models import CustomerCreation
from tests.child import copy_tables, run
from tests.linked.models import Team

from .killing import is_durable

pytestmark = pytest.mark.django_db(transaction=True)

PROCESSES, THREADS = 5, 10


@pytest.fixture
def team():
    return Team.objects.create(name="Analytical Engines", email="ada@example.com")


@pytest.fixture
def start(tmp_path, team, fake_stripe):
    """Starts a module of the tests, on the database of the test or, of SQLite, a copy of it."""
    database = connection.settings_dict["NAME"]
    if settings.DATABASE == "sqlite":
        database = tmp_path / "crowd.sqlite3"
        copy_tables(database)

    def start(module, *arguments):
        address = settings.STRIPE_DJANGO["API_BASE"]
        command = [sys.executable, "-m", "tests.child", f"tests.links.{module}", str(database)]
        return subprocess.Popen(
            [*command, address, fake_stripe.key, *arguments],
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "NO_PROXY": "127.0.0.1"},
            text=True,
            **dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE),
        )

    return start


def posts(fake):
    return [each for each in fake.asked("/v1/customers") if each.method == "POST"]


@pytest.mark.parametrize("way", ["alone", "in a transaction"])
def test_fifty_at_once_make_one_customer(fake_stripe, start, way):
    if way == "in a transaction" and connection.vendor == "sqlite":
        pytest.skip("a transaction of SQLite's that has read cannot wait for another's writes")
    children = [start("crowding", str(THREADS), way) for _ in range(PROCESSES)]
    assert [child.stdout.readline() for child in children] == ["ready\n"] * PROCESSES
    for child in children:
        child.stdin.write("\n")
        child.stdin.flush()
    said = [child.communicate(timeout=400) for child in children]
    assert [error for _, error in said] == [""] * PROCESSES
    found = [stripe_id for out, _ in said for stripe_id in out.split()]
    assert (len(found), len(set(found))) == (PROCESSES * THREADS, 1)
    # On a slow machine, one may take over from another that is at work: with the same key.
    assert len({post.idempotency_key for post in posts(fake_stripe)}) == 1
    made = Client().page("/v1/customers", {}).objects
    assert [each["id"] for each in made] == found[:1]


def test_a_process_killed_at_any_step_makes_no_second_customer(
    fake_stripe, tmp_path, record_property, team
):
    api_base = settings.STRIPE_DJANGO["API_BASE"]
    team.delete()
    said = run("tests.links.killing", tmp_path, api_base, fake_stripe.key)
    for way, deaths in map(json.loads, said):
        *killed, completed = deaths
        assert [each["failed"] for each in killed] == [False] * len(killed)
        assert (completed["died"], completed["failed"]) == (False, 0)
        for each in deaths:
            assert each["after"] == [each["customer"]] == [each["link"]]
        left = {(*each["before"], each["made"]) for each in killed}
        expected = {(0,), ("pending", 0), ("pending", 1), ("created", 1)}
        assert left == (expected if is_durable(way) else {(0,), (1,), ("created", 1)})
        text = f"customer_for killed at each of {len(killed)} steps, {way}, on {connection.vendor}"
        record_property("summary", text)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="the child has a copy of the database")
def test_a_process_killed_while_it_waits_for_the_response(fake_stripe, start, team, monkeypatch):
    fake_stripe.slow(60, path="/v1/customers", method="POST", times=1)
    child = start("being_killed")
    while not posts(fake_stripe):
        assert child.poll() is None, child.stderr.read()
        time.sleep(0.02)
    os.kill(child.pid, signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    child.communicate()
    row = CustomerCreation.objects.get()
    assert (row.status, row.claim != "") == ("pending", True)
    customer = customer_for(team)
    assert len(posts(fake_stripe)) == 1
    assert customer.metadata["stripe_django"] == row.token
    assert creations.LEASE == 20
