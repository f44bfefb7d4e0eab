"""Whose an object is, and what is withheld from it, in whatever order things arrive."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.models import ProtectedError
from django.test import override_settings

from stripe_django import sync
from stripe_django.exceptions import ErasureKeyError, UnknownModeError
from stripe_django.models import (
    Charge,
    Customer,
    CustomerCreation,
    ErasedObject,
    Erasure,
    Event,
    Home,
    InboxEvent,
    PaymentMethod,
    Refund,
)
from stripe_django.sync.erasure import customers, tombstones
from tests.linked.models import Badge, Contract, Note, Tag
from tests.posting import customer, event, post, states

from .people import finds

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2026, 1, 2, tzinfo=UTC)
PERSON = "ada.person@example.com"


def person(**more):
    return customer(email=PERSON, **more)


def charge(stripe_id="ch_1", owner="cus_1", **more):
    details = {"email": PERSON, "name": "Ada"}
    return {
        **{"id": stripe_id, "object": "charge", "amount": 100, "customer": owner},
        **{"billing_details": details, "livemode": False},
        **more,
    }


def refund(**more):
    found = {"id": "re_1", "object": "refund", "amount": 5, "charge": "ch_1"}
    return {**found, "instructions_email": PERSON, "livemode": False, **more}


def method(**more):
    details = {"email": PERSON}
    found = {"id": "pm_1", "object": "payment_method", "billing_details": details}
    return {**found, "customer": None, **more}


def stored_only():
    return override_settings(STRIPE_DJANGO={**settings.STRIPE_DJANGO, "APPLY_LATER": True})


@pytest.fixture(autouse=True)
def home():
    return Home.objects.create(livemode=False)


@pytest.fixture
def erased():
    sync.apply(person(), as_of=WHEN)
    sync.erase(Customer.objects.get())


def test_the_row_of_the_customer_goes_and_others_stay_without_the_person():
    sync.apply([person(name="Ada"), charge()], as_of=WHEN)
    sync.erase(Customer.objects.get())
    assert not Customer.objects.exists()
    row = Charge.objects.get()
    assert (row.customer_id, row.as_of) == ("cus_1", WHEN)
    assert row.withheld
    assert not finds([PERSON])


def test_whatever_shows_the_customer_writes_no_row(erased):
    for payload in (person(), person(balance=7), person(deleted=True)):
        assert dict(sync.apply(payload, as_of=LATER).counts) == {"erased": 1}
    found = sync.apply([charge(customer=person()), customer(1, "cus_2")], as_of=LATER)
    assert dict(found.counts) == {"created": 2, "erased": 1}
    assert {row.stripe_id for row in found.rows} == {"ch_1", "cus_2"}
    assert list(Customer.objects.values_list("stripe_id", flat=True)) == ["cus_2"]
    assert not finds([PERSON])


def test_the_same_content_is_the_same_afterwards():
    sync.apply([person(), charge()], as_of=WHEN)
    sync.erase("cus_1")
    assert dict(sync.apply(charge(), as_of=WHEN).counts) == {"unchanged": 1}
    assert dict(sync.apply(charge(), as_of=LATER).counts) == {"unchanged": 1}
    assert dict(sync.apply(charge(amount=7), as_of=LATER).counts)["conflicting"] == 1
    assert not finds([PERSON])


def test_a_snapshot_of_before_the_sweep_is_the_same():
    sync.apply([person(), charge()], as_of=WHEN)
    tombstones.begin("cus_1", "default")
    assert finds([PERSON])
    assert "conflicting" not in sync.apply(charge(), as_of=WHEN).counts
    assert not Charge.objects.get().ambiguous
    assert not finds([PERSON])


def test_plain_relations_get_what_they_say():
    row = sync.apply(person(), as_of=WHEN).row
    note, tag = Note.objects.create(customer=row), Tag.objects.create()
    Badge.objects.create(customer=row)
    tag.customers.add(row)
    sync.erase("cus_1")
    note.refresh_from_db()
    assert note.customer_id is None
    assert not Badge.objects.exists()
    assert not tag.customers.exists()


def test_a_protected_customer_is_not_erased_at_all():
    row = sync.apply([person(), charge()], as_of=WHEN).row
    contract = Contract.objects.create(customer=row)
    with pytest.raises(ProtectedError):
        sync.erase("cus_1")
    assert not Erasure.objects.exists()
    assert {name for name, *_ in finds([PERSON])} == {"Customer", "Charge"}
    sync.apply(person(balance=8), as_of=LATER)
    assert (Customer.objects.get().balance, Customer.objects.get().email) == (8, PERSON)
    contract.delete()
    sync.erase("cus_1")
    assert not finds([PERSON])


@pytest.mark.parametrize(
    "late",
    [
        charge(),
        charge(owner=None, payment_intent="pi_1"),
        refund(),
        {"id": "txn_1", "object": "balance_transaction", "source": "ch_1", "description": PERSON},
        {
            "id": "pm_1",
            "object": "payment_method",
            "customer": None,
            "billing_details": {"email": PERSON},
        },
        event(7, "charge.updated", charge()),
        event(7, "refund.created", refund()),
        event(7, "x.y", {"id": "x", "object": "unheard_of", "inside": [charge()]}),
        event(7, "payment_method.detached", method(id="pm_9")),
    ],
    ids=lambda payload: str(payload.get("type", payload["object"])),
)
def test_what_comes_later_is_withheld(erased, late):
    if late.get("type") == "payment_method.detached":
        late["data"]["previous_attributes"] = {"customer": "cus_1"}
    intent = {"id": "pi_1", "object": "payment_intent", "customer": "cus_1"}
    sync.apply([intent, charge(payment_method="pm_1")])
    assert not finds([PERSON])
    if late["object"] == "event":
        assert post(late).status_code == 200
        assert states() == {"evt_7": "applied"} or late["type"] == "x.y"
    else:
        sync.apply(late, as_of=LATER)
    assert not finds([PERSON])


def test_what_came_before_its_owner_is_withheld_with_that(erased):
    sync.apply(refund(), as_of=WHEN)
    post(event(1, "refund.created", refund()))
    assert finds([PERSON])  # nothing says whose it is
    post(event(2, "charge.succeeded", charge()))
    assert not finds([PERSON])
    assert Refund.objects.get().amount == 5


def test_other_customers_stay_as_they_are():
    other = {"email": "bob@example.com"}
    sync.apply([person(), customer(1, "cus_2", **other)])
    sync.apply([charge(), charge("ch_2", "cus_2", receipt_email=PERSON)])
    before = list(Customer.objects.filter(stripe_id="cus_2").values())
    sync.erase("cus_1")
    assert list(Customer.objects.filter(stripe_id="cus_2").values()) == before
    assert {key for _, key, _, _ in finds([PERSON])} == {Charge.objects.get(stripe_id="ch_2").pk}


def test_the_same_id_in_another_account_is_another_person():
    for account in ("", "acct_1"):
        sync.apply([person(), charge(f"ch_{account}")], account=account)
    sync.erase("cus_1", account="acct_1")
    assert {row.stripe_id: row.email for row in Customer.objects.all()} == {"cus_1": PERSON}
    with stored_only():
        post(event(1, "customer.updated", person(), account="acct_1"))
        post(event(2, "customer.updated", person()))
    found = {each.event_id: PERSON in each.body for each in InboxEvent.objects.all()}
    assert found == {"evt_1": False, "evt_2": True}
    call_command("stripe_events", "apply", verbosity=0)
    assert list(Customer.objects.values_list("stripe_id", flat=True)) == ["cus_1"]


def test_a_failed_event_is_retried_without_the_person():
    broken = event(1, "customer.updated", person(), created=None)
    post(event(2, "customer.created", person(balance=2)))
    with stored_only():
        post(broken)
    assert finds([PERSON], None)
    InboxEvent.objects.filter(event_id="evt_1").update(status="failed", reason=f"{PERSON} is bad")
    sync.erase("cus_1")
    assert not finds([PERSON])
    call_command("stripe_events", "retry", "--all", verbosity=0)
    assert states() == {"evt_1": "applied", "evt_2": "applied"}
    assert not finds([PERSON])


def test_events_whose_objects_have_no_rows_are_found():
    post(event(1, "charge.succeeded", charge()))
    post(
        event(
            2,
            "invoice.created",
            {"id": "in_1", "object": "invoice", "customer": "cus_1", "customer_email": PERSON},
        )
    )
    for model in (Charge, Customer):
        model._base_manager.all()._raw_delete("default")
    sync.erase("cus_1")
    assert not finds([PERSON])


def test_it_is_lifted_by_nothing_but_a_lift(erased):
    sync.apply({"id": "cus_1", "object": "customer", "deleted": True}, as_of=LATER)
    post(event(8, "customer.created", person(balance=9), created=1_900_000_000))
    assert not finds([PERSON])
    assert customers.lift_erasure("cus_1")
    assert not customers.lift_erasure("cus_1")
    assert not Erasure.objects.exists()
    assert not ErasedObject.objects.exists()
    assert Home.objects.get().erasure_keys == ""
    sync.apply(person(balance=10), as_of=datetime(2036, 1, 1, tzinfo=UTC))
    assert Customer.objects.get().email == PERSON


def test_of_two_erasures_one_is_lifted():
    sync.apply([person(), customer(1, "cus_2", email=PERSON)])
    sync.erase("cus_1")
    sync.erase("cus_2")
    customers.lift_erasure("cus_1")
    sync.apply([person(), customer(1, "cus_2", email=PERSON)], as_of=WHEN)
    assert dict(Customer.objects.values_list("stripe_id", "email")) == {"cus_1": PERSON}


def test_a_rotated_key_is_known_as_a_fallback(erased, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another one"
    sync.apply(person(balance=3), as_of=LATER)
    assert not finds([PERSON])
    sync.apply(customer(1, "cus_2", email=PERSON), as_of=WHEN)
    sync.erase("cus_2")
    assert len(Home.objects.get().erasure_keys.split()) == 2
    sync.apply([person(balance=4), customer(4, "cus_2", email=PERSON)], as_of=LATER)
    assert not finds([PERSON])
    assert customers.lift_erasure("cus_1")


def test_without_the_key_nothing_is_written(erased, settings):
    settings.SECRET_KEY = "another one"
    with pytest.raises(ErasureKeyError):
        sync.apply(person(balance=3), as_of=LATER)
    assert post(event(1, "customer.updated", person())).status_code == 503
    assert not finds([PERSON])


def test_nobody_is_erased_before_the_first_sync(home):
    Home.objects.all().delete()
    with pytest.raises(UnknownModeError):
        sync.erase("cus_1")


def test_an_interrupted_one_is_resumed():
    sync.apply([person(), charge(), charge("ch_2"), refund()])
    post(event(1, "refund.created", refund()))

    def interrupt(name, number):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        customers.erase("cus_1", progress=interrupt)
    assert {name for name, *_ in finds([PERSON])} >= {"Charge", "Refund"}
    sync.apply(person(balance=3), as_of=LATER)
    assert not Customer.objects.exists()
    assert customers.resume() == 1
    assert not finds([PERSON])
    assert Erasure.objects.get().finished_at
    assert not ErasedObject.objects.exclude(stripe_id="").exists()
    assert customers.resume() == 0


def test_who_links_to_the_customer_keeps_the_link():
    sync.apply(person(), as_of=WHEN)
    made = {"model": "auth.user", "object_pk": "1", "stripe_account": "", "livemode": False}
    times = {"key_from": WHEN, "token": "t", "idempotency_key": "k"}
    CustomerCreation.objects.create(**made, **times, customer_id="cus_1", params=f'"{PERSON}"')
    sync.erase("cus_1")
    assert CustomerCreation.objects.get().customer_id == "cus_1"
    assert not finds([PERSON])


def test_what_is_known_only_on_request_goes_as_well():
    sync.apply(person(tax_ids={"object": "list", "data": [], "has_more": False}), as_of=WHEN)
    sync.apply(charge(payment_method="pm_1"))
    sync.apply({"id": "pm_1", "object": "payment_method", "billing_details": {"email": PERSON}})
    sync.erase("cus_1")
    assert not finds([PERSON])
    assert PaymentMethod.objects.get().stripe_id == "pm_1"
    assert Event.objects.count() == 0


def test_what_others_have_inside_of_them_goes_without_them():
    other = {"id": "in_2", "object": "invoice", "customer": "cus_2", "note": [charge()]}
    sync.apply([person(), other | {"customer_email": "bob@example.com"}])
    assert {name for name, *_ in finds([PERSON])} == {"Customer", "Charge", "Invoice"}
    expected = sync.erase("cus_1", dry_run=True)
    assert expected.rows == {"customer": 1, "charge": 1, "invoice": 1}
    assert sync.erase("cus_1").values == expected.values
    assert not finds([PERSON])
    assert finds(["bob@example.com"])
    sync.apply(other | {"customer_email": "bob@example.com"}, as_of=LATER)
    post(event(5, "invoice.updated", other | {"customer_email": "bob@example.com"}))
    assert not finds([PERSON])
    assert finds(["bob@example.com"])
