"""What people in support and finance do all day, with the permissions of their groups."""

import csv
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db.models import Sum
from django.utils import timezone
from playwright.sync_api import expect

from stripe_django.admin.lists.filters import ranges, start_of
from stripe_django.models import Charge, Customer, Dispute, Invoice
from stripe_django.money import format_money, to_decimal
from tests.rows import row

NAMES = ["Ada Lovelace", "Grace Hopper", "Alan Turing", "Edsger Dijkstra"]


@pytest.fixture
def business(db):
    """Four customers, each with an invoice, its charge, and charges of last month."""
    _, first, last = next(each for each in ranges(timezone.localdate()) if each[0] == "Last month")
    for number, name in enumerate(NAMES):
        mine = {"customer_id": f"cus_{number}", "metadata": {}, "receipt_email": None}
        email = f"{name.replace(' ', '.')}@Example.com"
        row(Customer, f"cus_{number}", name=name, email=email, metadata={}, description=None)
        row(
            Invoice,
            f"in_{number}",
            customer_id=f"cus_{number}",
            number=f"F00D-000{number}",
            customer_name=None,
            customer_email=None,
            receipt_number=None,
            metadata={},
        )
        for day, currency in enumerate(("eur", "jpy", "eur")):
            row(
                Charge,
                f"ch_{number}{day}",
                **mine,
                amount=1_000 * number + day,
                currency=currency,
                brand="visa",
                last4=f"424{number}",
                created=start_of(first if day else last) + timedelta(hours=23 * (not day)),
            )
        row(Charge, f"ch_{number}9", **mine, created=start_of(last + timedelta(days=1)))
    soon = timezone.now() + timedelta(days=3)
    row(Dispute, "dp_1", charge_id="ch_10", status="needs_response", due_by=soon, amount=5_000)


@pytest.fixture
def user(django_user_model, request):
    call_command("stripe_groups", verbosity=0)
    made = django_user_model.objects.create_user("clerk", is_staff=True)
    made.groups.add(Group.objects.get(name=request.param))
    return made


support = pytest.mark.parametrize("user", ["Support"], indirect=True)
finance = pytest.mark.parametrize("user", ["Finance (read only)"], indirect=True)


def search(page, text):
    page.get_by_label("Search everything").fill(text)
    page.get_by_label("Search everything").press("Enter")


def section(page, name):
    return page.get_by_role("region", name=name)


@support
@pytest.mark.parametrize("text", ["GRACE.HOP", "hopper"])
def test_support_finds_a_customer(open_page, business, text):
    page = open_page("/admin/stripe_django/")
    search(page, text)
    section(page, "Customers").get_by_role("link", name="Grace Hopper").click()
    expect(page.get_by_role("heading", name="Grace Hopper")).to_be_visible()


@support
def test_support_finds_an_invoice_by_its_number_and_a_charge_by_the_card(open_page, business):
    page = open_page("/admin/stripe_django/search/?q=f00d-0002")
    section(page, "Invoices").get_by_role("link", name="F00D-0002").click()
    expect(page.get_by_role("heading", name="F00D-0002")).to_be_visible()
    page.go_back()
    search(page, "4243")
    charges = section(page, "Charges")
    expect(charges.get_by_role("link", name="Edsger Dijkstra").first).to_be_visible()
    expect(charges).to_contain_text("Visa ••4243")
    expect(page.get_by_role("region", name="Invoices")).to_have_count(0)


@support
def test_support_goes_from_a_list_to_the_search_of_everything(open_page, business):
    page = open_page("/admin/stripe_django/charge/?q=turing")
    expect(page.locator("#result_list tbody tr")).to_have_count(4)
    page.get_by_role("link", name="Search everything").click()
    expect(section(page, "Customers")).to_contain_text("Alan.Turing@Example.com")


@support
@pytest.mark.parametrize("width", [390, 1280])
def test_support_sees_until_when_a_dispute_has_to_be_answered(open_page, business, width):
    page = open_page("/admin/stripe_django/dispute/", viewport={"width": width, "height": 800})
    line = page.locator("#result_list tbody tr")
    for text in ("€50.00", "3 days left", "Grace Hopper"):
        expect(line.get_by_text(text)).to_be_visible()
    results = page.locator(".results")
    assert results.evaluate("it => it.scrollWidth <= it.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@support
def test_support_finds_rows_as_cards_on_a_narrow_screen(open_page, business):
    narrow = {"width": 390, "height": 800}
    page = open_page("/admin/stripe_django/search/?q=hopper", viewport=narrow)
    charge = section(page, "Charges").locator("tbody tr", has_text="€10.02")
    values = [charge.get_by_text("€10.02"), *map(charge.locator, (".stripe-status", "time"))]
    for value in values:
        expect(value).to_be_visible()
    amount, status, _ = (value.bounding_box() for value in values)
    assert abs(amount["y"] - status["y"]) < amount["height"]
    assert amount["x"] + amount["width"] < status["x"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for region in page.locator(".stripe-panel").all():
        assert region.evaluate("it => it.scrollWidth <= it.clientWidth")


@support
def test_support_may_not_export(open_page, business):
    page = open_page("/admin/stripe_django/charge/")
    expect(page.get_by_role("link", name="Export CSV")).to_have_count(0)


@finance
def test_finance_exports_a_month_and_it_adds_up(open_page, business):
    page = open_page("/admin/stripe_django/charge/")
    page.locator("summary", has_text="Created:").click()
    page.get_by_role("link", name="Last month").click()
    expect(page.locator("summary", has_text="Created: Last month")).to_be_visible()
    _, first, last = next(each for each in ranges(timezone.localdate()) if each[0] == "Last month")
    month = Charge.objects.filter(
        created__gte=start_of(first), created__lt=start_of(last + timedelta(days=1))
    )
    expected = dict(month.values_list("currency").annotate(total=Sum("amount")))
    assert len(expected) == 2
    totals = page.get_by_role("group", name="Totals")
    for currency, total in expected.items():
        expect(totals).to_contain_text(format_money(total, currency))
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    found = defaultdict(Decimal)
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file):
            found[line["currency"]] += Decimal(line["amount"])
    assert found == {name: to_decimal(total, name) for name, total in expected.items()}


@finance
def test_finance_chooses_days(open_page, business):
    page = open_page("/admin/stripe_django/charge/?q=Turing")
    page.locator("summary", has_text="Created:").click()
    _, first, _ = next(each for each in ranges(timezone.localdate()) if each[0] == "Last month")
    page.get_by_label("From").fill(first.isoformat())
    page.get_by_label("Until").fill(first.isoformat())
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(2)
    expect(page.get_by_label("id, ")).to_have_value("Turing")
