"""The setting: what it may have, and what the check says of the rest."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core import checks

from stripe_django.retention import policy

DOCUMENTED = Path(__file__).parents[2] / "docs/howto/retention.rst"


def found(settings, given):
    settings.STRIPE_DJANGO = {**settings.STRIPE_DJANGO, "RETENTION": given}
    messages = [each for each in checks.run_checks() if each.id == "stripe_django.E030"]
    return [(each.msg, each.hint) for each in messages]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"inbox": 31, "events": 1, "bodies": 1, "handlers": 1, "runs": 1, "changes": 1},
        {"inbox": timedelta(days=31, hours=1), "events": timedelta(days=400)},
        {"events": 7, "last_events": 7},
    ],
)
def test_what_is_right(settings, given):
    assert found(settings, given) == []
    assert set(policy.in_force()) == set(given)


@pytest.mark.parametrize(
    ("given", "message", "hint"),
    [
        ({"inbox": 30}, "['inbox'] is shorter than 31 days", "run twice"),
        ({"inbox": timedelta(days=31) - timedelta(1e-5)}, "is shorter than 31 days", "30 days"),
        ({"events": 0}, "['events'] is shorter than 1 day.", "days"),
        ({"runs": -3}, "['runs'] is shorter than 1 day.", "days"),
        ({"event": 60}, "has the unknown entry 'event'", "Did you mean 'events'?"),
        ({"charges": 60}, "has the unknown entry 'charges'", "changes"),
        ({"zzz": 60}, "has the unknown entry 'zzz'", "It may have inbox, bodies"),
        ({"inbox": "60"}, "['inbox'] is of type str", "number of days"),
        ({"inbox": None}, "['inbox'] is of type NoneType", "leave it out"),
        ({"inbox": True}, "['inbox'] is of type bool", "number of days"),
        ({"inbox": 60.5}, "['inbox'] is of type float", "timedelta"),
        ({"events": 60, "last_events": 30}, "['last_events'] is shorter than", "as long"),
        ({"last_events": 30}, "['last_events'] is shorter than", "as long"),
    ],
)
def test_what_is_wrong(settings, given, message, hint):
    [(said, advice)] = found(settings, given)
    assert said.startswith("STRIPE_DJANGO['RETENTION']")
    assert message in said
    assert hint in advice


def test_a_wrong_type_is_left_to_the_check_of_the_dictionary(settings):
    assert found(settings, []) == []
    settings.STRIPE_DJANGO = {"RETENTION": []}
    assert [each.message[:28] for each in policy.problems()] == ["RETENTION is of type list, n"]


@pytest.mark.parametrize("name", policy.ENTRIES)
def test_each_entry_is_documented(name):
    assert f"\n``{name}``\n" in DOCUMENTED.read_text(encoding="utf-8")
