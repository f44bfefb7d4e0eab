"""Monthly recurring revenue in SQL, beside the slow and obvious one, and on known cases."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stripe_django import sync
from stripe_django.models import Coupon, Customer, Discount, Plan, Subscription
from tests.asking import NOW, is_alive, stored
from tests.businesses import Business
from tests.revenue import Revenue, decimal

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", range(2))
def test_it_is_that_of_the_slow_way(seed):
    business = Business(seed)
    with stored(*business.rows.values()):
        assert_interesting(Revenue(business, NOW))
        for age in (0, 20, 60):
            at = NOW - timedelta(age)
            slow = Revenue(business, at)
            expected = {row.stripe_id: decimal(slow.of(row)) for row in slow.running()}
            found = Subscription.objects.with_mrr(at).values_list("stripe_id", "mrr")
            assert dict(found) == expected
            assert Subscription.objects.mrr(at) == slow.total()


def test_without_any_discount_the_shorter_query_has_the_same_result():
    business = Business(1)
    for coupon in business.rows[Coupon]:
        coupon.duration = "once"  # which makes no month cheaper
    slow = Revenue(business, NOW)
    with stored(*business.rows.values()), CaptureQueriesContext(connection) as queries:
        assert Subscription.objects.mrr(NOW) == slow.total()
        short = max(len(query["sql"]) for query in queries)
        each = Subscription.objects.with_mrr(NOW).values_list("mrr_currency", "mrr")
        assert sum(mrr for name, mrr in each if name) == sum(slow.total().values())
        by_product = Subscription.objects.mrr_by("product", NOW)
        assert sum(by_product.values()) == sum(slow.total().values())
    assert short < 30_000  # a fifth of the other one


@pytest.mark.parametrize(("first", "month"), [("half", 400), ("hundred", 450)])
def test_discounts_come_off_in_the_order_of_the_subscription(first, month):
    plan = Plan(stripe_id="plan", amount=1_000, currency="eur", interval="month")
    coupons = [
        Coupon(stripe_id="half", percent_off=50, duration="forever"),
        Coupon(stripe_id="hundred", amount_off=100, currency="eur", duration="forever"),
    ]
    discounts = [
        Discount(
            stripe_id=f"discount_{it.stripe_id}",
            subscription_id="sub",
            coupon_id=it.stripe_id,
            start=NOW - timedelta(1 if it.stripe_id == first else 2),
        )
        for it in coupons
    ]
    subscription = Subscription(
        stripe_id="sub",
        plan_id="plan",
        status="active",
        currency="eur",
        discounts=sorted(
            (each.stripe_id for each in discounts), key=lambda name: not name.endswith(first)
        ),
    )
    with stored([plan], coupons, discounts, [subscription]):
        assert Subscription.objects.mrr(NOW) == {"eur": month}


@pytest.mark.parametrize("currency", [None, "usd", "EUR"])
def test_that_of_customers_is_the_sum_of_their_subscriptions(currency):
    business = Business(1)
    slow = Revenue(business, NOW)
    customers = {row.stripe_id: row for row in business.rows[Customer] if is_alive(row)}
    expected = dict.fromkeys(customers, 0)
    for it in slow.running():
        if it.customer_id in customers:
            asked = (currency or customers[it.customer_id].currency or "").lower()
            expected[it.customer_id] += decimal(slow.of(it)) * (slow.currency(it) == asked)
    with stored(*business.rows.values()):
        found = Customer.objects.with_mrr(currency, at=NOW)
        assert dict(found.values_list("stripe_id", "mrr")) == expected
        most = max(expected.values())
        assert {each.stripe_id for each in found.filter(mrr__gte=most)} == {
            name for name, value in expected.items() if value == most
        }
        assert found.filter(mrr__gt=most - 1).exists()


COUPON = {"id": "ten", "object": "coupon", "percent_off": 10, "duration": "forever"}
OF_2016 = {
    "id": "sub_1",
    "object": "subscription",
    "customer": "cus_1",
    "status": "active",
    "start": 1450000000,
    "quantity": 3,
    "plan": {
        "id": "gold",
        "object": "plan",
        "amount": 1000,
        "currency": "eur",
        "interval": "month",
        "interval_count": 1,
    },
    "discount": {
        "object": "discount",
        "coupon": COUPON,
        "customer": "cus_1",
        "subscription": "sub_1",
        "start": 1450000000,
        "end": None,
    },
}


def of_today(discounts):
    price = {
        "id": "price_1",
        "object": "price",
        "currency": "eur",
        "unit_amount": 1000,
        "type": "recurring",
        "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
    }
    item = {"id": "si_1", "object": "subscription_item", "price": price, "quantity": 3}
    listed = {"object": "list", "data": [item], "has_more": False, "url": "/v1/subscription_items"}
    return {
        "id": "sub_1",
        "object": "subscription",
        "status": "active",
        "currency": "eur",
        "customer": "cus_1",
        "start_date": 1450000000,
        "discounts": discounts,
        "items": listed,
    }


DISCOUNT = {
    "id": "di_1",
    "object": "discount",
    "source": {"type": "coupon", "coupon": "ten"},
    "start": 1450000000,
    "end": None,
    "subscription": "sub_1",
}


@pytest.mark.parametrize("sent", [[OF_2016], [COUPON, of_today([DISCOUNT])]])
def test_payloads_of_2016_and_of_today_bring_in_the_same(sent):
    sync.apply(sent, as_of=NOW)
    assert Subscription.objects.mrr() == {"eur": 2_700}


def test_a_discount_stays_in_force_while_the_subscription_names_it():
    sync.apply([COUPON, of_today([DISCOUNT])], as_of=NOW)
    sync.apply(of_today(["di_1"]), as_of=NOW + timedelta(1))
    assert Subscription.objects.mrr() == {"eur": 2_700}
    sync.apply(of_today([]), as_of=NOW + timedelta(2))
    assert Subscription.objects.mrr() == {"eur": 3_000}


def assert_interesting(slow):
    """Enough of these bring in something, for less than without discounts of each kind."""
    paying = [it for it in slow.running() if slow.of(it)]
    own = [slow.on(it, "subscription_id") for it in paying]
    items = [item for it in paying for item in slow.items(it)]
    of_items = [slow.on(item, "subscription_item_id") for item in items]
    of_customers = [slow.customers(it) for it in paying if not slow.on(it, "subscription_id")]
    counts = [len(paying), sum(map(bool, own)), sum(len(each) > 1 for each in own)]
    counts += [sum(map(bool, of_items)), sum(map(bool, of_customers))]
    least = (30, 5, 1, 3, 2)
    assert all(count >= few for count, few in zip(counts, least, strict=True)), counts
