"""The filters of lists and the totals below them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from stripe_django.admin import pagination
from stripe_django.models import (
    Charge,
    Customer,
    Dispute,
    Payout,
    Plan,
    Price,
    Product,
    Refund,
    Subscription,
    SubscriptionItem,
)
from tests.rows import WHEN, row

pytestmark = pytest.mark.django_db


def address(model):
    return reverse(f"admin:stripe_django_{model._meta.model_name}_changelist")


def page(client, model, **query):
    found = client.get(address(model), query)
    assert found.status_code == 200, found.headers
    return found


def ids(client, model, **query):
    return [each.stripe_id for each in page(client, model, **query).context["cl"].result_list]


def test_days_are_those_of_the_current_time_zone_and_the_last_is_included(admin_client, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    timezone.get_default_timezone.cache_clear()
    for number, hour in enumerate((21, 22, 45, 46)):  # Berlin is two hours ahead in May
        row(
            Charge, f"ch_{number}", created=datetime(2026, 5, 1, tzinfo=UTC) + timedelta(hours=hour)
        )
    try:
        days = {"created_from": "2026-05-02", "created_until": "2026-05-02"}
        assert ids(admin_client, Charge, **days) == ["ch_2", "ch_1"]
        assert ids(admin_client, Charge, created_from="2026-05-03") == ["ch_3"]
        assert ids(admin_client, Charge, created_until="9999-12-31", q="ch_0") == ["ch_0"]
    finally:
        timezone.get_default_timezone.cache_clear()


def test_the_form_keeps_the_other_filters(admin_client):
    row(Charge, "ch_1")
    query = {"created_from": "2026-03-03", "created_until": "2026-03-05", "status__exact": "failed"}
    text = page(admin_client, Charge, **query).text
    assert '<input type="hidden" name="status__exact" value="failed">' in text
    assert 'name="created_from" value="2026-03-03"' in text
    assert "2026-03-03" not in page(admin_client, Charge).text


@pytest.mark.parametrize("text", ["May", "2026-13-01", "2026-02-31", "0"])
def test_what_is_no_day_leads_back_to_the_list(admin_client, text):
    row(Charge, "ch_1")
    assert admin_client.get(address(Charge), {"created_from": text}).status_code == 302


@pytest.mark.parametrize("model", [Payout, Refund])
def test_statuses_that_stripe_does_not_enumerate(admin_client, model):
    row(model, "id_1", status="failed")
    row(model, "id_2", status="paid")
    assert ids(admin_client, model, status__exact="failed") == ["id_1"]
    text = page(admin_client, model).text
    assert "?status__exact=failed" in text
    assert "?status__exact=pending" in text


def test_flags(admin_client):
    row(Customer, "cus_1", delinquent=True)
    row(Customer, "cus_2", delinquent=False)
    assert ids(admin_client, Customer, delinquent__exact="1") == ["cus_1"]


def test_no_list_has_a_filter_for_no_date(admin_client):
    row(Charge, "ch_1")
    assert "No date" not in page(admin_client, Charge).text


def test_a_deadline_with_the_days_that_are_left(admin_client):
    soon = timezone.now() + timedelta(days=3)
    row(Dispute, "dp_1", status="needs_response", due_by=soon)
    row(Dispute, "dp_2", status="lost", due_by=soon)
    text = page(admin_client, Dispute).text
    assert text.count("3 days left") == 1
    day = timezone.localdate(soon).isoformat()
    assert set(ids(admin_client, Dispute, due_by_from=day, due_by_until=day)) == {"dp_1", "dp_2"}
    assert ids(admin_client, Dispute, due_by_from="2099-01-01") == []


def totals(client, model, **query):
    found = page(client, model, **query).context["cl"].totals
    return found and [(each.currency, each.amounts) for each in found.lines]


def test_totals_by_currency_of_what_is_filtered(admin_client):
    for number, currency in enumerate(("eur", "eur", "jpy")):
        row(Charge, f"ch_{number}", amount=1_000 + number, currency=currency, status="succeeded")
    row(Charge, "ch_9", amount=5, currency="eur", status="failed")
    assert totals(admin_client, Charge, status__exact="succeeded") == [
        ("EUR", ["€20.01"]),
        ("JPY", ["¥1,002"]),
    ]
    assert totals(admin_client, Product) is None
    row(Price, "price_1", unit_amount=500, currency="eur")
    assert totals(admin_client, Price) is None  # prices are no money that was moved
    text = page(admin_client, Charge, status__exact="succeeded").text
    assert "€20.01" in text


def test_more_rows_than_the_limit_are_not_added_up_and_it_says_so(admin_client, monkeypatch):
    monkeypatch.setattr(pagination, "LIMIT", 2)
    for number in range(3):
        row(Charge, f"ch_{number}")
    with CaptureQueriesContext(connection) as caught:
        text = page(admin_client, Charge).text
    assert "Totals are added up for 2 rows at most" in text
    assert not [each for each in caught if "SUM(" in each["sql"]]


def test_a_page_names_the_customers_with_one_query(admin_client):
    for number in range(30):
        row(Customer, f"cus_{number}", name=f"Person {number}")
        row(Charge, f"ch_{number}", customer_id=f"cus_{number}", created=WHEN)
    row(Charge, "ch_x", customer_id="cus_far")
    with CaptureQueriesContext(connection) as caught:
        text = page(admin_client, Charge).text
    customers = f"FROM {connection.ops.quote_name('stripe_django_customer')} WHERE"
    assert len([each for each in caught if customers in each["sql"]]) == 1
    assert ">Person 29</a>" in text
    assert ">cus_far</a>" in text


def test_a_subscription_is_called_by_its_products_and_prices(admin_client):
    row(Product, "prod_1", name="Gold")
    terms = {"product_id": "prod_1", "currency": "eur", "interval": "month", "interval_count": 1}
    row(Price, "price_1", unit_amount=2_900, **terms, nickname="Gold, monthly", billing_scheme=None)
    row(Plan, "plan_1", amount=900, **terms, name=None, nickname=None, billing_scheme=None)
    row(Subscription, "sub_1", plan_id=None)
    item = {"subscription_id": "sub_1", "price_id": "price_1", "product_id": "prod_1"}
    row(SubscriptionItem, "si_1", **item, quantity=3)
    row(SubscriptionItem, "si_2", **item, quantity=1)
    row(Subscription, "sub_2", plan_id="plan_1", quantity=2)
    text = page(admin_client, Subscription).text
    assert ">3 × Gold · €29.00 per month, Gold · €29.00 per month</a>" in text
    assert ">2 × Gold · €9.00 per month</a>" in text
