"""The overview: what it shows, to whom, and with how many queries."""

import re
from dataclasses import asdict
from datetime import UTC, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from stripe_django.analytics import Cohort, Movement, NetRevenue
from stripe_django.models import BusinessFigures, RevenueMonth, Statistics, VolumeDay
from stripe_django.statistics.business import months_until
from tests.pages import text_of

pytestmark = pytest.mark.django_db

MOST = 15  # queries for one page
MONTHS = 12
GROWTH = {"new": 90_000, "reactivation": 4_000, "expansion": 21_000}
LOSS = {"contraction": -9_000, "churn": -32_000}
CHANGES = {name: Decimal(value) for name, value in (GROWTH | LOSS).items()}


def page_of(client, **query):
    return client.get(reverse("admin:stripe_django_statistics_changelist"), query)


def movement(month, currency, opening, customers):
    return Movement(
        **{"month": month, "currency": currency, "key": "", "opening": opening},
        **CHANGES,
        closing=opening + sum(CHANGES.values()),
        opening_customers=customers,
        new_customers=9,
        reactivated_customers=1,
        churned_customers=3,
        closing_customers=customers + 7,
        is_exact=True,
    )


def movements(today, currency, first):
    gain = sum(CHANGES.values())
    return [
        movement(month, currency, first + gain * place, 40 + 7 * place)
        for place, month in enumerate(months_until(today, MONTHS))
    ]


def earned(period, currency, gross):
    parts = {"gross": gross, "refunds": -gross // 20, "disputes": -gross // 50}
    parts["fees"] = -gross // 30
    net = sum(parts.values())
    return NetRevenue(period=period, currency=currency, key="", charges=3, **parts, net=net)


def cohort(month, currency, size, months):
    return [
        Cohort(
            **{"month": month, "currency": currency, "age": age, "size": size},
            customers=size - age,
            mrr=Decimal(1000 * (size - age)),
            initial_mrr=Decimal(1000 * size),
        )
        for age in range(months)
    ]


def found(rows):
    return [asdict(row) for each in rows for row in each]


def segment(count, **amounts):
    return [
        {"currency": currency, "count": count, "amount": amount, "deadline": None}
        for currency, amount in (amounts or {"": 0}).items()
    ]


@pytest.fixture
def filled(db):
    """The statistics of a business in two currencies, as the analyses store them."""
    now = timezone.now()
    today = now.astimezone(UTC).date()
    months = months_until(today, MONTHS)
    days = [today - timedelta(days=ago) for ago in range(91)]
    openings = {"eur": Decimal(765_432), "usd": Decimal(210_000)}
    results = {
        "segments": {
            "open": segment(12, eur=120_000, usd=9_900),
            "overdue": segment(5, eur=43_210),
            "failed": segment(4, eur=40_000),
            "due": [segment(2, eur=7_000)[0] | {"deadline": now + timedelta(days=3, hours=1)}],
            "recurring": segment(1_005),
            "subscribers": segment(987),
            "month": segment(321, eur=500_000),
        },
        "movements": {
            "since": None,
            "rows": found(movements(today, *each) for each in openings.items()),
        },
        "revenue_by_day": found(
            [earned(day, "eur", 100_000), earned(day, "usd", 30_000)] for day in days
        ),
        "revenue_by_month": found(
            [earned(month, "eur", 2_500_000), earned(month, "usd", 800_000)] for month in months
        ),
        "cohorts": found(
            cohort(month, "eur", 20, MONTHS - place) for place, month in enumerate(months)
        ),
    }
    for name, result in results.items():
        BusinessFigures.objects.create(name=name, found=result, taken_at=now)
    Statistics.objects.create(refreshed_at=now)
    for currency in ("eur", "usd"):
        VolumeDay.objects.bulk_create(
            VolumeDay(day=day, currency=currency, charges=3, gross=98_765, refunded=4_500)
            for day in days
        )
        RevenueMonth.objects.bulk_create(
            RevenueMonth(month=month, currency=currency, subscriptions=500, mrr=1, taken_at=now)
            for month in months
        )


@pytest.fixture
def finance(client, django_user_model):
    """Logs in somebody who may view the overview and the models with these names."""

    def log_in(*names):
        user = django_user_model.objects.create_user("finance", is_staff=True)
        codenames = [f"view_{name}" for name in ("statistics", *names)]
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(user)
        return client

    return log_in


def test_the_tiles(admin_client, filled):
    text = text_of(page_of(admin_client))
    for expected in (
        "Monthly recurring revenue €16,534.32 $10,980.00 1,005 subscriptions +€740.00 this month",
        "Active subscribers 987 customers 20 came and 6 left this month",
        "Open invoices €1,200.00 $99.00 24 invoices",
        "Overdue invoices €432.10 5 invoices",
        "Failed payments to recover €400.00 4 invoices",
        "Disputes to respond to €70.00 2 disputes the first is due in 3 days",
    ):
        assert expected in text


def test_the_mrr_is_the_last_one_known_until_the_new_month_is_counted(admin_client, filled):
    found = BusinessFigures.objects.get(name="movements").found
    this_month = max(row["month"] for row in found["rows"])
    found["rows"] = [row for row in found["rows"] if row["month"] < this_month]
    BusinessFigures.objects.filter(name="movements").update(found=found)
    text = text_of(page_of(admin_client))
    assert "Monthly recurring revenue €15,794.32 $10,240.00 1,005 subscriptions Net" in text


def test_movements_of_before_the_first_stored_event_are_named(admin_client, filled):
    found = BusinessFigures.objects.get(name="movements").found
    rows = [row | {"is_exact": False} for row in found["rows"]]
    assert "computed from the present prices" not in text_of(page_of(admin_client))
    found = {"since": "2026-02-03T04:05:06Z", "rows": rows}
    BusinessFigures.objects.filter(name="movements").update(found=found)
    content = page_of(admin_client).content.decode()
    assert 'datetime="2026-02-02T22:05:06-06:00"' in content
    assert "are computed from the present prices and quantities" in content


def test_net_revenue_is_compared_with_last_month_at_the_same_day(admin_client, filled, monkeypatch):
    start = timezone.now().astimezone(UTC).replace(day=1, hour=12)
    rows = [
        (start, 5_000),
        (start + timedelta(days=1), 700),  # after today
        (start - timedelta(days=1), 90_000),  # of last month, after this day of it
        ((start - timedelta(days=1)).replace(day=1), 4_000),
    ]
    days = [earned(day.date(), "eur", 0) for day, _ in rows]
    found = [asdict(day) | {"net": net} for day, (_, net) in zip(days, rows, strict=True)]
    BusinessFigures.objects.filter(name="revenue_by_day").update(found=found)
    monkeypatch.setattr(timezone, "now", lambda: start)
    assert ("Net revenue this month €50.00 321 entries €40.00 a month ago (+25 %)") in text_of(
        page_of(admin_client)
    )


@pytest.mark.parametrize(
    ("name", "bars", "opening"),
    [("30-days", 30, "€15,794.32"), ("quarter", 13, "€14,314.32"), ("year", 12, "€7,654.32")],
)
def test_a_range_is_chosen(admin_client, filled, name, bars, opening):
    content = page_of(admin_client, range=name).content.decode()
    assert f'href="?range={name}" aria-current="true"' in content
    [waterfall] = re.findall(r'aria-labelledby="stripe-waterfall-eur".*?</figure>', content, re.S)
    assert opening in waterfall
    [revenue] = re.findall(r'aria-labelledby="stripe-revenue-eur".*?</figure>', content, re.S)
    assert revenue.count('class="stripe-slot"') == bars


def test_an_unknown_range_is_the_year(admin_client, filled):
    content = page_of(admin_client, range="century").content.decode()
    assert 'href="?range=year" aria-current="true"' in content


def test_a_week_is_the_sum_of_its_days(admin_client, filled):
    assert (
        "gross €7,000.00, refunds -€350.00"
        in page_of(admin_client, range="quarter").content.decode()
    )


def test_a_fresh_install_is_told_what_to_run(admin_client):
    text = text_of(page_of(admin_client))
    assert "There are no statistics yet" in text
    assert "stripe_sync" in text


def test_it_leads_to_the_machinery(admin_client, filled):
    machinery = reverse("admin:stripe_django_statistics_machinery")
    assert f'href="{machinery}"' in page_of(admin_client).content.decode()


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ((), set()),
        (("invoice",), {"Open invoices", "Overdue invoices", "Failed payments"}),
        (("dispute",), {"Disputes to respond"}),
        (("customer",), set()),
        (
            ("customer", "subscription"),
            {"Active subscribers", "Monthly recurring", "MRR movements", "Cohorts"},
        ),
        (("subscription",), {"Monthly recurring", "MRR movements", "Cohorts"}),
        (("balancetransaction",), {"Net revenue this month", "Net revenue, EUR"}),
        (("charge",), {"Gross volume"}),
    ],
)
def test_numbers_are_for_who_may_view_the_objects(finance, filled, names, shown):
    text = text_of(page_of(finance(*names)))
    known = {
        *("Open invoices", "Overdue invoices", "Failed payments", "Disputes to respond"),
        *("Active subscribers", "Monthly recurring", "MRR movements", "Cohorts"),
        *("Net revenue this month", "Net revenue, EUR", "Gross volume"),
    }
    assert {each for each in known if each in text} == shown


def test_it_has_a_permission_of_its_own(client, django_user_model, filled):
    client.force_login(django_user_model.objects.create_user("finance", is_staff=True))
    assert page_of(client).status_code == 403
    machinery = reverse("admin:stripe_django_statistics_machinery")
    assert client.get(machinery).status_code == 403


def test_queries(finance, filled):
    models = "invoice dispute customer subscription balancetransaction charge"
    client = finance(*models.split())
    with CaptureQueriesContext(connection) as sent:
        page_of(client)
    told = [each["sql"] for each in sent]
    assert len(told) <= MOST, "\n".join(told)
    # The menu of the admin asks whether tables have rows at all.
    figures = [sql for sql in told if "EXISTS" not in sql and "pg_class" not in sql]
    tables = models.replace("balancetransaction", "balance_transaction").replace(" ", "|")
    assert not re.search(rf"stripe_django_({tables})\W", str(figures))
