"""Rows are found by what people know of them, on every database, with few bounded queries."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from stripe_django import search
from stripe_django.models import (
    Charge,
    Customer,
    Dispute,
    Invoice,
    Payout,
    Product,
    Refund,
    Subscription,
)
from stripe_django.search import documents, finder, indexes
from tests.rows import WHEN, row

pytestmark = pytest.mark.django_db

MODELS = [Customer, Subscription, Invoice, Charge, Refund, Dispute, Payout, Product]
NOTHING = {"email": None, "name": None, "description": None, "phone": None, "metadata": {}}


@pytest.fixture
def ada():
    """A customer with an invoice, its charge, a refund, a dispute and a subscription."""
    made = {"customer_id": "cus_ada", "metadata": {}}
    row(Customer, "cus_ada", email="Ada.Lovelace@Example.com", name="Ada Lovelace", metadata={})
    row(Subscription, "sub_1", **made)
    row(Invoice, "in_1", **made | {"metadata": {"order": "6735-B"}}, number="F00D-0042")
    row(Charge, "ch_1", **made, last4="4242", brand="visa", description="Ten pens, 100% blue")
    row(Refund, "re_1", charge_id="ch_1", customer_id=None, metadata={})
    row(Dispute, "dp_1", charge_id="ch_1", metadata={})


@pytest.fixture
def others():
    for number in range(5):
        row(Customer, f"cus_{number}", email=f"{number}@example.org", name="Bob", metadata={})
        row(Charge, f"ch_9{number}", customer_id=f"cus_{number}", last4="1111", metadata={})


def found(text, models=MODELS, **options):
    matches = search.find(text, models, using="default", **options)
    return {model: [each.stripe_id for each in keys] for model, keys in matches.rows.items()}


OF_ADA = {
    Customer: ["cus_ada"],
    Subscription: ["sub_1"],
    Invoice: ["in_1"],
    Charge: ["ch_1"],
    Refund: ["re_1"],
    Dispute: ["dp_1"],
}


@pytest.mark.parametrize("text", ["ADA.LOVE", "lovelace@example.COM", "Lovelace ada", "cus_ada"])
def test_a_customer_is_found_with_what_belongs_to_her(ada, others, text):
    assert found(text) == OF_ADA


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f00d-0042", {Invoice: ["in_1"]}),
        ("6735-b", {Invoice: ["in_1"]}),
        ("4242", {Charge: ["ch_1"]}),
        ("visa 4242", {Charge: ["ch_1"]}),
        ("100%", {Charge: ["ch_1"]}),
        ("pens blue", {Charge: ["ch_1"]}),
        ("pens green", {}),
        ("1_0", {}),
        ("!", {}),
        ("", {}),
        ("order", {}),  # a key of the metadata, no value
    ],
)
def test_words_of_the_document(ada, others, text, expected):
    assert found(text) == expected


def test_without_customers_their_rows_are_not_found(ada):
    assert found("lovelace", [Charge, Invoice]) == {}


def test_a_connected_accounts_customer_is_found_by_the_bare_id():
    row(Customer, "acct_1:live:cus_far", **NOTHING)
    assert found("cus_far") == {Customer: ["acct_1:live:cus_far"]}


def test_a_product_by_its_name():
    row(Product, "prod_1", name="Gold plan", metadata={})
    assert found("gold") == {Product: ["prod_1"]}


def test_an_address_in_the_billing_details_of_a_guest():
    row(Charge, "ch_1", billing_details={"name": "Zoë", "email": "ZOE@x.org", "phone": None})
    assert found("zoe@X") == {Charge: ["ch_1"]}


def test_the_newest_comes_first_and_no_more_than_asked_for():
    for number in range(5):
        row(Charge, f"ch_{number}", description="pens", created=WHEN + timedelta(hours=number))
    assert found("pens", at_most=3) == {Charge: ["ch_4", "ch_3", "ch_2"]}


def test_without_an_index_only_the_newest_rows_are_searched(ada, monkeypatch):
    monkeypatch.setattr(finder, "SCANNED", 1)
    row(Charge, "ch_2", created=WHEN + timedelta(days=1), metadata={})
    matches = search.find("4242", [Charge], using="default")
    assert (matches.rows, matches.partial) == ({}, [Charge])


def test_the_number_of_queries_does_not_grow(ada):
    def count(text):
        with CaptureQueriesContext(connection) as caught:
            found(text)
        return len(caught)

    few = count("lovelace")
    for number in range(40):
        row(Customer, f"cus_{number}", name="Lovelace", metadata={})
        row(Charge, f"ch_a{number}", customer_id=f"cus_{number}", metadata={})
    assert count("lovelace") == few == {"sqlite": 2, "postgresql": 7, "mysql": 5}[connection.vendor]


def test_an_id_is_identified():
    row(Charge, "ch_1")
    row(Customer, ":test:gold")
    [(model, [key])] = search.identify("ch_1", MODELS, using="default").items()
    assert (model, key.stripe_id) == (Charge, "ch_1")
    [(model, [key])] = search.identify("gold", MODELS, using="default").items()
    assert (model, key.stripe_id) == (Customer, ":test:gold")
    assert search.identify("ch_", MODELS, using="default") == {}


def test_every_model_has_its_document_in_sql():
    with connection.cursor() as cursor:
        for model in indexes.searchable():
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"SELECT {documents.document(model, connection)} FROM {table}")
    assert documents.columns(Charge) == (
        *("description", "receipt_email", "receipt_number", "billing_details", "brand", "last4"),
        *("transfer_group", "metadata"),
    )


on_postgresql = pytest.mark.skipif(settings.DATABASE != "postgres", reason="of PostgreSQL")


@on_postgresql
def test_what_takes_too_long_is_ended_and_said(ada, monkeypatch):
    monkeypatch.setattr(finder, "SECONDS", 0.05)
    slow = "(SELECT pg_sleep(1)::text || {document})"
    monkeypatch.setitem(documents.CONTAINS, "postgresql", slow + " ILIKE %s")
    matches = search.find("lovelace", MODELS, using="default")
    assert (matches.rows, matches.is_late) == ({}, True)
    assert Customer.objects.count() == 1  # the transaction is usable


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_an_index_is_used_and_finds_the_oldest(ada, others, monkeypatch):
    monkeypatch.setattr(finder, "SCANNED", 0)
    indexes.install_extension("default")
    for model in (Customer, Charge):
        indexes.create(model, "default")
    try:
        assert indexes.existing("default") == {Customer, Charge}
        assert found("lovelace", [Customer, Charge]) == {Customer: ["cus_ada"], Charge: ["ch_1"]}
        assert found("ad", [Customer]) == {}  # shorter than a trigram
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan TO off")
            plan = Customer.objects.extra(
                where=[documents.contains(Customer, connection)], params=["%lovelace%"]
            ).explain()
        assert indexes.name_of(Customer) in plan
    finally:
        for model in (Customer, Charge):
            indexes.drop(model, "default")
    assert indexes.existing("default") == frozenset()
