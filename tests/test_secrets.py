"""What must never be stored is nowhere in the database; what looks like it is left alone."""

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import connection

from stripe_django import sync
from stripe_django.models import Account, Charge, Event, Invoice
from stripe_django.sync.secrets import SECRETS

pytestmark = pytest.mark.django_db

SECRET = "s3cr3t-value"
WHEN = datetime(2026, 1, 1, tzinfo=UTC)


def stored_text():
    """Every column of every row, as text."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_app_config("stripe_django").get_models():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")
            found += [str(value) for row in cursor.fetchall() for value in row]
    return "\n".join(found)


def carrier(name, key):
    return {"id": "x_1", "object": name, key: SECRET, "kept": "kept-value"}


def charge(**more):
    return {"id": "ch_1", "object": "charge", **more}


def event(payload, **data):
    return {
        "id": "evt_1",
        "object": "event",
        "created": 1767225600,
        "type": "anything.updated",
        "data": {"object": payload, **data},
    }


def wrapped(payload, depth):
    for _ in range(depth):
        payload = {"a": [payload]}
    return payload


each_secret = pytest.mark.parametrize(("name", "key"), sorted(SECRETS))


@each_secret
@pytest.mark.parametrize("holder", ["source", "new", "customer", "fraud_details"])
@pytest.mark.parametrize("depth", [0, 12, 40])
def test_a_secret_is_dropped_at_any_depth(name, key, holder, depth):
    sync.apply(charge(**{holder: wrapped(carrier(name, key), depth)}), as_of=WHEN)
    text = stored_text()
    assert SECRET not in text
    if name != "account" or holder != "customer":
        assert "kept-value" in text


@each_secret
def test_a_secret_is_dropped_from_events(name, key):
    sync.apply(event(carrier(name, key), previous_attributes={key: SECRET, "status": "kept-too"}))
    assert SECRET not in stored_text()
    data = Event.objects.get().data
    assert data["object"] == {"id": "x_1", "object": name, "kept": "kept-value"}
    assert data["previous_attributes"] == {"status": "kept-too"}


@each_secret
@pytest.mark.parametrize(
    "unsafe",
    [
        "a\0b",
        "\ud83d",
        float("nan"),
        [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]],
    ],
)
def test_a_secret_is_dropped_beside_what_a_database_refuses(name, key, unsafe):
    payload = {**carrier(name, key), "unsafe": unsafe}
    sync.apply(charge(new=payload, source=payload, metadata={"a": unsafe}), as_of=WHEN)
    sync.apply(event(payload, previous_attributes={key: SECRET}))
    assert SECRET not in stored_text()


def test_a_modelled_objects_own_secret_is_dropped():
    keys = {"secret": SECRET, "publishable": SECRET}
    row = sync.apply({"id": "acct_1", "object": "account", "keys": keys, "email": "a"}).row
    assert row.to_stripe() == {"id": "acct_1", "object": "account", "email": "a"}
    assert Account.objects.count() == 1
    assert SECRET not in stored_text()


def test_an_invoices_confirmation_secret_is_dropped():
    confirmation = {"client_secret": SECRET, "type": "payment_intent"}
    sync.apply({"id": "in_1", "object": "invoice", "confirmation_secret": confirmation})
    sync.apply(event({"id": "in_1", "object": "invoice", "confirmation_secret": confirmation}))
    assert SECRET not in stored_text()
    kept = Invoice.objects.get().to_stripe()["confirmation_secret"]
    assert kept == {"type": "payment_intent"}


def test_a_secret_in_a_nested_row_is_dropped_from_both():
    account = {"id": "acct_1", "object": "account", "keys": {"secret": SECRET}}
    sync.apply(charge(destination=account, new={"a": account}), as_of=WHEN)
    assert Account.objects.get().to_stripe() == {"id": "acct_1", "object": "account"}
    assert SECRET not in stored_text()


@each_secret
def test_metadata_is_not_touched(name, key):
    metadata = {key: "mine", "object": name, "nested": {key: "mine"}}
    payload = {"id": "x_1", "object": name, "metadata": metadata, key: SECRET}
    row = sync.apply(charge(metadata=metadata, source=payload), as_of=WHEN).row
    assert row.metadata == metadata
    assert row.source == {"id": "x_1", "object": name, "metadata": metadata}
    sync.apply(event(payload, previous_attributes={"metadata": metadata, key: SECRET}))
    data = Event.objects.get().data
    assert data["object"]["metadata"] == data["previous_attributes"]["metadata"] == metadata
    assert SECRET not in stored_text()


@pytest.mark.parametrize("key", sorted({key for _, key in SECRETS}))
def test_what_only_has_the_name_of_a_secret_stays(key):
    payload = charge(new={key: "kept", "object": "unicorn"}, source={"object": "card", key: "kept"})
    payload[key] = "kept"
    assert sync.apply(payload, as_of=WHEN).row.to_stripe() == payload
    assert Charge.objects.get().extra[key] == "kept"


def test_a_secret_is_not_told_in_errors():
    payloads = [{**carrier(name, key), "id": object()} for name, key in sorted(SECRETS)]
    result = sync.apply([*payloads, charge(new=[*payloads])], as_of=WHEN)
    assert len(result.failures) == len(payloads) + 1
    assert SECRET not in repr(result.failures)
