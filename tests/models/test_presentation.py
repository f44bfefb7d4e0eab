"""What templates and e-mails show of a row: its page at Stripe, and its amounts as money."""

import pytest
from django.template import Context, Template
from django.utils import translation

from stripe_django import fields, registry
from stripe_django.models import Charge, Customer, IssuingAuthorization, LineItem
from stripe_django.models.base import StripeModel

ADDRESSES = [
    (Charge, {"livemode": True}, "payments/id_1"),
    (Charge, {"livemode": False}, "test/payments/id_1"),
    (Customer, {"livemode": False, "stripe_account": "acct_1"}, "acct_1/test/customers/id_1"),
    (LineItem, {"livemode": None}, "search?query=id_1"),
]


@pytest.mark.parametrize(("model", "values", "path"), ADDRESSES)
def test_where_an_object_is_at_stripe(model, values, path):
    made = model(stripe_id="id_1", **values)
    assert made.dashboard_url == f"https://dashboard.stripe.com/{path}"


def test_an_object_without_an_id_is_not_at_stripe():
    assert Charge(stripe_id="derived", extra={"_absent": ["id"]}).dashboard_url is None


def test_an_amount_as_money():
    charge = Charge(amount=109_900, amount_refunded=0, currency="eur")
    assert (charge.amount_money, charge.amount_refunded_money) == ("€1,099.00", "€0.00")
    with translation.override("de"):
        assert charge.amount_money == "1.099,00\xa0€"
    assert charge.amount_captured_money == ""
    assert Charge(amount=1_099).amount_money == "1,099"


def test_an_amount_in_a_currency_of_its_own():
    made = IssuingAuthorization(
        amount=500, currency="eur", merchant_amount=800, merchant_currency="jpy"
    )
    assert (made.amount_money, made.merchant_amount_money) == ("€5.00", "¥800")


def test_a_template_writes_it():
    text = Template("{{ row.amount_money }}, {{ row.dashboard_url }}")
    made = Charge(stripe_id="ch_1", amount=500, currency="usd", livemode=True)
    url = "https://dashboard.stripe.com/payments/ch_1"
    assert text.render(Context({"row": made})) == f"$5.00, {url}"


@pytest.mark.parametrize("model", registry.models(), ids=lambda model: model.__name__)
def test_every_amount_has_its_money_and_hides_nothing(model: type[StripeModel]):
    amounts = [field for field in model._meta.fields if isinstance(field, fields.Amount)]
    names = {field.name for field in model._meta.get_fields()}
    for field in amounts:
        assert isinstance(vars(model)[f"{field.name}_money"], property)
        assert f"{field.name}_money" not in names
