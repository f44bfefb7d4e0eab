"""``sync.erase`` of a customer: the person goes from everything, and nothing brings them back."""

import json

import pytest
from django.core.management import CommandError, call_command

from stripe_django import sync
from stripe_django.models import (
    Charge,
    Customer,
    InboxEvent,
)
from stripe_django.sync.mapping.rows import content_of
from stripe_django.webhooks import on
from tests.everything import Everything
from tests.posting import post

from .people import PERSON, business, dump, finds, of_person, payloads, without_times

pytestmark = pytest.mark.django_db

AMOUNTS = ("amount", "amount_refunded", "amount_paid", "total", "fee", "net", "balance", "status")


def amounts(rows):
    return {
        (*key, name): values[name]
        for key, values in rows.items()
        for name in (*AMOUNTS, "currency", "created", "stripe_id", "customer_id")
        if name in values and key[0] not in ("InboxEvent", "Erasure", "ErasedObject")
    }


@pytest.mark.usefixtures("no_handlers")
def test_nothing_is_found_of_the_person_and_nothing_brings_it_back(client, capsys):
    @on("charge.refunded")
    def failing(event, row):
        raise ValueError(f"{json.dumps(row.to_stripe())} is refused")

    shop, person = business()
    with shop.stripe.installed():
        events = Everything(shop.stripe).events
        shop.stripe.deliver(client, "/stripe/webhook/")
        call_command("stripe_sync", verbosity=0)
        wanted = of_person(shop, person)
        before = dump()
        places = {(name, column) for name, _, column, _ in finds(wanted, before)}
        assert len(places) > 30, places
        assert ("HandlerRun", "error") in places
        expected = sync.erase(person["id"], dry_run=True)
        assert dump() == before

        report = sync.erase(person["id"])
        assert report.is_done
        assert (report.rows, report.values) == (expected.rows, expected.values)
        after = dump()
        assert finds(wanted, after) == []
        assert row_of(person, before)
        assert not row_of(person, after)
        assert amounts(after) == {
            key: value
            for key, value in amounts(before).items()
            if key[:2] != row_of(person, before)
        }
        check_others(before, after, shop, person)

        again = sync.erase(person["id"])
        assert not again.rows
        same = mirrored(dump())
        for step in steps(shop, person, events, client):
            step()
            now = dump()
            assert finds(wanted, now) == [], step.__name__
            if step.__name__ == "a_poll":  # from which on there is something new
                same = {}
            assert differences(same, mirrored(now)) == [], step.__name__


def row_of(person, rows):
    """The key of the customer's own row, if there is one."""
    keys = (key for key in rows if key[0] == "Customer")
    return next((key for key in keys if rows[key]["stripe_id"] == person["id"]), None)


def differences(before, after):
    return [
        (*key, name, value, after[key][name])
        for key, values in before.items()
        for name, value in values.items()
        if value != after[key][name]
    ]


def mirrored(rows):
    """The rows of payments, without times, and without what Stripe sends on request only."""
    known = ("Customer", "Charge", "Invoice", "PaymentIntent", "PaymentMethod", "Refund", "Event")
    found = {key: each for key, each in without_times(rows).items() if key[0] in known}
    return {key: {**each, **_not_on_request(each)} for key, each in found.items()}


def _not_on_request(row):
    """The content alone: an event shows no key that comes on request, and ``extra`` has these."""
    return {"digest": content_of(row["digest"]), "extra": ""}


def check_others(before, after, shop, person):
    """Rows that are not the person's are the same, byte for byte."""
    ids = {person["id"]}
    every = payloads(shop)
    for _ in range(4):
        ids |= {
            key
            for (name, key), each in every.items()
            if any(f'"{known}"' in json.dumps(each) for known in ids)
            and name not in ("payout", "price", "plan", "product", "coupon", "balance")
        }
    changed = {key for key in before if before[key] != after.get(key)}
    others = {
        key
        for key in changed
        if before[key].get("stripe_id") not in ids and key[0] not in ("HandlerRun", "Home")
    }
    assert not others
    assert changed


def steps(shop, person, events, client):
    """All that could bring the person back."""

    def late_and_duplicated_webhooks():
        shop.stripe.deliver(client, "/stripe/webhook/")
        for each in events:
            InboxEvent.objects.filter(event_id=each["id"]).delete()
        for each in events:
            if person["id"] in json.dumps(each):
                post(each, secret=shop.stripe.webhook_secret)

    def retries():
        with pytest.raises(CommandError):  # the handler fails again
            call_command("stripe_events", "retry", "--all", verbosity=0)

    def a_full_sync():
        call_command("stripe_sync", "--full", verbosity=0)

    def an_incremental_sync():
        call_command("stripe_sync", verbosity=0)

    def a_poll():
        shop.charge(person, 321, receipt_email=PERSON["email"], description=PERSON["name"])
        call_command("stripe_events", "poll", verbosity=0)

    def a_new_event():
        shop.refund(shop.charge(person, 654, receipt_email=PERSON["email"]))
        shop.stripe.deliver(client, "/stripe/webhook/")

    def an_old_payload():
        for each in payloads(shop).values():
            if person["id"] in json.dumps(each) and each["object"] != "item":
                sync.apply({**each, "within": None}, as_of=shop.stripe.now)

    def a_read():
        with pytest.raises(Customer.DoesNotExist, match="was erased here"):
            sync.fetch(Customer, person["id"])
        sync.refresh(Charge.objects.filter(customer=person["id"]).last())

    return (
        *(late_and_duplicated_webhooks, retries, a_full_sync, an_incremental_sync),
        *(a_poll, a_new_event, an_old_payload, a_read),
    )
