"""Every payload of the corpus that belongs to a model: nothing raises, nothing is lost."""

from collections import Counter

import pytest

from stripe_django import registry
from stripe_django.exceptions import MissingIdError

from .corpus import FILES, needs_corpus, records
from .round_trip import applied_and_undone, expected, is_modelled

pytestmark = [pytest.mark.django_db, needs_corpus]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_round_trip(path, record_property):
    seen = Counter()
    for number, record in enumerate(records(path), 1):
        for payload in members(record["payload"]):
            if is_modelled(payload):
                seen[check(payload, f"{path.name}:{number}")] += 1
            else:
                seen[f"of no model ({name_of(payload)})"] += 1
    counts = ", ".join(f"{count} {what}" for what, count in sorted(seen.items()))
    record_property("summary", f"{path.name}: {counts}")


def members(payload):
    """The objects of a list, or the one that a payload is."""
    is_list = isinstance(payload, dict) and payload.get("object") == "list"
    return payload["data"] if is_list else [payload]


def name_of(payload):
    """What an object without a model is, as far as it says so."""
    name = payload.get("object") if isinstance(payload, dict) else None
    if isinstance(name, str) and name:
        return name
    deleted = isinstance(payload, dict) and payload.get("deleted")
    return "a bare stub" if deleted else "without a name"


def check(payload, where):
    try:
        given_back, result = applied_and_undone(payload)
    except MissingIdError:
        return refused(payload, where)
    assert given_back[0] == expected(payload), where
    if payload["object"] != "event":
        return "equal"
    inner = payload["data"].get("object") if isinstance(payload.get("data"), dict) else None
    if not is_modelled(inner):
        return f"events about no model ({name_of(inner)})"
    if len(given_back) == 1:
        assert len(result.failures) == 1, where
        return f"events with {refused(inner, where)}"
    assert given_back[1] == expected(inner), where
    return "events with an equal object"


def refused(payload, where):
    """Right only for what has no id, nor the id of an owner: previews and bare stubs."""
    model = registry.by_object_name()[payload["object"]]
    assert not payload.get("id"), where
    assert not any(payload.get(key) for key in model.ID_FROM), where
    return f"refused {payload['object']} without id"
