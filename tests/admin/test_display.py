"""Values of an object's page: times, JSON, flags, statuses, and what no column holds."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from stripe_django.admin.rendering.display import cell
from stripe_django.admin.rendering.json_tree import leaf, tree
from stripe_django.admin.rendering.tables import Table
from stripe_django.admin.rendering.times import deadline, time
from stripe_django.models import Charge, Customer, Invoice, Payout
from tests.rows import row

NOON = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)
DUE = 1_796_891_022  # 2026-12-10 08:23:42 UTC


def shown(row, name):
    return cell(type(row)._meta.get_field(name), admin.site)(row)


def test_a_time_is_in_the_current_zone_with_utc_as_its_tooltip():
    with timezone.override("Asia/Tokyo"):
        text = time(NOON.replace(hour=23))
    assert 'title="2026-03-04 23:30:00 UTC"' in text
    assert ">March 5, 2026, 8:30 a.m.<" in text


def test_a_time_within_json_is_a_time():
    with timezone.override("Europe/Berlin"):
        text = tree({"due_by": DUE, "submission_count": 1_500_000_000})
    assert f'title="2026-12-10 08:23:42 UTC, {DUE}"' in text
    assert ">Dec. 10, 2026, 9:23 a.m.<" in text
    assert '<b>submission_count</b> <span class="stripe-plain">1500000000</span>' in text


@pytest.mark.parametrize(
    ("key", "is_time"),
    [
        *(("created", True), ("period_end", True), ("expires_at", True), ("from", True)),
        *(("amount", False), ("up_to", False), ("unit_amount", False), ("combat", False)),
    ],
)
def test_the_key_decides_whether_a_number_is_a_time(key, is_time):
    assert ("<time" in leaf(DUE, key)) is is_time
    assert "<time" not in leaf(12, key)
    assert "<time" not in leaf(True, key)


def test_json_has_no_nulls_and_stripes_order():
    value = {"type": "card", "card": {"last4": "4242", "brand": "visa", "wallet": None}}
    text = tree(value | {"object": "x", "id": "y", "empty": {"a": None}, "none": {}, "no": None})
    keys = [part.partition("<")[0] for part in text.split("<b>")[1:]]
    assert keys == ["id", "object", "card", "brand", "last4", "none", "type"]


def test_a_flag_is_red_where_it_is_bad_and_plain_where_it_is_normal():
    assert shown(Customer(delinquent=True), "delinquent") == (
        '<span class="stripe-status stripe-bad">Yes</span>'
    )
    assert shown(Customer(delinquent=False), "delinquent") == "No"
    assert shown(Charge(captured=True), "captured") == "Yes"
    assert shown(Charge(), "captured") == "-"


@pytest.mark.parametrize(
    ("values", "tone"),
    [
        ({"status": "open", "amount_remaining": 5}, "waiting"),
        ({"status": "open", "amount_remaining": 5, "attempted": True}, "bad"),
        ({"status": "open", "amount_due": 5, "attempted": True}, "bad"),
        ({"status": "open", "amount_remaining": 0, "attempted": True}, "waiting"),
        ({"status": "paid", "amount_due": 5, "attempted": True}, "good"),
    ],
)
def test_an_open_invoice_with_a_failed_payment_is_red(values, tone):
    assert f"stripe-{tone}" in shown(Invoice(**values), "status")


def test_extra_has_what_no_column_holds_and_nothing_else():
    extra = {"brand_new": 1, "_absent": ["invoice"], "_encoded": '{"big": 1e400}'}
    text = shown(Charge(extra=extra), "extra")
    assert "brand_new" in text
    assert "big" in text
    assert "absent" not in text
    assert "encoded" not in text
    assert shown(Charge(extra={"_absent": ["invoice"]}), "extra") == "-"


@pytest.mark.parametrize(
    ("hours", "text", "status"),
    [
        *((-30, "1 day over", "overdue"), (0, "today", "due_soon")),
        *((7 * 24, "7 days left", "due_soon"), (8 * 24, "8 days left", "due")),
    ],
)
def test_a_deadline_counts_the_days_of_the_calendar(monkeypatch, hours, text, status):
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    assert deadline(NOON + timedelta(hours=hours)) == (text, status)


def test_a_column_without_values_is_left_out():
    table = Table(["id", "note", "status"], [["1", "-", "paid"], ["2", "-", "-"]])
    assert table.without_empty("-") == Table(["id", "status"], [["1", "paid"], ["2", "-"]])


def test_a_code_without_labels_reads_like_one_with():
    assert ">In transit<" in shown(Payout(status="in_transit"), "status")
    assert ">brand_new<" in shown(Charge(status="brand_new"), "status")


@pytest.mark.django_db
def test_the_day_of_a_payouts_arrival_is_the_same_in_every_zone(admin_client, settings):
    settings.TIME_ZONE = "America/Chicago"
    made = row(Payout, "po_1", arrival_date=datetime(2026, 3, 5, tzinfo=UTC))
    for page in ("admin:stripe_django_payout_changelist", "admin:stripe_django_payout_change"):
        address = reverse(page, args=[made.pk] if page.endswith("change") else [])
        shown = admin_client.get(address).text
        assert 'title="2026-03-05 00:00:00 UTC">March 5, 2026</time>' in shown
