"""The questions of the managers, beside a slow and obvious answer over generated rows."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_django.models import (
    BalanceTransaction,
    Charge,
    Customer,
    Dispute,
    Invoice,
    Payout,
    Subscription,
)
from tests.asking import MAYBE, NOW, TIMES, generated, is_alive, one_of, rows_of, stored
from tests.businesses import Business

pytestmark = pytest.mark.django_db

CHARGES = st.lists(rows_of(Charge, status=one_of(None, "paid", *Charge.Status.values)), max_size=9)
INVOICES = st.lists(
    rows_of(
        Invoice,
        status=one_of(None, "open", "open", "open", "paid", "draft", "void", "a_new_one"),
        paid=MAYBE,
        closed=MAYBE,
        attempted=MAYBE,
        amount_due=one_of(None, 0, 500),
        amount_remaining=one_of(None, 0, 500),
        due_date=TIMES,
    ),
    max_size=9,
)
SUBSCRIPTIONS = st.lists(
    rows_of(
        Subscription,
        status=one_of(None, *Subscription.Status.values),
        canceled_at=TIMES,
        customer_id=one_of("cus_1", "cus_2"),
    ),
    max_size=9,
)


def assert_found(queryset, rows, is_expected):
    expected = sorted(row.stripe_id for row in rows if is_alive(row) and is_expected(row))
    assert sorted(queryset.values_list("stripe_id", flat=True)) == expected


@generated
@given(CHARGES)
def test_succeeded_charges(rows):
    with stored(rows):
        assert_found(
            Charge.objects.succeeded(), rows, lambda it: it.status in ("succeeded", "paid")
        )


def is_overdue(invoice):
    if invoice.status is None:
        is_open = invoice.paid is False and invoice.closed is False
    else:
        is_open = invoice.status == "open"
    owed = invoice.amount_due if invoice.amount_remaining is None else invoice.amount_remaining
    is_late = invoice.attempted is True if invoice.due_date is None else invoice.due_date < NOW
    return is_open and bool(owed) and is_late


@generated
@given(INVOICES)
def test_overdue_invoices(rows):
    with stored(rows):
        assert_found(Invoice.objects.overdue(at=NOW), rows, is_overdue)
        earliest = NOW - timedelta(500)
        never_due = Invoice.objects.filter(due_date__isnull=False).overdue(at=earliest)
        assert not never_due.exists()


@generated
@given(SUBSCRIPTIONS)
def test_subscriptions_by_status(rows):
    with stored(rows):
        for status in ("active", "trialing", "past_due"):
            asked = getattr(Subscription.objects, status)()
            assert_found(asked, rows, lambda it, status=status: it.status == status)


@generated
@given(SUBSCRIPTIONS)
def test_subscriptions_canceled_between(rows):
    start, end = NOW - timedelta(40), NOW

    def is_expected(row):
        is_within = row.canceled_at is not None and start <= row.canceled_at < end
        return row.customer_id == "cus_1" and is_within and row.status != "incomplete_expired"

    with stored(rows):
        asked = Subscription.objects.filter(customer="cus_1").canceled_between(start, end)
        assert_found(asked, rows, is_expected)


def test_a_time_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="comes before the start"):
        Subscription.objects.canceled_between(NOW, NOW - timedelta(1))


def test_an_invoice_is_overdue_by_now_unless_another_time_is_given():
    with stored([Invoice(status="open", amount_due=5, due_date=NOW)]):
        assert Invoice.objects.overdue().count() == 1
        assert Invoice.objects.overdue(at=NOW).count() == 0


CUSTOMERS = st.lists(rows_of(Customer, delinquent=MAYBE), max_size=9)


@generated
@given(CUSTOMERS)
def test_delinquent_customers(rows):
    with stored(rows):
        assert_found(Customer.objects.delinquent(), rows, lambda it: it.delinquent is True)


def lifetime_values(business, currency):
    """By customer, of those that are there, the slow and obvious way."""
    totals = {row.stripe_id: 0 for row in business.rows[Customer] if is_alive(row)}
    asked = {row.stripe_id: currency or row.currency for row in business.rows[Customer]}
    customers = {}
    for it in business.rows[Charge]:
        customers[it.stripe_id] = it.customer_id
        counts = is_alive(it) and it.status in ("succeeded", "paid")
        if counts and it.currency == asked.get(it.customer_id) and it.customer_id in totals:
            uncaptured = 0 if it.captured is False else it.amount
            taken = uncaptured if it.amount_captured is None else it.amount_captured
            released = max((it.amount or 0) - (taken or 0), 0)
            back = max((it.amount_refunded or 0) - released, 0)
            totals[it.customer_id] += (taken or 0) - back
    for it in business.rows[Dispute]:
        customer = customers.get(it.charge_id)
        counts = is_alive(it) and it.status == "lost"
        if counts and it.currency == asked.get(customer) and customer in totals:
            totals[customer] -= it.amount or 0
    return totals


@pytest.mark.parametrize("currency", [None, "usd", "EUR"])
def test_the_lifetime_value_of_customers(currency):
    business = Business(1)
    with stored(*business.rows.values()):
        found = Customer.objects.lifetime_value(currency).values_list("stripe_id", "lifetime_value")
        expected = lifetime_values(business, currency and currency.lower())
        assert dict(found) == expected
        assert sum(map(bool, expected.values())) > 3


def test_customers_can_be_found_by_what_they_brought_in():
    charges = [Charge(customer_id="customer_0", currency="eur", amount=500, status="succeeded")]
    with stored([Customer(currency="eur"), Customer(currency="eur")], charges):
        [found] = Customer.objects.lifetime_value().filter(lifetime_value__gte=500)
        assert (found.stripe_id, found.lifetime_value) == ("customer_0", 500)


ENTRIES = st.lists(
    rows_of(
        BalanceTransaction,
        payout_id=one_of(None, "po_1", "po_2"),
        type=one_of(None, "charge", "payout"),
    ),
    max_size=9,
)


@generated
@given(ENTRIES)
def test_the_entries_of_a_payout(rows):
    with stored(rows):
        for payout in ("po_1", Payout(id=1, stripe_id="po_1")):
            asked = BalanceTransaction.objects.by_payout(payout)
            assert_found(
                asked, rows, lambda it: it.payout_id == "po_1" and it.type in (None, "charge")
            )
