"""From the home page to a refund as of the event that made it, by clicks and by keys alone."""

import re

import pytest
from playwright.sync_api import expect

from stripe_django import sync
from stripe_django.models import Customer

from ..posting import event

INVOICE = {"id": "in_1", "object": "invoice", "customer": "cus_1", "number": "A-1", "total": 500}
CHARGE = {"id": "ch_1", "object": "charge", "customer": "cus_1", "invoice": "in_1", "amount": 500}
REFUND = {"id": "re_1", "object": "refund", "charge": "ch_1", "amount": 200, "status": "pending"}
MADE = {"created": 1_700_000_000, "currency": "eur"}


@pytest.fixture
def shop(db):
    """A customer, an invoice of hers, its charge, and a refund that two events are about."""
    ann = {"id": "cus_1", "object": "customer", "email": "ann@example.com"}
    kinds = ["customer.created", "invoice.paid", "charge.succeeded", "refund.created"]
    for number, (kind, obj) in enumerate(zip(kinds, (ann, INVOICE, CHARGE, REFUND), strict=True)):
        sync.apply(event(number, kind, {**MADE, **obj}))
    sync.apply(event(9, "refund.updated", {**MADE, **REFUND, "status": "succeeded"}))
    return Customer.objects.get()


def click(page, link):
    link.click()


def press(page, link):
    """Go to a link as one does without a mouse: past the menu, tab after tab, then Enter."""
    expect(link).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(200):
        page.keyboard.press("Tab")
        if link.evaluate("it => it === document.activeElement"):
            break
    expect(link).to_be_focused()
    page.keyboard.press("Enter")


@pytest.mark.parametrize("follow", [click, press])
def test_from_the_home_page_to_the_past(open_page, shop, follow):
    page = open_page("/admin/")
    content = page.locator("#content")
    for name in ("Customers", "cus_1", "in_1", "€5.00", "re_1"):
        follow(page, content.get_by_role("link", name=name, exact=True).first)
        page.wait_for_load_state()
    history = page.locator(".stripe-panel", has=page.get_by_role("heading", name="History"))
    follow(page, history.get_by_role("link", name="refund.created", exact=True))
    follow(page, page.get_by_role("link", name="The refund as of this"))
    expect(page.get_by_role("note")).to_contain_text("Snapshot as of")
    expect(page).to_have_url(re.compile(r"/refund/\d+/as-of/evt_5F3/$"))
    changed = page.locator(".stripe-changes tr", has_text="status")
    expect(changed).to_contain_text("pending")
    expect(changed).to_contain_text("succeeded")
    follow(page, page.get_by_role("link", name="Show the current object"))
    expect(page).to_have_url(re.compile(r"/refund/\d+/change/$"))


def test_the_timeline_and_the_buttons_on_a_narrow_screen_from_right_to_left(
    open_page, shop, settings
):
    settings.STRIPE_DJANGO = {"API_KEY": ""}
    page = open_page("/admin/", viewport={"width": 400, "height": 800}, color_scheme="dark")
    page.goto(f"/admin/stripe_django/customer/{shop.pk}/change/")
    press(page, page.get_by_role("link", name="Timeline"))
    expect(page.locator(".stripe-timeline li")).to_have_count(4)
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.go_back()
    page.get_by_role("button", name="Refresh from Stripe").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".messagelist .error")).to_be_visible()
