"""Every payload of the corpus that belongs to a model: nothing raises, nothing is lost."""

from collections import Counter

import pytest
from django.db import transaction

from stripe_django import fields, registry, sync
from stripe_django.exceptions import MissingIdError
from stripe_django.sync.secrets import SECRETS

from .corpus import FILES, needs_corpus, records

pytestmark = [pytest.mark.django_db, needs_corpus]


def is_modelled(value):
    name = value.get("object") if isinstance(value, dict) else None
    return isinstance(name, str) and name in registry.by_object_name()


def as_id(value):
    has_id = is_modelled(value) and value.get("id") and isinstance(value["id"], str)
    return value["id"] if has_id else value


def without_secrets(value, name=None):
    if isinstance(value, dict):
        inner = value.get("object")
        name = (inner.get("object") if isinstance(inner, dict) else inner) or name
        return {
            key: item if key == "metadata" else without_secrets(item, name)
            for key, item in value.items()
            if (name, key) not in SECRETS
        }
    if isinstance(value, list):
        return [without_secrets(item, name) for item in value]
    return value


def expected(payload):
    model = registry.by_object_name()[payload["object"]]
    references = {
        field.payload_key
        for field in model._meta.concrete_fields
        if isinstance(field, fields.Reference)
    }
    plain = without_secrets(payload)
    return {key: as_id(value) if key in references else value for key, value in plain.items()}


def applied_and_undone(payload):
    """What came of a payload in an empty database: the row's payload, and the inner one's."""
    with transaction.atomic():
        result = sync.apply(payload)
        given_back = [row.to_stripe() for row in result.rows]
        transaction.set_rollback(True)
    return given_back, result


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_round_trip(path, record_property):
    seen = Counter()
    for number, record in enumerate(records(path), 1):
        payload = record["payload"]
        if not is_modelled(payload):
            seen["of another object"] += 1
            continue
        seen[check(payload, f"{path.name}:{number}")] += 1
    counts = ", ".join(f"{count} {what}" for what, count in sorted(seen.items()))
    record_property("summary", f"{path.name}: {counts}")


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
        return "events of another object"
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
