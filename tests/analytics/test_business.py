"""The figures of a simulated business, beside its payloads and what it knows of itself."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stripe_django import analytics, statistics, sync
from stripe_django.models import BalanceTransaction, Payout, Subscription
from stripe_django.statistics import versions
from stripe_django.testing import Business, FakeStripe
from tests.everything import Everything

pytestmark = pytest.mark.django_db

START, END = date(2025, 1, 1), date(2025, 5, 1)
MONTHS = [date(2025, month, 1) for month in range(1, 6)]
GROSS, DISPUTES = ("charge",), ("dispute", "dispute_reversal")
READ = ("product", "price", "plan", "coupon", "customer", "discount", "subscription")
READ += ("balance_transaction", "charge", "refund", "dispute", "invoice", "invoice_payment")
READ += ("payout",)


@pytest.fixture
def shop(monkeypatch):
    shop = Business(FakeStripe(), seed=7)
    monkeypatch.setattr(timezone, "now", lambda: shop.stripe.now)
    return shop


def live(shop):
    """Some months, with the revenue at the end of each."""
    closings = []
    for month in MONTHS[1:]:
        shop.live(months=1, customers=5)
        assert shop.stripe.now.date() == month
        closings.append({name: mrr for name, mrr in shop.mrr().items() if mrr})
    return closings


def read(known, as_of):
    """What the figures depend on, as a read and the events of subscriptions have it."""
    for name in READ:
        assert not sync.apply(known[name], as_of=as_of).failures
    events = [each for each in known.events if each["type"].startswith("customer.subscription.")]
    assert not sync.apply(events).failures
    assert statistics.refresh(parts=[versions.steps])


def test_the_figures(shop):
    shop.charge(shop.customer(), 1_234)
    shop.dispute(shop.charge(shop.customer(), 5_678))
    shop.refund(shop.charge(shop.customer(), 800), 300)
    shop.invoice(shop.customer(), "workshop", days_until_due=14)
    for failures in (1, 9):
        customer = shop.customer()
        shop.subscribe(customer, "team-monthly")
        shop.fail_next_payment(customer, failures)
    closings = live(shop)
    known = Everything(shop.stripe)
    read(known, shop.stripe.now)
    check_mrr(closings)
    check_mrr_by_product()
    check_net_revenue(known)
    check_recovery(known["invoice"])
    check_aging(shop, known["invoice"])
    check_payouts(shop)
    check_trials(known["subscription"])


def check_mrr(closings):
    found = defaultdict(dict)
    for row in analytics.mrr_movements(START, END):
        moved = row.new + row.reactivation + row.expansion + row.contraction + row.churn
        assert row.opening + moved == row.closing
        if row.closing:
            found[row.month][row.currency] = row.closing
    assert [found[month] for month in MONTHS[:-1]] == closings
    assert len(closings[-1]) > 1


def check_mrr_by_product():
    totals = defaultdict(Decimal)
    for (currency, _), mrr in Subscription.objects.mrr_by("product").items():
        totals[currency] += mrr
    assert totals == {name: mrr for name, mrr in Subscription.objects.mrr().items() if mrr}


def moment(entry):
    return datetime.fromtimestamp(entry["created"], UTC)


def figures(entries):
    """Gross, refunds, disputes, fees and net of some entries, the slow and obvious way."""
    sums = Counter()
    for each in entries:
        kind = each["reporting_category"]
        name = "gross" if kind in GROSS else "disputes" if kind in DISPUTES else "refunds"
        if kind == "payout":
            continue
        assert kind in (*GROSS, *DISPUTES, "refund")
        sums[name] += each["amount"]
        sums["charges"] += kind == "charge"
        sums["fees"] -= each["fee"]
        sums["net"] += each["net"]
    return {name: sums[name] for name in NAMES}


NAMES = ("charges", "gross", "refunds", "disputes", "fees", "net")


def grouped(entries, key):
    groups = defaultdict(list)
    for each in entries:
        if each["reporting_category"] != "payout":
            groups[key(each)].append(each)
    return {group: figures(each) for group, each in groups.items()}


def shown(rows, *names):
    return {
        tuple(getattr(row, name) for name in names): {each: getattr(row, each) for each in NAMES}
        for row in rows
    }


def check_net_revenue(known):
    entries = known["balance_transaction"]
    rows = analytics.net_revenue(START, END)
    assert shown(rows, "period", "currency") == grouped(
        [each for each in entries if moment(each).date() < END],
        lambda each: (moment(each).date().replace(day=1), each["currency"]),
    )
    assert any(row.refunds for row in rows)
    assert any(row.disputes for row in rows)
    for zone in (UTC, ZoneInfo("America/Los_Angeles")):
        start, end = date(2024, 12, 31), END
        rows = analytics.net_revenue(start, end, every="day", zone=zone)
        assert shown(rows, "period", "currency") == grouped(
            [each for each in entries if moment(each).astimezone(zone).date() < end],
            lambda each, zone=zone: (moment(each).astimezone(zone).date(), each["currency"]),
        )
    check_parts_of_a_month(entries)
    check_keys({each["id"] for each in known["product"]})


def check_parts_of_a_month(entries):
    """A month that is not covered as a whole has the days that are."""
    start, end = date(2025, 2, 10), date(2025, 2, 20)
    mine = [each for each in entries if start <= moment(each).date() < end]
    rows = analytics.net_revenue(start, end)
    assert shown(rows, "period", "currency") == grouped(
        mine, lambda each: (date(2025, 2, 1), each["currency"])
    )


def check_keys(products):
    whole = shown(analytics.net_revenue(START, END), "period", "currency")
    for by in ("product", "country", "payment_method"):
        rows = analytics.net_revenue(START, END, by=by)
        sums = defaultdict(Counter)
        for row in rows:
            for name in NAMES[1:]:
                sums[row.period, row.currency][name] += getattr(row, name)
        for group, expected in whole.items():
            assert all(sums[group][name] == expected[name] for name in NAMES[1:])
    assert {row.key for row in rows} == {"card"}
    by_product = analytics.net_revenue(START, END, by="product")
    assert {row.key for row in by_product if row.gross} <= {*products, ""}
    assert len({row.key for row in by_product}) > 3
    assert next(row for row in by_product if not row.key).gross >= 1_234


def check_recovery(invoices):
    failed = [
        each
        for each in invoices
        if each["attempt_count"] > 1 or (each["attempt_count"] == 1 and each["status"] != "paid")
    ]
    assert len(failed) > 1
    expected = defaultdict(Counter)
    states = {"paid": "recovered", "open": "open", "void": "lost", "uncollectible": "lost"}
    for each in failed:
        sums = expected[moment(each).date().replace(day=1), each["currency"]]
        for name in ("failed", states[each["status"]]):
            sums[name] += 1
            sums[f"{name}_amount"] += each["amount_due"]
    found = analytics.failed_payment_recovery(START, date(2025, 6, 1))
    assert {(row.month, row.currency): row for row in found}.keys() == expected.keys()
    for row in found:
        sums = expected[row.month, row.currency]
        for name in ("failed", "recovered", "open", "lost"):
            assert getattr(row, name) == sums[name]
            assert getattr(row, f"{name}_amount") == sums[f"{name}_amount"]


def check_aging(shop, invoices):
    at = shop.stripe.now
    expected = defaultdict(lambda: [0, 0])
    for each in invoices:
        if each["status"] == "open" and each["amount_remaining"]:
            due = each["due_date"] or each["effective_at"] or each["created"]
            days = (at - datetime.fromtimestamp(due, UTC)).total_seconds() / 86_400
            limits = {"current": 0, "1-30": 30, "31-60": 60, "61-90": 90}
            bucket = next((name for name, most in limits.items() if days <= most), "90+")
            sums = expected[each["currency"], bucket]
            sums[:] = sums[0] + 1, sums[1] + each["amount_remaining"]
    found = analytics.invoice_aging()
    assert {(row.currency, row.bucket): [row.invoices, row.amount] for row in found} == expected


def check_payouts(shop):
    with shop.stripe.installed():
        for payout in Payout.objects.all()[:3]:
            sync.reconcile_payout(payout)
    with CaptureQueriesContext(connection) as queries:
        rows = analytics.payouts(START, END)
    assert len(queries) == 2
    assert len(rows) == Payout.objects.filter(created__lt=datetime(2025, 5, 1, tzinfo=UTC)).count()
    reconciled = [row for row in rows if row.transactions]
    assert len(reconciled) >= 3
    for row in reconciled:
        assert row.is_reconciled
        assert row.difference == 0
        assert row.gross + row.fees == row.net == row.amount
        mine = BalanceTransaction.objects.by_payout(row.payout)
        assert row.transactions == mine.count()
    assert not any(row.is_reconciled for row in rows if not row.transactions)


def check_trials(subscriptions):
    started = Counter(
        datetime.fromtimestamp(each["trial_start"], UTC).date().replace(day=1)
        for each in subscriptions
        if each["trial_start"]
    )
    found = analytics.trial_conversion(START, END)
    assert {row.month: row.started for row in found if row.started} == started
    assert sum(row.converted for row in found) > 0
