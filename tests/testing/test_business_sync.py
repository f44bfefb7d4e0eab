"""A business in the tables: by a sync, and by its webhooks alone."""

import pytest
import stripe
from django.core.management import call_command

from stripe_django import registry, sync
from stripe_django.models import Charge, Customer, Discount, Subscription
from stripe_django.testing import Business, FakeStripe
from stripe_django.testing.fake import schema
from tests.everything import Everything

pytestmark = pytest.mark.django_db

PARTS = {"dispute_evidence"}  # of a dispute, not objects of their own at Stripe
BY_PARENT = {"bank_account", "customer_balance_transaction"}  # which --children reads
WITHOUT_EVENTS = {"account", "balance_transaction", "customer_balance_transaction", "item"}


@pytest.fixture
def shop():
    shop = Business(FakeStripe(), seed=11)
    shop.live(months=4, customers=20)
    return shop


def rows():
    models = registry.by_object_name().items()
    found = {name: model.objects.alive().count() for name, model in models}
    return {name: count for name, count in found.items() if count and name not in PARTS}


def test_a_sync_finds_all_of_it_and_the_same_figures(shop):
    with shop.stripe.installed():
        call_command("stripe_sync")
        read_discounts()
    known = Everything(shop.stripe)
    left_out = BY_PARENT | {"discount"}
    expected = {name: len(known[name]) for name in known.objects if name not in left_out}
    found = {name: count for name, count in rows().items() if name not in left_out}
    assert {name: found.get(name) for name in expected} == expected
    check_figures(shop)


def read_discounts():
    """As ``docs/reference/mrr`` says: Stripe lists no discounts."""
    wanted = {"limit": 100, "status": "all", "expand": ["data.discounts"]}
    for each in stripe.Subscription.list(**wanted).auto_paging_iter():
        sync.apply(each)


def check_figures(shop):
    expected = {currency: amount for currency, amount in shop.mrr().items() if amount}
    assert len(expected) == 3
    assert Subscription.objects.mrr(shop.stripe.now) == expected
    for currency in ("eur", "usd", "jpy"):
        values = Customer.objects.lifetime_value(currency)
        found = dict(values.values_list("stripe_id", "lifetime_value"))
        worth = {id: shop.lifetime_value(id).get(currency, 0) for id in found}
        assert found == worth
        assert any(found.values())


def test_webhooks_alone_give_the_same_rows(shop, client):
    known = Everything(shop.stripe)
    with shop.stripe.installed():
        responses = shop.stripe.deliver(client, "/stripe/webhook/")
        call_command("stripe_events", "retry")
    assert {each.status_code for each in responses} == {200}
    expected = {name: len(known[name]) for name in known.objects if name not in WITHOUT_EVENTS}
    del expected["balance"]
    paid = [each for each in known["invoice_payment"] if each["status"] == "paid"]
    expected |= {"invoice_payment": len(paid), "discount": len(standing(known))}
    found = rows()
    assert {name: found.get(name, 0) for name in expected} == expected
    for model in (Charge, Customer, Subscription):
        truth = known.objects[model.stripe.object_name]
        on_request = schema.on_request(model.stripe.object_name)  # a refetch has read these, too
        stored = {
            row.stripe_id: {
                key: value
                for key, value in row.to_stripe().items()
                if key in truth[row.stripe_id] or key not in on_request
            }
            for row in model.objects.all()
        }
        assert stored == truth
    check_figures(shop)


def standing(known):
    """The discounts that are still on something."""
    return [each for row in known["subscription"] for each in row["discounts"]]


def test_a_discount_that_is_over_is_gone(client):
    shop = Business(FakeStripe(), seed=1)
    shop.subscribe(shop.customer(), "solo-monthly", coupon="WELCOME25")
    with shop.stripe.installed():
        shop.stripe.deliver(client, "/stripe/webhook/")
    assert Discount.objects.get().deleted_at is not None
