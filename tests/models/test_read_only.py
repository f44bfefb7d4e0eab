"""Rows are read-only to everybody but the sync; they can be carried over, and erased."""

import asyncio
from datetime import UTC, datetime
from inspect import iscoroutinefunction

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import transaction

from stripe_django import sync
from stripe_django.exceptions import ReadOnlyError
from stripe_django.models import BalanceTransaction, Card, Charge, Customer, Dispute, Event, Plan
from stripe_django.models.querysets.base import WRITERS
from stripe_django.sync.erasure.rows import erase as erase_row

pytestmark = pytest.mark.django_db

WHEN = datetime(2026, 1, 1, 12, 30, 15, 250000, tzinfo=UTC)
ADVICE = "stripe_django.client"


def customer(stripe_id="cus_1", **more):
    return {"id": stripe_id, "object": "customer", "email": "a@example.com", **more}


def charge(stripe_id="ch_1", **more):
    return {"id": stripe_id, "object": "charge", "amount": 5, "customer": "cus_1", **more}


def dispute(stripe_id="dp_1", transaction="txn_1"):
    entries = [{"id": transaction, "object": "balance_transaction"}]
    return {"id": stripe_id, "object": "dispute", "balance_transactions": entries}


@pytest.fixture
def rows():
    return sync.apply([customer(), charge(), dispute()], as_of=WHEN).rows


def assert_refused(function, *args, **kwargs):
    async def awaited():
        return await function(*args, **kwargs)

    with pytest.raises(ReadOnlyError) as raised, transaction.atomic():
        asyncio.run(awaited()) if iscoroutinefunction(function) else function(*args, **kwargs)
    assert ADVICE in str(raised.value)
    assert str(raised.value).partition("(")[0] in (*WRITERS, "save", "asave")


@pytest.mark.parametrize("name", ["save", "asave", "delete", "adelete"])
def test_a_row_cannot_be_written(name, rows):
    for row in rows:
        assert_refused(getattr(row, name))


@pytest.mark.parametrize("name", WRITERS)
def test_nor_can_managers_and_querysets(name, rows):
    for manager in (Charge.objects, Charge.objects.filter(amount=5), Charge.objects.alive()):
        assert_refused(getattr(manager, name))
        assert_refused(getattr(manager, name), amount=6)


@pytest.mark.parametrize(
    "name", ["create", "get_or_create", "update_or_create", "update", "delete"]
)
def test_nor_can_related_managers(name, rows):
    owner, _, about = rows
    for manager in (owner.charges, about.balance_transaction, owner.cards):
        assert_refused(getattr(manager, name))


def test_nothing_moves_from_one_owner_to_another(rows):
    owner, moved, _ = rows
    other = sync.apply(customer("cus_2"), as_of=WHEN).row
    assert_refused(owner.charges.remove, moved)
    assert_refused(owner.charges.clear)
    assert_refused(other.charges.add, moved)
    assert_refused(other.charges.set, [moved])
    assert Charge.objects.get().customer == owner


def test_links_cannot_be_changed(rows):
    about = rows[2]
    linked = about.balance_transaction.get()
    other = sync.apply({"id": "txn_2", "object": "balance_transaction"}, as_of=WHEN).row
    assert_refused(about.balance_transaction.add, other)
    assert_refused(about.balance_transaction.set, [other])
    assert_refused(about.balance_transaction.remove, linked)
    assert_refused(about.balance_transaction.clear)
    assert_refused(linked.disputes.clear)
    through = Dispute.balance_transaction.through
    assert_refused(through.objects.create, dispute=about, balance_transaction=other)
    assert_refused(through.objects.get().delete)
    assert_refused(through(dispute=about, balance_transaction=other).save)
    assert list(about.balance_transaction.all()) == [linked]


def test_nothing_was_changed(rows):
    before = contents()
    for row in rows:
        for write in (row.save, row.delete, type(row).objects.all().delete):
            assert_refused(write)
    assert contents() == before


def contents():
    models = apps.get_app_config("stripe_django").get_models()
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in models}


def test_rows_can_be_dumped_and_loaded(rows, tmp_path):
    strange = {"a": "\0", "b": "\ud83d", "c": 0.1, "d": 2**70, "_absent": 1}
    plan = {"id": "Gold ", "object": "plan", "metadata": strange, "percent": 1e300}
    refused = {"id": "sub_1", "object": "subscription", "tax_percent": 7.7, "plan": "Gold "}
    sync.apply([plan, refused], as_of=WHEN)
    before = contents()
    file = tmp_path / "rows.json"
    call_command("dumpdata", "stripe_django", output=str(file), verbosity=0)
    for model in apps.get_app_config("stripe_django").get_models():
        model._base_manager.all()._raw_delete("default")
    call_command("loaddata", str(file), verbosity=0)
    after = contents()
    for rows_of_model in (*before.values(), *after.values()):
        for row in rows_of_model:
            to_milliseconds(row)
    assert after == before
    assert Plan.objects.get().to_stripe() == plan


def to_milliseconds(row):
    """Django writes times into JSON no finer than that."""
    for key, value in row.items():
        if isinstance(value, datetime):
            row[key] = value.replace(microsecond=value.microsecond // 1000 * 1000)


def event(stripe_id, payload):
    return {
        "id": stripe_id,
        "object": "event",
        "created": 1767225600,
        "type": "customer.updated",
        "data": {"object": payload},
    }


def test_erase_removes_the_row_and_the_events_that_show_it(rows):
    sync.apply([event("evt_1", customer()), event("evt_2", customer("cus_2"))])
    sync.apply(event("evt_3", charge("cus_1")))
    erase_row(Customer.objects.get(stripe_id="cus_1"))
    assert [row.stripe_id for row in Customer.objects.all()] == ["cus_2"]
    assert sorted(row.stripe_id for row in Event.objects.all()) == ["evt_2", "evt_3"]


def test_erase_leaves_what_refers_to_the_row(rows):
    erase_row(Customer.objects.get())
    row = Charge.objects.get(stripe_id="ch_1")
    assert (row.customer_id, row.customer) == ("cus_1", None)


def test_erase_removes_the_links_of_the_row_alone(rows):
    sync.apply(dispute("dp_2"), as_of=WHEN)
    sync.erase(Dispute.objects.get(stripe_id="dp_1"))
    links = Dispute.balance_transaction.through._base_manager.values_list("dispute_id", flat=True)
    assert list(links) == ["dp_2"]
    assert BalanceTransaction.objects.count() == 1


def test_what_was_erased_comes_back_with_the_next_sync(rows):
    erase_row(Customer.objects.get())
    assert sync.apply(customer(), as_of=WHEN).counts["created"] == 1


def test_reading_is_not_hindered(rows):
    assert (Charge.objects.count(), Charge.objects.first().amount, Card.objects.exists()) == (
        1,
        5,
        False,
    )
    assert [row.stripe_id for row in Customer.objects.get().charges.all()] == ["ch_1"]
