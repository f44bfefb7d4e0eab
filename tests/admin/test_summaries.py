"""The summary on top of a page: its facts, links, permissions and queries."""

from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from stripe_django import sync
from stripe_django.admin.relations import relations
from stripe_django.admin.rendering.times import time_and_age
from stripe_django.admin.summaries.registry import SUMMARIES
from stripe_django.models import (
    BalanceTransaction,
    Charge,
    Customer,
    Dispute,
    Invoice,
    InvoiceLineItem,
    InvoicePayment,
    PaymentIntent,
    PaymentMethod,
    Payout,
    Plan,
    Price,
    Product,
    Refund,
    Subscription,
    SubscriptionItem,
)
from tests.rows import row

pytestmark = pytest.mark.django_db

QUERIES = 15
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CARD = {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2030}


@pytest.fixture(autouse=True)
def in_utc():
    with timezone.override(UTC):
        yield


def bare(model, stripe_id, **values):
    """A row without values, but for these."""
    made = model(stripe_id=stripe_id, synced_at=NOW, as_of=NOW, as_of_kind="read", **values)
    made.save_base(raw=True, force_insert=True)
    return made


def page_of(made):
    return reverse(f"admin:stripe_django_{made._meta.model_name}_change", args=[made.pk])


def by_id(model, stripe_id):
    name = f"admin:stripe_django_{model._meta.model_name}_change"
    return f"{reverse(name, args=[quote(stripe_id)])}?_to_field=stripe_id"


def summary(client, made):
    """The headline and the facts, as text."""
    found = client.get(page_of(made)).context["stripe_summary"]
    headline = [strip_tags(part) for part in found["headline"]]
    return headline, {name: strip_tags(value) for name, value in found["facts"]}


def tables(client, made):
    found = client.get(page_of(made)).context["stripe_tables"]
    return {
        panel.title: [[strip_tags(cell) for cell in line] for line in panel.more["table"].lines]
        for panel in found
    }


@pytest.fixture
def paid():
    """A payment of an invoice, as the API of today has it: neither names the other."""
    bare(Customer, "cus_1", email="ann@example.com", currency="eur")
    bare(BalanceTransaction, "txn_1", fee=41, net=459, currency="eur")
    bare(PaymentIntent, "pi_1", amount=500, currency="eur", latest_charge_id="ch_1")
    bare(Invoice, "in_1", number="A-1", total=500, currency="eur", status="paid")
    values = {"status": "paid", "amount_paid": 500, "currency": "eur"}
    bare(InvoicePayment, "inpay_1", invoice_id="in_1", payment_intent_id="pi_1", **values)
    values = {"amount": 500, "currency": "eur", "payment_intent_id": "pi_1", "customer_id": "cus_1"}
    failed = {"status": "failed", "failure_message": "No money."}
    bare(Charge, "ch_0", created=NOW - timedelta(days=3), **values, **failed, **CARD)
    outcome = {"risk_level": "elevated", "risk_score": 70}
    values |= {"balance_transaction_id": "txn_1", "outcome": outcome, "refunded": True}
    return bare(Charge, "ch_1", status="succeeded", created=NOW, **values, **CARD)


def test_a_charge(admin_client, paid):
    headline, facts = summary(admin_client, paid)
    assert headline == ["€5.00", "Succeeded", "Refunded"]
    assert (
        facts.items()
        >= {
            "Customer": "ann@example.com",
            "Invoice": "A-1",
            "Payment method": "Visa ••4242, 12/2030",
            "Risk": "Elevated (70)",
            "Fee": "€0.41",
            "Net": "€4.59",
            "Stripe id": "ch_1",
        }.items()
    )


def test_from_a_charge_to_its_invoice_and_back(admin_client, paid):
    found = dict(admin_client.get(page_of(paid)).context["stripe_summary"]["facts"])
    assert f'href="{by_id(Invoice, "in_1")}"' in found["Invoice"]
    invoice = Invoice.objects.get()
    assert tables(admin_client, invoice)["Payments"] == [
        ["€5.00", "Succeeded", "Visa ••4242, 12/2030", "", strip_time(paid)],
        ["€5.00", "Failed", "Visa ••4242, 12/2030", "No money.", strip_time(charge("ch_0"))],
    ]
    [panel] = admin_client.get(page_of(invoice)).context["stripe_tables"]
    assert f'href="{page_of(paid)}"' in panel.more["table"].lines[0][0]


def charge(stripe_id):
    return Charge.objects.get(stripe_id=stripe_id)


def strip_time(made):
    return strip_tags(time_and_age(made.created))


def test_the_api_of_2016_names_the_invoice_on_the_charge(admin_client):
    invoice = bare(Invoice, "in_1", number="A-1")
    made = bare(Charge, "ch_1", invoice_id="in_1", amount=5, currency="eur")
    assert summary(admin_client, made)[1]["Invoice"] == "A-1"
    assert [line[0] for line in tables(admin_client, invoice)["Payments"]] == ["€0.05"]


def test_a_payment_without_a_charge(admin_client):
    invoice = bare(Invoice, "in_1")
    values = {"status": "open", "amount_requested": 700, "currency": "eur"}
    bare(InvoicePayment, "inpay_1", invoice_id="in_1", payment_intent_id="pi_1", **values)
    assert [line[:2] for line in tables(admin_client, invoice)["Payments"]] == [["€7.00", "Open"]]


def test_an_invoice_that_failed(admin_client):
    values = {"total": 500, "amount_remaining": 500, "currency": "eur", "attempted": True}
    due = timezone.now() - timedelta(days=2)
    made = bare(Invoice, "in_1", status="open", due_date=due, **values)
    lines = {"description": "1 × Team", "amount": 500, "currency": "eur", "quantity": 1}
    period = {"start": 1_770_000_000, "end": 1_772_400_000}
    bare(InvoiceLineItem, "il_1", invoice_id="in_1", period=period, **lines)
    headline, facts = summary(admin_client, made)
    assert headline == ["€5.00", "Open", "Payment failed"]
    assert facts["Due"].endswith(" 2 days over")
    assert tables(admin_client, made)["Lines"] == [
        ["1 × Team", "Feb. 2, 2026 – March 1, 2026", "1", "€5.00"]
    ]


def test_a_customer(admin_client):
    bare(PaymentMethod, "pm_1", type="card", **CARD)
    values = {"name": "Ann", "email": "ann@example.com", "currency": "eur", "delinquent": True}
    made = bare(
        Customer, "cus_1", default_payment_method_id="pm_1", balance=-250, created=NOW, **values
    )
    of = {"customer_id": "cus_1", "status": "succeeded", "captured": True}
    bare(Charge, "ch_1", amount=900, amount_refunded=100, currency="eur", **of)
    bare(Charge, "ch_2", amount=700, currency="usd", **of)
    bare(Charge, "ch_3", amount=300, currency="eur", **of)
    bare(Dispute, "dp_1", charge_id="ch_3", amount=300, currency="eur", status="lost")
    bare(Invoice, "in_1", customer_id="cus_1", status="open", amount_remaining=40, currency="eur")
    bare(Invoice, "in_2", customer_id="cus_1", status="paid", amount_remaining=40, currency="eur")
    price = {"unit_amount": 2_900, "currency": "eur", "interval": "month", "interval_count": 1}
    bare(Price, "price_1", billing_scheme="per_unit", usage_type="licensed", **price)
    bare(Subscription, "sub_1", customer_id="cus_1", status="active", currency="eur")
    bare(SubscriptionItem, "si_1", subscription_id="sub_1", price_id="price_1", quantity=2)
    headline, facts = summary(admin_client, made)
    assert headline == ["Ann", "Delinquent"]
    assert facts == {
        "Lifetime value": "€8.00 $7.00",
        "MRR": "€58.00",
        "Open balance": "€0.40",
        "Credit": "€2.50",
        "Payment method": "Visa ••4242, 12/2030",
        "Email": "ann@example.com",
        "Customer since": "June 1, 2026, noon",
        "Stripe id": "cus_1",
    }


def test_a_subscription(admin_client):
    bare(Product, "prod_1", name="Team")
    price = {"unit_amount": 2_900, "currency": "eur", "interval": "month", "interval_count": 3}
    bare(Price, "price_1", product_id="prod_1", billing_scheme="per_unit", **price)
    values = {"status": "active", "currency": "eur", "customer_id": "cus_gone"}
    made = bare(Subscription, "sub_1", **values)
    end = timezone.now() + timedelta(days=20)
    values = {"subscription_id": "sub_1", "price_id": "price_1", "product_id": "prod_1"}
    bare(SubscriptionItem, "si_1", quantity=4, current_period_end=end, **values)
    headline, facts = summary(admin_client, made)
    assert headline == ["Team", "Active"]
    assert facts["Customer"] == "cus_gone"
    assert facts["Next invoice"].endswith(" 20 days left")
    assert tables(admin_client, made)["Items"] == [["Team", "€29.00 every 3 months", "4"]]
    Subscription.objects.filter(pk=made.pk)._raw_delete("default")
    made = bare(Subscription, "sub_1", status="active", cancel_at_period_end=True)
    headline, facts = summary(admin_client, made)
    assert headline == ["Team", "Active", "Ends"]
    assert "Next invoice" not in facts
    assert facts["Ends"].endswith(" 20 days left")


def test_a_dispute(admin_client, paid):
    values = {"amount": 500, "currency": "eur", "reason": "fraudulent", "charge_id": "ch_1"}
    due = timezone.now() + timedelta(days=3)
    details = {"submission_count": 0}
    made = bare(
        Dispute, "dp_1", status="needs_response", due_by=due, evidence_details=details, **values
    )
    headline, facts = summary(admin_client, made)
    assert headline == ["€5.00", "Needs Response"]
    assert facts["Evidence due"].endswith(" 3 days left")
    assert (facts["Customer"], facts["Charge"]) == ("ann@example.com", "€5.00")
    assert facts["Evidence submitted"] == "not yet"
    over = bare(
        Dispute,
        "dp_2",
        status="lost",
        due_by=due,
        evidence_details={"submission_count": 1},
        **values,
    )
    facts = summary(admin_client, over)[1]
    assert "left" not in facts["Evidence due"]
    assert facts["Evidence submitted"] == "1 time"


def test_a_payout_is_made_of_its_transactions(admin_client):
    made = bare(Payout, "po_1", amount=900, currency="eur", status="paid")
    assert tables(admin_client, made) == {}
    for number, category in enumerate(("charge", "charge", "refund")):
        amounts = {"amount": 500, "fee": 50, "net": 450, "currency": "eur"}
        category = {"reporting_category": category}
        bare(BalanceTransaction, f"txn_{number}", payout_id="po_1", **amounts, **category)
    assert tables(admin_client, made)["Balance transactions"] == [
        ["charge", "2", "€10.00", "€1.00", "€9.00"],
        ["refund", "1", "€5.00", "€0.50", "€4.50"],
    ]


def test_a_price_and_its_product(admin_client):
    product = bare(Product, "prod_1", name="Team", active=True, default_price_id="price_1")
    terms = {"unit_amount_decimal": "0.5", "currency": "usd", "interval": "day"}
    price = bare(Price, "price_1", product_id="prod_1", active=False, **terms)
    assert summary(admin_client, product)[0] == ["Team", "Active"]
    assert summary(admin_client, product)[1]["Default price"] == "$0.005 per day"
    assert summary(admin_client, price)[0] == ["$0.005 per day", "Archived"]
    assert summary(admin_client, price)[1]["Product"] == "Team"


def test_a_refund_and_an_intent(admin_client, paid):
    refund = bare(Refund, "re_1", amount=200, currency="eur", charge_id="ch_1", status="failed")
    headline, facts = summary(admin_client, refund)
    assert headline == ["€2.00", "Failed"]
    assert (facts["Customer"], facts["Charge"]) == ("ann@example.com", "€5.00")
    facts = summary(admin_client, PaymentIntent.objects.get())[1]
    assert facts["Invoice"] == "A-1"


def test_the_rest_is_folded_and_retired_columns_need_a_value(admin_client, paid):
    page = admin_client.get(page_of(paid))
    groups = {
        str(fieldset.name): [line.field["name"] for fields in fieldset for line in fields]
        for fieldset in page.context["adminform"]
    }
    assert all(fieldset.is_collapsible for fieldset in page.context["adminform"])
    assert groups["Details"][0] == "stripe_id"
    assert "amount" in groups["Money"]
    assert "failure_code" in groups["Unset"]
    assert not {"invoice", "dispute", "destination"} & {*chain.from_iterable(groups.values())}
    assert 'role="tooltip" id="stripe-help-amount">What the customer is charged.<' in page.text


def test_django_s_history_leads_to_that_of_the_object(admin_client, paid):
    address = reverse("admin:stripe_django_charge_history", args=[paid.pk])
    assert admin_client.get(address).headers["location"] == f"{page_of(paid)}#stripe-history"


def test_what_may_not_be_viewed_is_not_named(client, django_user_model, paid):
    user = django_user_model.objects.create_user("staff", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_charge"))
    client.force_login(user)
    facts = summary(client, paid)[1]
    assert facts["Customer"] == "cus_1"
    assert not {"Invoice", "Fee", "Net"} & facts.keys()
    user.user_permissions.set(Permission.objects.filter(codename="view_customer"))
    facts = summary(client, Customer.objects.get())[1]
    assert not {"Lifetime value", "MRR", "Open balance"} & facts.keys()


@pytest.mark.parametrize("model", SUMMARIES, ids=lambda model: model.__name__)
def test_a_page_with_everything_on_it_takes_few_queries(admin_client, model):
    """Every reference leads to a row, and every relation comes from one."""
    known = {}
    made = row(model, "own_1")
    for field in model._meta.concrete_fields:
        target = field.related_model
        if target and target not in known and target is not model:
            known[target] = row(target, "missing_1")
    for relation in relations(model):
        row(relation.model, f"{relation.name}_1", **{relation.field.attname: "own_1"})
    for target in (Product, Plan, Price, Charge, Customer, Invoice, PaymentIntent):
        if not target.objects.filter(stripe_id="missing_1").exists():
            row(target, "missing_1")
    obj = {"id": "own_1", "object": model.stripe.object_name}
    changed = {"id": "evt_1", "object": "event", "created": 1_700_000_000, "type": "a.updated"}
    sync.apply(changed | {"data": {"object": obj}})
    with CaptureQueriesContext(connection) as caught:
        page = admin_client.get(page_of(made))
    assert len(caught) <= QUERIES
    assert page.context["stripe_summary"]["facts"]
