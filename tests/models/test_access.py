"""Who has access, by the database and by a slow and obvious way over the same rows."""

from datetime import timedelta

import pytest

from stripe_django.models import (
    Customer,
    EntitlementsActiveEntitlement,
    EntitlementsFeature,
    Plan,
    Price,
    Product,
    Subscription,
)
from tests.accessing import Oracle, Shop
from tests.asking import NOW, is_alive, stored

pytestmark = pytest.mark.django_db

OPTIONS = [
    {"at": NOW},
    {"at": NOW, "grace_days": 7},
    {"at": NOW + timedelta(2), "grace_days": 30, "collection_paused": False},
]
WANTED = [
    {},
    *({"product": f"product_{number}"} for number in range(4)),
    *({"price": f"price_{number}"} for number in range(3)),
    {"price": "plan_1"},
    {"product": "product_1", "price": "price_1"},
    {"product": "product_1", "price": "price_2"},
]


@pytest.fixture
def seed():
    return 0


@pytest.fixture
def shop(seed, db):
    shop = Shop(seed)
    with stored(*shop.rows.values()):
        yield shop


def ids(queryset):
    return sorted(queryset.values_list("stripe_id", flat=True))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_customers_with_access_are_those_of_the_slow_way(shop, options):
    oracle, found = Oracle(shop.rows, **options), 0
    for asked in WANTED:
        expected = oracle.customers(**asked)
        assert ids(Customer.objects.with_access_to(**asked, **options)) == sorted(expected)
        annotated = Customer.objects.with_access(**asked, **options)
        every = {row.stripe_id: row.stripe_id in expected for row in shop.rows[Customer]}
        assert dict(annotated.values_list("stripe_id", "has_access")) == every
        found += 0 < len(expected) < len(every)
    assert found >= 6


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_so_are_the_answers_of_each_customer(shop, options):
    oracle = Oracle(shop.rows, **options)
    for customer in Customer.objects.all()[:20]:
        for asked in (WANTED[0], WANTED[2], WANTED[5]):
            expected = [each.stripe_id for each in oracle.subscriptions(customer, **asked)]
            expected = expected if is_alive(customer) else []
            subscriptions = customer.active_subscriptions(**asked, **options)
            assert ids(subscriptions) == sorted(expected)
            assert customer.has_access_to(**asked, **options) is bool(expected)
        plan = oracle.current_plan(customer) if is_alive(customer) else None
        rows = [each for each in shop.rows[Plan] if each.stripe_id == plan]
        assert customer.get_current_plan(**options) == (rows[0] if rows else None)


def test_subscriptions_that_give_access(shop):
    for options in OPTIONS:
        oracle = Oracle(shop.rows, **options)
        deleted = {row.stripe_id for row in shop.rows[Customer] if not is_alive(row)}
        subscriptions = [it for it in shop.rows[Subscription] if it.customer_id not in deleted]
        expected = [it.stripe_id for it in subscriptions if oracle.gives_access(it)]
        assert ids(Subscription.objects.giving_access(**options)) == sorted(expected)


@pytest.mark.parametrize("key", ["gold", "Gold", "gold ", "none"])
def test_entitled_customers(shop, key):
    alive = {row.stripe_id for row in shop.rows[Customer] if is_alive(row)}
    expected = {
        row.customer_id
        for row in shop.rows[EntitlementsActiveEntitlement]
        if is_alive(row) and row.lookup_key == key and row.customer_id in alive
    }
    assert ids(Customer.objects.entitled_to(key)) == sorted(expected)
    for customer in Customer.objects.with_entitlement(key)[:20]:
        assert customer.is_entitled is (customer.stripe_id in expected)
        assert customer.is_entitled_to(key) is customer.is_entitled


def test_a_product_may_be_a_row_an_id_a_list_or_a_queryset(shop):
    one, two = Product.objects.filter(stripe_id__in=["product_1", "product_2"]).order_by("id")
    alone, both = (
        ids(Customer.objects.with_access_to(each, at=NOW)) for each in (one, ["product_1", two])
    )
    assert len(alone) < len(both)
    for given in ("product_1", [one], Product.objects.filter(pk=one.pk), iter(["product_1"])):
        assert ids(Customer.objects.with_access_to(given, at=NOW)) == alone
    for given in ([one, two], {"product_1", "product_2"}, [Product.objects.filter(pk=one.pk), two]):
        assert ids(Customer.objects.with_access_to(given, at=NOW)) == both
    prices = Price.objects.filter(product=one)
    assert ids(Customer.objects.with_access_to(price=prices, at=NOW))
    assert ids(Customer.objects.with_access_to([], at=NOW)) == []
    assert ids(Customer.objects.with_access_to(Product.objects.none(), at=NOW)) == []


def test_what_is_no_product_is_refused():
    """An empty setting, or a lookup that found nothing, must not open the door."""
    customer = Customer(pk=1, stripe_id="cus_1")
    for given in (None, "", 5, b"prod", {}, [None], [[""]]):
        with pytest.raises(ValueError, match="product or its id is needed"):
            customer.has_access_to(given)
        with pytest.raises(ValueError, match="price or its id is needed"):
            Customer.objects.with_access_to(price=given)
        with pytest.raises(ValueError, match="feature or its lookup key is needed"):
            customer.is_entitled_to(given)
    for given in (Price(stripe_id="price_1"), Price.objects.all(), [Plan(stripe_id="gold")]):
        with pytest.raises(TypeError, match="is no product: pass it as price="):
            customer.has_access_to(given)
        with pytest.raises(TypeError, match="is no feature"):
            customer.is_entitled_to(given)
    with pytest.raises(ValueError, match="must not be negative"):
        customer.has_access_to("prod_1", grace_days=-1)
    with pytest.raises(ValueError, match="aware of its time zone"):
        customer.has_access_to("prod_1", at=NOW.replace(tzinfo=None))


def test_entitlements_by_the_row_of_the_feature(shop):
    feature = EntitlementsFeature(stripe_id="feat_1")
    assert ids(Customer.objects.entitled_to(feature))
    one = ids(Customer.objects.entitled_to([feature]))
    assert one == ids(Customer.objects.entitled_to(feature))
    both = ids(Customer.objects.entitled_to([feature, "gold"]))
    assert set(both) == {*one, *ids(Customer.objects.entitled_to("gold"))}
    assert ids(Customer.objects.entitled_to(EntitlementsFeature.objects.all())) == []
