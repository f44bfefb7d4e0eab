"""What ``Business`` does when it is told to."""

import pytest

from stripe_django.testing import Business, FakeStripe


@pytest.fixture
def shop():
    return Business(FakeStripe(), seed=7)


def test_a_subscription_is_paid_and_renewed(shop):
    payer = shop.customer(email="payer@example.com")
    subscription = shop.subscribe(payer, "team-monthly", quantity=3)
    assert (payer["email"], subscription["status"]) == ("payer@example.com", "active")
    invoice = shop.stripe.get(subscription["latest_invoice"])
    assert (invoice["subtotal"], invoice["total"]) == (8_700, 10_353)  # with 19 percent
    shop.advance(days=32)
    renewed = shop.stripe.get(subscription["id"])
    assert renewed["latest_invoice"] != invoice["id"]
    assert shop.stripe.get(renewed["latest_invoice"])["status"] == "paid"


def test_an_unknown_price_names_the_known_ones(shop):
    with pytest.raises(LookupError, match=r"no price 'gold' in eur.*team-monthly"):
        shop.subscribe(shop.customer(), "gold")
