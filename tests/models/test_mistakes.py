"""What everybody tries first in a query, and the error that says what to try instead."""

import pytest
from django.core.exceptions import FieldError
from django.http import Http404
from django.shortcuts import get_object_or_404

from stripe_django.models import (
    Charge,
    CheckoutSession,
    Customer,
    Invoice,
    InvoiceLineItem,
    LineItem,
    SyncRun,
)

pytestmark = pytest.mark.django_db

IS_INVOICE_LINE = r"\. LineItem is .*; a line of an invoice is an InvoiceLineItem\.$"
IS_LINE_ITEM = r"\. InvoiceLineItem is .*; a line of a checkout session.* is a LineItem\.$"


# A Stripe id for the database's own key


@pytest.mark.parametrize(
    "ask",
    [
        lambda: Charge.objects.get(id="ch_1"),
        lambda: Charge.objects.get(pk="ch_1"),
        lambda: Charge.objects.filter(id="ch_1"),
        lambda: Charge.objects.exclude(pk="ch_1"),
        lambda: Charge.objects.filter(id__in=["ch_1"]),
        lambda: get_object_or_404(Charge, pk="ch_1"),
    ],
)
def test_a_stripe_id_for_the_key(ask):
    with pytest.raises(ValueError, match=r"Charge\.id is .* not Stripe's id: use stripe_id='ch_1'"):
        list(ask())


def test_a_stripe_id_for_the_key_over_a_relation():
    with pytest.raises(ValueError, match=r"Customer\.id is .*stripe_id='cus_1', or <relation>__"):
        list(Charge.objects.filter(customer__id="cus_1"))


def test_the_advice_is_right():
    assert not Charge.objects.filter(stripe_id="ch_1", customer__stripe_id="cus_1").exists()
    with pytest.raises(Http404):
        get_object_or_404(Charge, stripe_id="ch_1")


def test_a_number_as_text_is_a_key():
    assert not Customer.objects.filter(pk="7", charges__id="8").exists()


def test_a_table_without_stripe_ids_has_djangos_error():
    with pytest.raises(ValueError, match="expected a number"):
        SyncRun.objects.filter(pk="x")


# The two kinds of lines


@pytest.mark.parametrize(
    ("ask", "advice"),
    [
        (lambda: LineItem.objects.filter(invoice="in_1"), IS_INVOICE_LINE),
        (lambda: LineItem.objects.exclude(invoice__status="paid"), IS_INVOICE_LINE),
        (lambda: LineItem.objects.order_by("subscription__created"), IS_INVOICE_LINE),
        (lambda: LineItem.objects.values("invoice__number"), IS_INVOICE_LINE),
        (lambda: LineItem.objects.select_related("invoice"), IS_INVOICE_LINE),
        (lambda: CheckoutSession.objects.filter(line_items__invoice="in_1"), IS_INVOICE_LINE),
        (lambda: InvoiceLineItem.objects.filter(checkout_session="cs_1"), IS_LINE_ITEM),
        (lambda: InvoiceLineItem.objects.filter(quote__status="open"), IS_LINE_ITEM),
        (lambda: InvoiceLineItem.objects.get(amount_total=1), IS_LINE_ITEM),
        (lambda: InvoiceLineItem.objects.select_related("payment_link"), IS_LINE_ITEM),
        (lambda: Invoice.objects.filter(line_items__checkout_session="cs_1"), IS_LINE_ITEM),
        (
            lambda: Invoice.objects.select_related("customer").filter(line_items__quote="qt_1"),
            IS_LINE_ITEM,
        ),
    ],
)
def test_a_join_of_the_other_kind_of_lines(ask, advice):
    with pytest.raises(FieldError, match=advice):
        list(ask())


@pytest.mark.parametrize("model", [LineItem, InvoiceLineItem, Charge])
def test_a_name_that_no_model_has(model):
    with pytest.raises(FieldError) as raised:
        model.objects.filter(unicorn=1)
    assert "is a" not in str(raised.value).partition("Choices are")[2]


def test_joins_of_ones_own_kind():
    lines = LineItem.objects.select_related("quote", "checkout_session")
    assert not lines.filter(checkout_session__status="open", price__active=True).exists()
    assert not InvoiceLineItem.objects.select_related("invoice").filter(invoice__paid=True)
    assert not (LineItem.objects.filter(quantity=1) | LineItem.objects.filter(quantity=2)).count()
