"""Previews: Stripe computes them for one response and keeps none of it."""

import pytest
import stripe

from stripe_django import registry, sync
from stripe_django.exceptions import PreviewError
from stripe_django.models import (
    Coupon,
    CreditNote,
    CreditNoteLineItem,
    Event,
    InboxEvent,
    Invoice,
    Quote,
)
from stripe_django.testing import payload
from tests import posting

pytestmark = pytest.mark.django_db


def page(url, *members):
    return {"object": "list", "data": list(members), "has_more": False, "url": url}


def line(**values):
    return payload("line_item", **values)


def invoice(**values):
    return payload("invoice", **{"customer": "cus_1", "status": "draft", **values})


def counts():
    """The number of rows of each model that has any."""
    return {m.__name__: n for m in registry.models() if (n := m.objects.count())}


UPCOMING = "upcoming_in_1RabcDEFghiJKL"
PREVIEWS = {
    "by its id": invoice(id=UPCOMING),
    "without an id": invoice(id=None, lines=page("/v1/invoices/upcoming/lines")),
    "by its lines": invoice(id="in_1", lines=page("/v1/invoices/upcoming/lines?customer=cus_1")),
    "a credit note": payload(
        "credit_note", id="cn_1", lines=page("/v1/credit_notes/preview/lines?invoice=in_1")
    ),
    "a line": line(id="il_tmp_1RabcDEFghiJKL", invoice=None),
    "a line of before": line(id="il_tmp1RabcDEFghiJKL", invoice=None),
    "a line by its invoice": line(id="il_1", invoice=UPCOMING),
    "an item": payload("invoiceitem", id="ii_tmp_1RabcDEFghiJKL"),
}


@pytest.mark.parametrize("preview", PREVIEWS.values(), ids=PREVIEWS)
def test_a_preview_is_refused(preview):
    with pytest.raises(PreviewError, match="preview"):
        sync.apply(preview)
    result = sync.apply([preview, invoice(id="in_real")])
    assert len(result.failures) == 1
    assert counts() == {"Invoice": 1}


@pytest.mark.parametrize(
    "url", ["/v1/invoices/upcoming/lines", "/v1/credit_notes/preview/lines?invoice=in_1"]
)
def test_a_list_of_the_lines_of_a_preview_is_refused(url):
    with pytest.raises(PreviewError):
        sync.apply(page(url, line(id="il_1", invoice=None)))
    assert counts() == {}


@pytest.mark.parametrize("stripe_id", [UPCOMING, None])
def test_an_event_with_a_preview_is_ignored(stripe_id, endpoint):
    lines = page("/v1/invoices/upcoming/lines", line(id="il_tmp_1", invoice=stripe_id))
    shown = invoice(id=stripe_id, lines=lines)
    assert posting.post(posting.event(1, "invoice.upcoming", shown)).status_code == 200
    [event] = InboxEvent.objects.all()
    assert event.status == "ignored"
    assert "preview" in event.reason
    assert counts() == {"Event": 1}
    result = sync.apply(posting.event(2, "invoice.upcoming", shown))
    assert "preview" in str(result.failures[0])
    assert (Event.objects.count(), Invoice.objects.count()) == (2, 0)


def test_a_preview_inside_another_object_stays_in_its_json():
    computed = {"upfront": None, "recurring": None, "upcoming": invoice(id="in_1")}
    shown = payload("quote", id="qt_1", invoice=invoice(id=UPCOMING)) | {"computed": computed}
    sync.apply(shown)
    assert Quote.objects.get().computed["upcoming"]["id"] == "in_1"
    assert not Invoice.objects.exists()


def test_what_the_sdk_returns_of_a_preview(fake):
    lines = page(f"/v1/invoices/{UPCOMING}/lines", line(id="il_tmp_1", invoice=UPCOMING))
    shown = invoice(id=UPCOMING, lines=lines)
    fake.answer(shown, path="/v1/invoices/create_preview", method="POST")
    sdk = stripe.StripeClient(fake.key, http_client=fake.http_client)
    with pytest.raises(PreviewError):
        sync.apply(sdk.v1.invoices.create_preview({"customer": "cus_1"}))
    assert counts() == {}


def test_what_merchants_name_like_a_preview_is_none():
    sync.apply([payload("coupon", id="upcoming_sale"), payload("coupon", id="spring_tmp_1")])
    assert Coupon.objects.count() == 2


def test_a_real_credit_note_is_kept():
    members = page("/v1/credit_notes/cn_1/lines", payload("credit_note_line_item", id="cnli_1"))
    sync.apply(payload("credit_note", id="cn_1", lines=members))
    assert (CreditNote.objects.count(), CreditNoteLineItem.objects.count()) == (1, 1)
