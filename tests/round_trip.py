"""What ``to_stripe()`` gives back for a payload, and how a test finds out."""

from django.db import transaction

from stripe_django import fields, registry, sync
from stripe_django.sync.secrets import SECRETS


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
