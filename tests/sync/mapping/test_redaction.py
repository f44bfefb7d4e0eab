"""What must never be stored is nowhere in the database; what looks like it is left alone."""

import json
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import connection

from stripe_django import sync
from stripe_django.models import Account, Charge, Event, Invoice
from stripe_django.sync.mapping.redaction import (
    ANYWHERE,
    SECRETS,
    may_contain_secret,
    without_secrets,
)

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
    return {"id": f"x_{key}", "object": name, key: SECRET, "kept": kept(name, key)}


def kept(name, key):
    return f"what is beside {key} of {name}"


def charge(number=1, **more):
    return {"id": f"ch_{number}", "object": "charge", **more}


def event(payload, number=1, **data):
    return {
        "id": f"evt_{number}",
        "object": "event",
        "created": 1767225600,
        "type": "anything.updated",
        "data": {"object": payload, **data},
    }


def wrapped(payload, depth):
    for _ in range(depth):
        payload = {"a": [payload]}
    return payload


EACH = list(enumerate(sorted(SECRETS)))


@pytest.mark.parametrize("holder", ["source", "new", "customer", "fraud_details"])
@pytest.mark.parametrize("depth", [0, 12, 40])
def test_a_secret_is_dropped_at_any_depth(holder, depth):
    held = [(number, {holder: wrapped(carrier(*secret), depth)}) for number, secret in EACH]
    sync.apply([charge(number, **each) for number, each in held], as_of=WHEN)
    text = stored_text()
    assert SECRET not in text
    for name, key in SECRETS:
        if name != "account" or holder != "customer":
            assert kept(name, key) in text


def test_a_secret_is_dropped_from_events():
    sync.apply(
        [
            event(carrier(name, key), number, previous_attributes={key: SECRET, "status": "too"})
            for number, (name, key) in EACH
        ]
    )
    assert SECRET not in stored_text()
    for number, (name, key) in EACH:
        data = Event.objects.get(stripe_id=f"evt_{number}").data
        assert data["object"] == {"id": f"x_{key}", "object": name, "kept": kept(name, key)}
        assert data["previous_attributes"] == {"status": "too"}


@pytest.mark.parametrize(
    "unsafe",
    [
        "a\0b",
        "\ud83d",
        float("nan"),
        [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]],
    ],
)
def test_a_secret_is_dropped_beside_what_a_database_refuses(unsafe):
    payloads = [
        (number, key, carrier(name, key) | {"unsafe": unsafe}) for number, (name, key) in EACH
    ]
    sync.apply(
        [charge(n, new=each, source=each, metadata={"a": unsafe}) for n, _, each in payloads],
        as_of=WHEN,
    )
    sync.apply([event(each, n, previous_attributes={key: SECRET}) for n, key, each in payloads])
    assert Charge.objects.count() == Event.objects.count() == len(SECRETS)
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


def test_metadata_is_not_touched():
    for number, (name, key) in EACH:
        metadata = {key: "mine", "object": name, "nested": {key: "mine"}}
        payload = {"id": "x_1", "object": name, "metadata": metadata, key: SECRET}
        row = sync.apply(charge(number, metadata=metadata, source=payload), as_of=WHEN).row
        assert row.metadata == metadata
        assert row.source == {"id": "x_1", "object": name, "metadata": metadata}
        sync.apply(event(payload, number, previous_attributes={"metadata": metadata, key: SECRET}))
        data = Event.objects.get(stripe_id=f"evt_{number}").data
        assert data["object"]["metadata"] == data["previous_attributes"]["metadata"] == metadata
    assert SECRET not in stored_text()


def test_a_client_secret_is_dropped_from_any_object():
    unicorn = {"id": "u_1", "object": "unicorn", "client_secret": SECRET, "kept": {"a": [1]}}
    sync.apply([event(unicorn), charge(client_secret=SECRET, new=unicorn)], as_of=WHEN)
    assert SECRET not in stored_text()
    left = {key: value for key, value in unicorn.items() if key != "client_secret"}
    assert Event.objects.get().data == {"object": left}
    assert Charge.objects.get().extra["new"] == left


@pytest.mark.parametrize("key", sorted({key for _, key in SECRETS} - ANYWHERE))
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


URL = "https://hooks.stripe.com/redirect/authenticate/src_1"


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (f"{URL}?client_secret={SECRET}", f"{URL}?client_secret="),
        (f"{URL}?a=1&client_secret={SECRET}&b=2#c", f"{URL}?a=1&client_secret=&b=2#c"),
        (f"{URL}?payment_intent_client_secret={SECRET}", f"{URL}?payment_intent_client_secret="),
        (f"{URL}#setup_intent_client_secret={SECRET}", f"{URL}#setup_intent_client_secret="),
        (
            f"https://example.com/?to=https%3A%2F%2Fa%3Fclient_secret%3D{SECRET}%26b%3D2",
            "https://example.com/?to=https%3A%2F%2Fa%3Fclient_secret%3D%26b%3D2",
        ),
        (
            f"https://a.com/?to=b%25253Fclient_secret%25253D{SECRET}%252526c%25253d2",
            "https://a.com/?to=b%25253Fclient_secret%25253D%252526c%25253d2",
        ),
        (f"{URL}?CLIENT_Secret={SECRET}&b=2", f"{URL}?CLIENT_Secret=&b=2"),
        (f"{URL}?client%5Fsecret=a%5F{SECRET}&b=2", f"{URL}?client%5Fsecret=&b=2"),
        (f"{URL}?to=client%255fsecret%253d{SECRET}", f"{URL}?to=client%255fsecret%253d"),
    ],
)
def test_a_secret_in_a_url_is_cut_out_wherever_the_url_is(sent, stored):
    action = {"type": "use_stripe_sdk", "use_stripe_sdk": {"stripe_js": sent, "all": [sent]}}
    intent = {"id": "pi_1", "object": "payment_intent", "next_action": action, "new_key": sent}
    source = {"id": "src_1", "object": "source", "redirect": {"url": sent}}
    session = {"id": "cs_1", "object": "checkout.session", "success_url": sent}
    told = {"id": "evt_1", "object": "event", "type": "payment_intent.requires_action"}
    previous = {"next_action": {"url": sent}}
    data = {"object": intent | {"id": "pi_2"}, "previous_attributes": previous}
    sync.apply(
        [intent, source, session, told | {"created": 1_700_000_000, "data": data}], as_of=WHEN
    )
    assert SECRET not in stored_text()
    shown = [row.to_stripe() for row in sync.apply([intent, source, session], as_of=WHEN).rows]
    cut = {**action, "use_stripe_sdk": {"stripe_js": stored, "all": [stored]}}
    assert (shown[0]["next_action"], shown[0]["new_key"]) == (cut, stored)
    assert shown[1]["redirect"] == {"url": stored}
    assert shown[2]["success_url"] == stored


@pytest.mark.parametrize("secret", [SECRET, "\u00e9", "\x01", "\u2028", "%5fx"])
@pytest.mark.parametrize("name", ["client_secret=", "Client%5FSECRET%3D", "client_secret%25253d"])
def test_the_quick_look_finds_what_the_thorough_one_does(name, secret):
    url = f"{URL}?{name}{secret}"
    assert without_secrets(url) != url
    for is_ascii in (True, False):
        assert may_contain_secret(json.dumps({"a": url}, ensure_ascii=is_ascii), "charge")


def test_a_url_in_metadata_is_left_alone():
    metadata = {"link": f"{URL}?client_secret={SECRET}"}
    row = sync.apply(charge(metadata=metadata), as_of=WHEN).row
    assert row.metadata == metadata
