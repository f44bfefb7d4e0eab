"""What ``to_stripe()`` gives back for a payload, and how a test finds out."""

import re

from django.db import transaction

from stripe_django import fields, registry, sync
from stripe_django.models import Home
from stripe_django.sync.mapping.redaction import SECRETS

PREVIEWS = ("upcoming_in", "il_tmp")
# A live event changes none of the mirror of test objects that the tests have.
OF_BOTH_MODES = ("account", "capability", "person")


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
    if isinstance(value, str) and "client_secret" in value:
        return re.sub("(client_secret(=|%3D))[^&#%]*", r"\1", value)
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


def every_hash(value):
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, dict | list):
            yield from every_hash(item)


def ids(payloads):
    return {str(each.get("id") or each["object"]) for each in payloads if each.get("object")}


def apart(payloads):
    """Batches in which no payload says anything about an object that another one is."""
    batches = []
    for payload in payloads:
        own, whole = ids(parts(payload)), ids(every_hash(payload))
        room = (each for each in batches if not (each[1] & whole or each[2] & own))
        batch, compared, named = next(room, ([], set(), set()))
        if not batch:
            batches.append((batch, compared, named))
        batch.append(payload)
        compared |= own
        named |= whole
    return [batch for batch, *_ in batches]


def inner(event):
    """The object in an event."""
    return event["data"].get("object") if isinstance(event.get("data"), dict) else None


def is_refused(payload):
    """Whether it has no id, nor the id of an owner: a bare stub; or is a preview by its ids."""
    lines = payload.get("lines")
    url = lines.get("url") if isinstance(lines, dict) else None
    if "/upcoming" in str(url) or any(
        str(payload.get(key)).startswith(PREVIEWS) for key in ("id", "invoice")
    ):
        return True
    keys = ("id", *registry.by_object_name()[payload["object"]].stripe.id_from)
    return not any(key == "mode" or payload.get(key) for key in keys)


def parts(payload):
    """The payload, and the object in it if it is an event that may change one."""
    is_event = payload["object"] == "event" and is_modelled(inner(payload))
    if not is_event or (payload.get("livemode") and inner(payload)["object"] in OF_BOTH_MODES):
        return [payload]
    return [payload, inner(payload)]


def assert_given_back(payloads, also=None):
    """All of them, and the objects in events among them, where nothing else is stored.

    ``also`` is called with each payload and its row.
    """
    Home.objects.get_or_create(pk=Home.SINGLETON, defaults={"livemode": False})
    for batch in apart(payloads):
        with transaction.atomic():
            result = sync.apply(batch)
            whole = [part for payload in batch for part in parts(payload)]
            kept = [part for part in whole if not is_refused(part)]
            for row, payload in zip(result.rows, kept, strict=True):
                assert row.to_stripe() == expected(payload)
                if also is not None:
                    also(payload, row)
            transaction.set_rollback(True)
        assert len(result.failures) == len(whole) - len(kept)
