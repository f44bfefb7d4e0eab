"""What belongs together in a payload agrees, whichever part the caller gives."""

import pytest

from stripe_django.testing import FakeStripe, payload


def item(**values):
    found = payload("subscription", id="sub_1", items={"data": [values]})
    return found["items"]["data"][0]


def test_an_item_given_inside_belongs_to_the_subscription():
    given = {"id": "si_2", "object": "subscription_item"}
    found = payload("subscription", id="sub_1", items={"data": [{"quantity": 3}, given]})
    assert [each["subscription"] for each in found["items"]["data"]] == ["sub_1"] * 2
    assert given == {"id": "si_2", "object": "subscription_item"}
    assert item(subscription="sub_other")["subscription"] == "sub_other"


def test_the_plan_of_an_item_shows_its_price():
    terms = {"interval": "year", "interval_count": 2, "usage_type": "metered"}
    price = {"id": "price_1", "unit_amount": 1_234, "currency": "eur", "recurring": terms}
    found = item(price=price | {"product": "prod_1", "nickname": "N"})
    plan, price = found["plan"], found["price"]
    assert price["unit_amount_decimal"] == plan["amount_decimal"] == "1234"
    assert (plan["amount"], plan["currency"], plan["product"]) == (1_234, "eur", "prod_1")
    assert (plan["id"], plan["nickname"], plan["created"]) == ("price_1", "N", price["created"])
    assert {key: plan[key] for key in terms} == terms


def test_a_price_in_full_gives_the_plan():
    price = payload("price", seed=9, unit_amount=77, recurring={"interval": "day"})
    found = item(price=price)
    assert found["price"] == price
    assert (found["plan"]["id"], found["plan"]["amount"]) == (price["id"], 77)
    assert found["plan"]["interval"] == "day"


def test_a_plan_gives_the_price():
    found = item(plan={"id": "gold", "amount": 5, "interval": "week"})
    price = found["price"]
    assert (price["id"], price["unit_amount"], price["unit_amount_decimal"]) == ("gold", 5, "5")
    assert price["recurring"]["interval"] == "week"


def test_both_stay_as_given():
    found = item(plan={"amount": 5}, price={"unit_amount": 6})
    assert (found["plan"]["amount"], found["price"]["unit_amount"]) == (5, 6)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, None),
        ({"unit_amount": 500}, (500, "500")),
        ({"unit_amount": None}, (None, None)),
        ({"unit_amount_decimal": "12"}, (12, "12")),
        ({"unit_amount_decimal": "12.5"}, (None, "12.5")),
        ({"unit_amount": 1, "unit_amount_decimal": "2"}, (1, "2")),
        ({"billing_scheme": "tiered"}, (None, None)),
    ],
)
def test_an_amount_and_its_decimal(given, expected):
    found = payload("price", **given)
    amount, decimal = found["unit_amount"], found["unit_amount_decimal"]
    assert (amount, decimal) == (expected or (amount, str(amount)))
    assert expected or amount > 0


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (True, "completed")),
        ({"automatic": False}, (False, "not_applicable")),
        ({"automatic": True}, (True, "completed")),
        ({"reconciliation_status": "not_applicable"}, (False, "not_applicable")),
        ({"reconciliation_status": "in_progress"}, (True, "in_progress")),
        ({"automatic": False, "reconciliation_status": "completed"}, (False, "completed")),
    ],
)
def test_an_automatic_payout_is_reconciled(given, expected):
    found = payload("payout", **given)
    assert (found["automatic"], found["reconciliation_status"]) == expected


def test_an_amount_within_tiers():
    price = payload("price", billing_scheme="tiered", tiers=[{"unit_amount": 3, "up_to": None}])
    assert price["tiers"][0]["unit_amount_decimal"] == "3"


def test_the_fake_has_them_agree_as_well():
    fake = FakeStripe()
    made = fake.create("subscription", items={"data": [{"price": {"unit_amount": 9}}]})
    [found] = made["items"]["data"]
    assert found["subscription"] == made["id"]
    assert (found["plan"]["amount"], found["price"]["unit_amount_decimal"]) == (9, "9")
