"""Plans, entitlements and payment methods of customers, from payloads; queries, and their plans."""

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import Prefetch

from stripe_django import sync
from stripe_django.models import (
    Customer,
    PaymentMethod,
    Subscription,
)
from stripe_django.testing import Business, FakeStripe
from tests.accessing import COUNTS, Oracle
from tests.asking import NOW
from tests.everything import Everything

pytestmark = pytest.mark.django_db


def applied(*payloads, days=0):
    for payload in payloads:
        row = sync.apply(payload, as_of=NOW + timedelta(days)).row
    return row


def subscribed(number, *prices, **values):
    items = [
        {
            "id": f"si_{number}_{price}",
            "object": "subscription_item",
            "created": 1_700_000_000 + place,
            "plan": {"id": price, "object": "plan", "product": f"prod_{price}"},
            "price": {"id": price, "object": "price", "product": f"prod_{price}"},
            "quantity": 1,
        }
        for place, price in enumerate(prices)
    ]
    listed = {"object": "list", "data": items, "has_more": False, "url": "/v1/subscription_items"}
    known = {"id": f"sub_{number}", "object": "subscription", "customer": "cus_1"}
    created = {"created": 1_700_000_000 + number}
    return {**known, **created, "status": "active", "items": listed, **values}


@pytest.fixture
def customer(db):
    return applied({"id": "cus_1", "object": "customer"})


def test_the_current_plan_is_the_first_of_the_newest_subscription(
    customer, django_assert_num_queries
):
    assert customer.current_plan is None
    applied(subscribed(1, "a"), subscribed(3, "b", "c"), subscribed(2, "d"))
    with django_assert_num_queries(1):
        assert customer.current_plan.stripe_id == "b"
    applied(subscribed(3, "b", "c", status="past_due", current_period_start=1), days=1)
    assert customer.current_plan.stripe_id == "d"
    at = NOW.replace(year=1970, month=1, day=2)
    assert customer.get_current_plan(grace_days=7, at=at).stripe_id == "b"
    applied({"id": "cus_1", "object": "customer", "deleted": True}, days=1)
    assert customer.current_plan is None


def test_active_subscriptions_can_be_filtered_and_prefetched(customer, django_assert_num_queries):
    applied(subscribed(1, "a"), subscribed(2, "b", status="canceled"), subscribed(3, "c"))
    with django_assert_num_queries(1):
        assert customer.active_subscriptions().order_by("-created").first().stripe_id == "sub_3"
    assert [each.stripe_id for each in customer.active_subscriptions("prod_a")] == ["sub_1"]
    paying = Subscription.objects.giving_access().select_related("plan").order_by("id")
    listed = Prefetch("subscriptions", paying, to_attr="current")
    with django_assert_num_queries(2):
        [found] = Customer.objects.prefetch_related(listed)
        assert [each.plan.stripe_id for each in found.current] == ["a", "c"]


def test_one_query_each(customer, django_assert_num_queries):
    applied(subscribed(1, "a"))
    for answer in (
        lambda: customer.has_access_to("prod_a"),
        lambda: customer.has_access_to(["prod_a", "prod_b"], price="a", grace_days=7),
        lambda: not customer.is_entitled_to("gold"),
        lambda: Customer.objects.with_access_to("prod_a", grace_days=7).get() == customer,
        lambda: Customer.objects.with_access("prod_a").get().has_access,
        lambda: not Customer.objects.entitled_to("gold"),
        lambda: Customer.objects.with_access_to(["prod_a", "prod_b"]).count() == 1,
    ):
        with django_assert_num_queries(1):
            assert answer()


def test_several_columns_about_access(customer):
    applied(subscribed(1, "a"))
    found = Customer.objects.with_access("prod_a", to_attr="a").with_access("prod_b", to_attr="b")
    row = found.with_entitlement("gold", to_attr="gold").get()
    assert (row.a, row.b, row.gold) == (True, False, False)
    assert found.filter(a=True, b=False).get() == row


def test_methods_can_be_awaited(customer):
    applied(subscribed(1, "a"))
    assert async_to_sync(customer.ahas_access_to)("prod_a") is True
    assert async_to_sync(customer.ahas_access_to)("prod_b") is False
    assert async_to_sync(customer.ais_entitled_to)("gold") is False


def summary(*names, days):
    listed = [
        {"id": f"ent_{each}", "object": "entitlements.active_entitlement", "lookup_key": each}
        for each in names
    ]
    url = "/v1/customer/cus_1/entitlements"
    return sync.apply(
        {
            "object": "entitlements.active_entitlement_summary",
            "customer": "cus_1",
            "entitlements": {"object": "list", "data": listed, "has_more": False, "url": url},
        },
        as_of=NOW + timedelta(days),
    )


def test_an_entitlement_ends_with_the_list_that_lacks_it(customer):
    summary("gold", "silver", days=1)
    assert customer.is_entitled_to("gold")
    assert customer.is_entitled_to(["bronze", "silver"])
    summary("silver", days=2)
    assert not customer.is_entitled_to("gold")
    assert Customer.objects.entitled_to("silver").get() == customer


def test_so_does_one_that_was_read_from_the_list_of_its_customer(customer, fake_stripe):
    fake_stripe.now = NOW
    fake_stripe.create("customer", id="cus_1")
    name = "entitlements.active_entitlement"
    for key in ("gold", "silver"):
        fake_stripe.create(name, id=f"ent_{key}", within="cus_1", lookup_key=key)
    call_command("stripe_sync", name, "--children", verbosity=0)
    assert customer.is_entitled_to("gold")
    summary("silver", days=-1)
    assert customer.is_entitled_to("gold")
    summary("silver", days=1)
    assert customer.is_entitled_to("silver")
    assert not customer.is_entitled_to("gold")
    assert not Customer.objects.entitled_to("gold")
    assert Customer.objects.entitled_to(["gold", "silver"]).get() == customer


def test_what_stripe_charges(customer, django_assert_num_queries):
    method = {"object": "payment_method", "customer": "cus_1"}
    applied({"id": "card_1", "object": "card", "customer": "cus_1"})
    applied(*({"id": f"pm_{number}", **method} for number in (1, 2)))
    settings_of = {"invoice_settings": {"default_payment_method": "pm_1"}}
    row = applied({"id": "cus_1", "object": "customer", "default_source": "card_1"}, days=1)
    plain = applied(subscribed(1, "a"))
    with django_assert_num_queries(1):
        assert row.effective_payment_method().stripe_id == "card_1"
    row = applied({"id": "cus_1", "object": "customer", **settings_of}, days=2)
    assert row.effective_payment_method(plain) == PaymentMethod.objects.get(stripe_id="pm_1")
    by_source = applied(subscribed(2, "a", default_source="card_1"))
    assert row.effective_payment_method(by_source).stripe_id == "card_1"
    own = applied(subscribed(3, "a", default_source="card_1", default_payment_method="pm_2"))
    with django_assert_num_queries(1):
        assert row.effective_payment_method(own).stripe_id == "pm_2"
    applied({"id": "cus_1", "object": "customer"}, days=3)
    with django_assert_num_queries(0):
        assert customer.effective_payment_method() is None


def test_the_customers_of_a_business_have_access_as_the_slow_way_says():
    fake = FakeStripe()
    business = Business(fake, after_retries="past_due")
    business.live(months=3, customers=30)
    for each in Everything(fake)["customer"][::2]:
        business.fail_next_payment(each, times=20)
    statuses = set()
    for days in (8, 12, 16):
        business.advance(days=days)
        known = Everything(fake)
        sync.apply([each for name in FILLED for each in known[name]], as_of=fake.now)
        statuses |= set(Subscription.objects.values_list("status", flat=True))
        stored = {model: list(model.objects.all()) for model in COUNTS}
        for name, product in business.catalogue.products.items():
            for grace_days in (0, 7):
                options = {"at": fake.now, "grace_days": grace_days}
                expected = Oracle(stored, **options).customers(product["id"])
                found = Customer.objects.with_access_to(product["id"], **options)
                assert {each.stripe_id for each in found} == expected, name
    assert {"active", "past_due", "trialing"} <= statuses


FILLED = ("product", "price", "plan", "customer", "subscription", "invoice")

FULL_SCAN = {"sqlite": "SCAN stripe_django_", "postgres": "Seq Scan"}


@pytest.mark.skipif(settings.DATABASE not in FULL_SCAN, reason="its plans depend on the rows")
@pytest.mark.parametrize(
    "asked",
    [
        lambda: Customer.objects.with_access_to("prod_a", grace_days=7),
        lambda: Customer.objects.with_access_to(price="price_a"),
        lambda: Customer.objects.entitled_to("gold"),
        lambda: Customer(pk=1, stripe_id="cus_1").active_subscriptions("prod_a", grace_days=7),
        lambda: Customer.objects.filter(stripe_id="cus_1").with_access("prod_a", grace_days=7),
        lambda: Customer.objects.filter(stripe_id="cus_1").with_entitlement("gold"),
    ],
)
def test_indexes_are_used(asked):
    with connection.cursor() as cursor:
        if settings.DATABASE == "postgres":
            cursor.execute("SET LOCAL enable_seqscan = off")  # the tables are empty
        plan = asked().explain()
    assert FULL_SCAN[settings.DATABASE] not in plan, plan


def test_the_id_of_a_price_is_no_product(db):
    with pytest.raises(ValueError, match="pass it as price="):
        Customer.objects.with_access_to("price_1J5aBx2eZvKYlo2C")
