"""The segments, beside rows of which it is known whether they are in one, and the lists of them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from stripe_django.models import (
    BalanceTransaction,
    BusinessFigures,
    Customer,
    Dispute,
    Home,
    Invoice,
    MirroredAccount,
    PaymentIntent,
    Subscription,
    SubscriptionVersion,
)
from stripe_django.statistics.business import segments
from stripe_django.statistics.lease import taken
from stripe_django.statistics.segments import SEGMENTS
from tests.rows import row

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
A_DAY = timedelta(days=1)
OWN = {"stripe_account": "", "livemode": False, "deleted_at": None}
DUE = {"status": "open", "amount_due": 900, "amount_remaining": 500, "currency": "eur"} | OWN
LATE = DUE | {"due_date": NOW - A_DAY, "attempted": False, "charge_id": None}
LATE["payment_intent_id"] = None


@pytest.fixture(autouse=True)
def known(monkeypatch):
    """Two accounts, so that lists have the filter by account."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    Home.objects.create(livemode=False)
    for account in ("", "acct_1"):
        MirroredAccount.objects.create(stripe_account=account)


def counted(name):
    with taken(60, timedelta()) as turn:
        return {each["currency"]: each for each in segments(turn)[name]}


def listed(admin_client, name):
    [segment] = [each for each in SEGMENTS if each.name == name]
    model = segment.model._meta.model_name
    page = admin_client.get(
        reverse(f"admin:stripe_django_{model}_changelist"), {"segment": name, "of": "own"}
    )
    assert page.status_code == 200
    return sorted(each.stripe_id for each in page.context["cl"].queryset)


def invoices():
    row(Invoice, "in_open", **DUE | {"due_date": NOW + A_DAY, "attempted": False})
    row(Invoice, "in_usd", **DUE | {"due_date": NOW + 2 * A_DAY, "currency": "usd"})
    row(Invoice, "in_late", **LATE)
    row(Invoice, "in_failed", **LATE | {"due_date": None, "attempted": True})
    row(Invoice, "in_never_tried", **LATE | {"due_date": None})
    row(Invoice, "in_paid", **LATE | {"status": "paid"})
    row(Invoice, "in_draft", **LATE | {"status": "draft"})
    row(Invoice, "in_nothing", **LATE | {"amount_remaining": 0})
    row(Invoice, "in_theirs", **LATE | {"stripe_account": "acct_1"})
    row(Invoice, "in_live", **LATE | {"status": "void", "livemode": True})
    row(Invoice, "in_gone", **LATE | {"deleted_at": NOW + A_DAY})
    row(PaymentIntent, "pi_1", status="processing", invoice_id="in_debited")
    row(Invoice, "in_debited", **LATE | {"payment_intent_id": "pi_1"})


@pytest.mark.parametrize(
    ("name", "expected", "euros"),
    [
        (
            "open",
            ["in_debited", "in_failed", "in_late", "in_never_tried", "in_open", "in_usd"],
            2_500,
        ),
        ("overdue", ["in_failed", "in_late"], 1_000),
        ("failed", ["in_failed"], 500),
    ],
)
def test_invoices(admin_client, name, expected, euros):
    invoices()
    assert listed(admin_client, name) == expected
    found = counted(name)
    assert sum(each["count"] for each in found.values()) == len(expected)
    assert found["eur"]["amount"] == euros


def test_the_first_deadline_is_by_currency():
    invoices()
    found = {currency: each["deadline"] for currency, each in counted("open").items()}
    assert found == {"eur": NOW - A_DAY, "usd": NOW + 2 * A_DAY}


def test_disputes(admin_client):
    values = {"amount": 700, "currency": "eur", "due_by": NOW + A_DAY} | OWN
    for number, status in enumerate(Dispute.Status.values):
        row(Dispute, f"du_{status}", **values | {"due_by": NOW + A_DAY * number}, status=status)
    row(Dispute, "du_theirs", **values | {"stripe_account": "acct_1"}, status="needs_response")
    expected = ["du_appeal_needs_response", "du_needs_response", "du_warning_needs_response"]
    assert listed(admin_client, "due") == expected
    deadline = NOW + A_DAY * Dispute.Status.values.index("warning_needs_response")
    found = {"currency": "eur", "count": 3, "amount": 2_100, "deadline": deadline}
    assert counted("due") == {"eur": found}


def paid_for(number, customer="cus_1", **values):
    """A subscription with one version, which is paid for unless these values say otherwise."""
    row(Subscription, f"sub_{number}", **OWN, customer_id=customer)
    since = {"starts_at": NOW - A_DAY, "ends_at": None, "computed_at": NOW}
    amount = {
        "mrr_parts": 10_000,
        "parts_currency": "eur",
        "events": 0,
        "last_event": 0,
        "digest": "",
    }
    SubscriptionVersion.objects.create(stripe_id=f"sub_{number}", **since | amount | values)


def test_subscriptions_and_their_customers(admin_client):
    paid_for(1)
    paid_for(2)
    paid_for(3, "cus_2", ends_at=NOW + A_DAY)
    paid_for(4, "cus_3", ends_at=NOW)
    paid_for(5, "cus_3", mrr_parts=0)
    paid_for(6, "cus_4", starts_at=NOW)
    paid_for(7, "cus_5")
    for number in range(1, 5):
        row(Customer, f"cus_{number}", **OWN)
    row(Customer, "cus_5", **OWN | {"deleted_at": NOW + A_DAY})
    assert listed(admin_client, "recurring") == ["sub_1", "sub_2", "sub_3", "sub_6", "sub_7"]
    assert counted("recurring")[""]["count"] == 5
    assert listed(admin_client, "subscribers") == ["cus_1", "cus_2", "cus_4"]
    assert counted("subscribers")[""]["count"] == 3


def test_the_entries_of_this_month(admin_client):
    for number, created in enumerate(
        [NOW.replace(day=1, hour=0), NOW, NOW.replace(day=1, hour=0) - A_DAY / 9, NOW + A_DAY]
    ):
        made = {"created": created, "net": 90, "currency": "eur"} | OWN
        row(BalanceTransaction, f"txn_{number}", **made, reporting_category="charge")
        row(BalanceTransaction, f"txn_{number}_payout", **made, reporting_category="payout")
    assert listed(admin_client, "month") == ["txn_0", "txn_1"]
    assert counted("month")["eur"]["amount"] == 180


def test_without_a_row_nothing_is_counted():
    for each in SEGMENTS:
        assert sum(found["count"] for found in counted(each.name).values()) == 0


def test_what_is_stored_is_what_is_found():
    invoices()
    found = counted("overdue")["eur"]
    BusinessFigures.objects.create(name="segments", found=found, taken_at=NOW)
    stored = BusinessFigures.objects.get().found
    assert stored == found | {"deadline": "2026-03-09T12:00:00Z"}
