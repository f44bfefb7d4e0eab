"""Objects that name the customer inside a hash, or are known by their JSON alone."""

import pytest

from stripe_django import sync
from stripe_django.models import (
    FinancialConnectionsAccount,
    Home,
    PaymentIntent,
    PaymentMethod,
)
from stripe_django.sync.erasure import customers
from tests.posting import event, post

from .people import finds
from .test_reach import LATER, PERSON, WHEN, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]


@pytest.fixture(autouse=True)
def home():
    return Home.objects.create(livemode=False)


HOLDER = {"type": "customer", "customer": "cus_1"}
DETAILS = {"customer": "cus_1", "email": PERSON, "name": "Ada"}
OWNER = {"id": "fcaown_1", "object": "financial_connections.account_owner", "email": PERSON}
OWNERSHIP = {
    **{"id": "fcaowns_1", "object": "financial_connections.account_ownership"},
    "owners": {"object": "list", "data": [OWNER | {"ownership": "fcaowns_1"}], "has_more": False},
}
BANK = {
    **{"id": "fca_1", "object": "financial_connections.account", "account_holder": HOLDER},
    **{"display_name": f"Of {PERSON}", "ownership": OWNERSHIP, "livemode": False},
}
CARD = {"id": "card_1", "object": "card", "customer": "cus_1", "name": PERSON}
NAMED = [
    BANK,
    {"object": "financial_connections.session", "account_holder": HOLDER, "return_url": PERSON},
    {"object": "payment_record", "customer_details": DETAILS},
    {"object": "payment_attempt_record", "customer_details": DETAILS},
    {"object": "radar.payment_evaluation", "customer_details": DETAILS},
    {"object": "token", "email": PERSON, "card": CARD},
    {
        "object": "confirmation_token",
        "payment_method_preview": {"customer": "cus_1", "billing_details": {"email": PERSON}},
    },
    {"object": "invoice", "customer_account": "acct_9", "customer_email": PERSON},
    {"object": "v2.core.account", "id": "acct_9", "contact_email": PERSON},
]


@pytest.mark.parametrize("sent", NAMED, ids=lambda sent: sent["object"])
@pytest.mark.parametrize("is_late", [False, True], ids=["before", "after"])
def test_who_is_named_inside_a_hash_is_erased(sent, is_late):
    sent = {"id": "x_1", "livemode": False, **sent}
    sync.apply(person(customer_account="acct_9"), as_of=WHEN)
    if not is_late:
        sync.apply(sent, as_of=WHEN)
        assert any(name != "Customer" for name, *_ in finds([PERSON]))
        expected = sync.erase("cus_1", dry_run=True)
    report = sync.erase("cus_1")
    if not is_late:
        assert sum(report.rows.values()) > 1
        assert (report.rows, report.values) == (expected.rows, expected.values)
    sync.apply(sent | {"status": "new"}, as_of=LATER)
    post(event(1, "x.updated", sent))
    assert not finds([PERSON])


def test_what_was_read_of_a_bank_account_goes_with_it():
    transaction = {"id": "fctxn_1", "object": "financial_connections.transaction"}
    sync.apply([person(), BANK, transaction | {"account": "fca_1", "description": PERSON}])
    sync.erase("cus_1")
    assert not finds([PERSON])


def test_a_bank_account_of_somebody_else_stays():
    holder = {"type": "customer", "customer": "cus_2"}
    sync.apply([person(), BANK | {"account_holder": holder}])
    sync.erase("cus_1")
    assert FinancialConnectionsAccount.objects.get().display_name == f"Of {PERSON}"
    assert customers.lift_erasure("cus_1")


ORDER = {
    **{"id": "or_1", "object": "order", "customer": "cus_1", "email": PERSON},
    **{"shipping": {"name": PERSON}, "amount": 5},
}
UNKNOWN = {
    "by its customer": ORDER,
    "by its customer as an object": ORDER | {"customer": {"id": "cus_1", "object": "customer"}},
    "inside of another": {"object": "parcel", "customer": "cus_2", "orders": [ORDER]},
}


@pytest.mark.parametrize("shown", UNKNOWN.values(), ids=UNKNOWN)
def test_objects_without_a_model_are_erased_from_events(shown):
    sync.apply(person(), as_of=WHEN)
    post(event(1, "order.created", shown))
    sync.apply({"id": "in_2", "object": "invoice", "customer": "cus_2", "note": [shown]})
    assert {name for name, *_ in finds([PERSON])} == {"Customer", "Event", "Invoice"}
    sync.erase("cus_1")
    assert not finds([PERSON])
    post(event(2, "order.updated", shown))
    assert not finds([PERSON])


def test_an_order_of_somebody_else_stays():
    sync.apply([person(), person(id="cus_2")], as_of=WHEN)
    sync.erase("cus_1")
    post(event(1, "order.created", ORDER | {"customer": "cus_2"}))
    assert {name for name, *_ in finds([PERSON])} == {"Customer", "Event"}


def test_a_customer_under_a_key_without_a_column_counts():
    code = {"id": "prod_1", "object": "product", "customer": "cus_1", "customer_email": PERSON}
    sync.apply([person(), code], as_of=WHEN)
    sync.erase("cus_1")
    assert not finds([PERSON])
    sync.apply(code | {"id": "prod_2"}, as_of=LATER)
    assert not finds([PERSON])


def test_an_order_for_a_charge_is_the_charges():
    paid = {"id": "ch_1", "object": "charge", "customer": "cus_1", "livemode": False}
    order = {"id": "or_1", "object": "order", "charge": "ch_1", "email": PERSON}
    sync.apply([person(), paid], as_of=WHEN)
    post(event(1, "order.created", order))
    sync.erase("cus_1")
    post(event(2, "order.updated", order))
    assert not finds([PERSON])


def test_copies_in_a_column_of_somebody_elses_row_are_erased():
    method = {"id": "pm_1", "object": "payment_method", "customer": "cus_1"}
    error = {"message": "x", "payment_method": method | {"billing_details": {"email": PERSON}}}
    intent = {"id": "pi_2", "object": "payment_intent", "customer": "cus_2", "livemode": False}
    sync.apply([person(), intent | {"last_payment_error": error, "description": "of Bob"}])
    PaymentMethod._base_manager.all()._raw_delete("default")
    sync.erase("cus_1")
    assert not finds([PERSON])
    assert PaymentIntent.objects.get().description == "of Bob"
