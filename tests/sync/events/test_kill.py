"""Kill -9 between any two steps: after a restart nothing is lost, nor what is recorded redone."""

import json

import pytest
from django.db import connection

from tests import child

pytestmark = pytest.mark.django_db(transaction=True)

DONE = {"first": "done", "second": "done"}
ONCE = {"first": 1, "second": 1}


def kinds(deaths, key):
    return {json.dumps(each["before"][key]) for each in deaths}


def test_whoever_is_killed_at_any_step_has_lost_nothing(tmp_path, record_property):
    said = child.run("tests.killing", tmp_path, tmp_path / "log")
    for way, deaths in map(json.loads, said):
        has_lost_nothing(deaths, is_at_once=way == "at once")
        text = f"kill -9 at each of {len(deaths) - 1} steps, {way}, on {connection.vendor}"
        record_property("summary", text)


def has_lost_nothing(deaths, *, is_at_once):
    *killed, completed = deaths
    assert [each["died"] for each in deaths] == [*[True] * len(killed), False]
    for each in killed:
        before, restarted, after = each["before"], each["restarted"], each["after"]
        assert restarted == after or not before["event"]
        assert (after["event"], after["row"]) == (["applied"], [2, "read", False])
        assert (after["runs"], after["groups"], after["reads"]) == (DONE, ONCE, 0)
        for handler in ONCE:
            is_recorded = before["runs"].get(handler) == "done"
            again = after["lines"][handler] - before["lines"].get(handler, 0)
            assert again == (not is_recorded)
    assert completed["before"] == completed["after"]
    assert len(kinds(killed, "event")) == 3 - is_at_once  # not stored, received, applied
    assert len(kinds(killed, "runs")) == 4  # none, waiting, one done, both done
    assert len(kinds(killed, "reads")) == 2
