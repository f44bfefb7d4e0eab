"""Kill -9 between any two steps: after a restart nothing is lost, nor what is recorded redone."""

import json
import os
import subprocess
import sys

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db(transaction=True)

DONE = {"first": "done", "second": "done"}
ONCE = {"first": 1, "second": 1}


@pytest.fixture(params=["", "stripe_django_customer"], ids=["at once", "one after the other"])
def deaths(tmp_path, request):
    """What ``tests.killing`` says, on the database of this test or a copy of it."""
    database = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        database = tmp_path / "copy.sqlite3"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(database)])
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    arguments = [str(database), tmp_path / "log", request.param]
    found = subprocess.run(
        [sys.executable, "-m", "tests.child", "tests.killing", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr[-3000:]
    return [json.loads(line) for line in found.stdout.splitlines()]


def kinds(deaths, key):
    return {json.dumps(each["before"][key]) for each in deaths}


def test_whoever_is_killed_at_any_step_has_lost_nothing(deaths, request, record_property):
    is_at_once = "at once" in request.node.name
    *killed, completed = deaths
    assert [each["died"] for each in deaths] == [*[True] * len(killed), False]
    for each in killed:
        before, restarted, after = each["before"], each["restarted"], each["after"]
        assert restarted == after or not before["event"]
        assert (after["event"], after["row"]) == (["applied"], [7, "read", False])
        assert (after["runs"], after["groups"], after["reads"]) == (DONE, ONCE, 0)
        for handler in ONCE:
            is_recorded = before["runs"].get(handler) == "done"
            again = after["lines"][handler] - before["lines"].get(handler, 0)
            assert again == (not is_recorded)
    assert completed["before"] == completed["after"]
    assert len(kinds(killed, "event")) == 3 - is_at_once  # not stored, received, applied
    assert len(kinds(killed, "runs")) == 4  # none, waiting, one done, both done
    assert len(kinds(killed, "reads")) == 2
    way = request.node.callspec.id
    text = f"kill -9 at each of {len(killed)} steps, {way}, on {connection.vendor}"
    record_property("summary", text)
