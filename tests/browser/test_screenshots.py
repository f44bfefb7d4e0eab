"""The main pages under the strict policy, and how pictures of pages are taken."""

import importlib
import os
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from stripe_django.models import BalanceTransaction, Charge, Customer, Event, Subscription
from tests.rows import row

SHOTS = Path(__file__).parents[2] / "docs" / "images" / "admin"
HIGHEST = 1_600
NARROW = {"width": 390, "height": 800}

AMOUNTS = [
    *(("usd", 109_900), ("eur", 4_950), ("jpy", 12_000), ("kwd", 5_120), ("isk", 50_000)),
    *(("gbp", 1_250), ("usd", 79_900), ("huf", 1_099_000)),
]
STATUSES = ["succeeded", "succeeded", "pending", "failed", "succeeded"]
UNSET = dict.fromkeys(
    (
        "invoice_id",
        "dispute_id",
        "application_id",
        "transfer_id",
        "failure_code",
        "destination_id",
        "failure_message",
        "refunded",
        "disputed",
        "payment_intent_id",
        "payment_method_id",
    ),
)
CARD = {"brand": "visa", "last4": "4242", "exp_month": 4, "exp_year": 2029}


def charge(number):
    currency, amount = AMOUNTS[number % len(AMOUNTS)]
    return row(
        Charge,
        f"ch_3QK{number:05}eZvKYlo2C",
        amount=amount,
        amount_captured=amount,
        amount_refunded=0,
        currency=currency,
        status=STATUSES[number % len(STATUSES)],
        description=["Yearly plan", "Two seats", "Workshop"][number % 3],
        customer_id=f"cus_QK{number % 4:04}",
        created=datetime(2026, 3, 4, 5 + number, 7, tzinfo=UTC),
        livemode=False,
        balance_transaction_id="txn_1",
        outcome={"risk_level": "normal", "risk_score": 12},
        metadata={"order": f"A-{1000 + number}", "team": "north"},
        billing_details={
            "address": {"city": "Oslo", "country": "NO", "line1": "Storgata 1"},
            "email": "ada@example.com",
            "name": "Ada Nordmann",
            "phone": None,
        },
        **UNSET,
        **CARD,
    )


@pytest.fixture
def shop(db):
    for number in range(12):
        charge(number)
    for number in range(4):
        customer = row(Customer, f"cus_QK000{number}", email="ada@example.com", name="Ada Nordmann")
    row(BalanceTransaction, "txn_1", fee=3_217, net=106_683, currency="usd")
    row(Subscription, "sub_1", status="trialing", customer_id=customer.stripe_id)
    row(Event, "evt_1", type="charge.succeeded")


def shot(page, name):
    """Kept with ``SCREENSHOTS=1``, since no two machines draw the same picture.

    Without loss, and down to ``HIGHEST`` pixels: what follows is more of the same.
    """
    if os.environ.get("SCREENSHOTS"):
        image = importlib.import_module("PIL.Image")
        taken = image.open(BytesIO(page.screenshot(full_page=True))).convert("RGB")
        cut = taken.crop((0, 0, taken.width, min(taken.height, HIGHEST)))
        SHOTS.mkdir(exist_ok=True)
        cut.save(SHOTS / f"{name}.webp", lossless=True, quality=100)


def looks(page):
    """Shows the page as it is, in the dark, and on a narrow screen."""
    page.emulate_media(color_scheme="light")
    yield
    page.emulate_media(color_scheme="dark")
    yield
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(NARROW)
    yield


CHARGES = reverse("admin:stripe_django_charge_changelist")


def test_a_list(shop, open_page):
    page = open_page(CHARGES)
    for _ in looks(page):
        expect(page.get_by_text("$1,099.00").first).to_be_visible()
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(overflow) <= 0


def test_a_page(shop, open_page):
    page = open_page(reverse("admin:stripe_django_charge_change", args=[1]))
    for _ in looks(page):
        expect(page.get_by_role("link", name="Open at Stripe")).to_be_visible()


def test_the_index_has_the_areas_with_rows(shop, open_page):
    page = open_page(reverse("admin:index"))
    expect(page.get_by_role("link", name="Stripe: Payments")).to_be_visible()
    expect(page.get_by_role("link", name="Stripe: Issuing")).to_have_count(0)


def test_a_tree_is_searched_by_keyboard(shop, open_page):
    many = {"outer": {f"key_{number}": f"value {number}" for number in range(20)}, "other": 1}
    made = row(Charge, "ch_tree", shipping=many)
    page = open_page(reverse("admin:stripe_django_charge_change", args=[made.pk]))
    page.get_by_role("heading", name="Nested values").click()
    tree = page.locator(".field-shipping")
    expect(tree.get_by_text("value 7")).to_be_hidden()
    tree.get_by_label("Filter").press_sequentially("VALUE 7")
    expect(tree.get_by_text("value 7")).to_be_visible()
    expect(tree.get_by_text("value 8")).to_be_hidden()
    expect(tree.get_by_text("other")).to_be_hidden()
    tree.get_by_label("Filter").fill("")
    expect(tree.get_by_text("other")).to_be_visible()


def test_times_are_in_djangos_zone_whatever_the_browsers_is(shop, open_page, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    made = row(Charge, "ch_time", created=datetime(2026, 3, 4, 23, 30, tzinfo=UTC))
    address = reverse("admin:stripe_django_charge_change", args=[made.pk])
    page = open_page(address, timezone_id="America/New_York", locale="en-US")
    created = page.locator(".field-created time")
    expect(created).to_have_text("March 5, 2026, 8:30 a.m.")
    expect(created).to_have_attribute("title", "2026-03-04 23:30:00 UTC")


def test_from_right_to_left(shop, open_page, settings):
    settings.LANGUAGE_CODE = "ar"
    page = open_page(reverse("admin:stripe_django_charge_change", args=[1]))
    assert page.locator("html").get_attribute("dir") == "rtl"
    shot(page, "charge-page-rtl")
