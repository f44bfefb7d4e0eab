"""Every payload of the corpus that belongs to a model: nothing raises, nothing is lost.

Each column that a key of the payload names has what the payload has, too.
"""

from collections import Counter

import pytest

from tests.column_check import wrong_columns
from tests.corpus import FILES, needs_corpus, records
from tests.round_trip import assert_given_back, inner, is_modelled, is_refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("both_modes"), needs_corpus]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_round_trip(path, record_property):
    payloads = [each for record in records(path) for each in members(record["payload"])]
    assert_given_back(filter(is_modelled, payloads), also=assert_columns)
    seen = Counter(map(what_is, payloads))
    counts = ", ".join(f"{count} {what}" for what, count in sorted(seen.items()))
    record_property("summary", f"{path.name}: {counts}")


def assert_columns(payload, row):
    wrong = wrong_columns(payload, row)
    assert wrong == {}, f"{type(row).__name__} {row.stripe_id}"


def members(payload):
    """The objects of a list, or the one that a payload is."""
    is_list = isinstance(payload, dict) and payload.get("object") == "list"
    return payload["data"] if is_list else [payload]


def what_is(payload):
    if not is_modelled(payload):
        return f"of no model ({name_of(payload)})"
    if is_refused(payload):
        return f"refused {payload['object']} without id"
    if payload["object"] != "event":
        return "equal"
    about = inner(payload)
    if not is_modelled(about):
        return f"events about no model ({name_of(about)})"
    return f"events with {'an equal object' if what_is(about) == 'equal' else what_is(about)}"


def name_of(payload):
    """What an object without a model is, as far as it says so."""
    name = payload.get("object") if isinstance(payload, dict) else None
    if isinstance(name, str) and name:
        return name
    deleted = isinstance(payload, dict) and payload.get("deleted")
    return "a bare stub" if deleted else "without a name"
