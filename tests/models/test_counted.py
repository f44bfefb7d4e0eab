"""What is counted: on known cases, through the public surface."""

import json

import pytest
from django.db import NotSupportedError
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Sum, When
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce, Lower, Upper

from stripe_django import registry, sync
from stripe_django.models import (
    Charge,
    Customer,
    Discount,
    Dispute,
    Invoice,
    PaymentMethod,
    Price,
    Subscription,
    SubscriptionItem,
)
from stripe_django.sdk.annotations import Kind
from stripe_django.sdk.objects import sdk_object
from stripe_django.sync.mapping.expansion import LEVELS, expansions
from tests.asking import NOW

pytestmark = pytest.mark.django_db


def apply(*objects):
    result = sync.apply(list(objects), as_of=NOW)
    assert not result.failures, result.failures


def price(name, amount=1000, currency="eur", product="prod_1", **values):
    terms = {"interval": "month", "interval_count": 1, "usage_type": "licensed"}
    known = {"object": "price", "currency": currency, "unit_amount": amount, "product": product}
    return {"id": name, **known, "billing_scheme": "per_unit", "recurring": terms, **values}


def subscription(name, *prices, quantity=1, discounts=(), **values):
    items = [
        {"id": f"si_{name}_{number}", "object": "subscription_item", "price": each}
        | {"quantity": quantity, "discounts": []}
        for number, each in enumerate(prices)
    ]
    page = {"object": "list", "data": items, "has_more": False, "url": "/v1/subscription_items"}
    known = {"object": "subscription", "status": "active", "currency": "eur", "customer": "cus_1"}
    made = [each | {"subscription": name} for each in discounts]
    return {"id": name, **known, "discounts": made, "items": page, **values}


def discount(name, coupon):
    source = {"type": "coupon", "coupon": coupon}
    return {"id": name, "object": "discount", "source": source, "start": 1, "end": None}


def coupon(name, **values):
    return {"id": name, "object": "coupon", "duration": "forever", **values}


def mrr_of(*objects):
    apply(*objects)
    return Subscription.objects.mrr()


TWO = (
    subscription("sub_1", price("price_1"), price("price_2", 500), quantity=2),
    subscription("sub_2", price("price_3")),
)


@pytest.mark.parametrize(
    "narrow",
    [
        lambda rows: rows,
        lambda rows: rows.filter(items__price__product="prod_1"),
        lambda rows: rows.filter(items__price__product="prod_1").distinct(),
        lambda rows: rows.filter(Q(items__price="price_1") | Q(items__quantity__gte=1)),
        lambda rows: rows.annotate(number=Count("items")).filter(number__gte=1),
        lambda rows: rows.filter(items__quantity__gte=1).annotate(n=Count("items")).filter(n__gt=0),
        lambda rows: rows.exclude(items__price="price_none"),
        lambda rows: rows.filter(items__price="price_1") | rows.filter(items__quantity__gte=1),
        lambda rows: rows.filter(customer__subscriptions__status="active"),
        lambda rows: Customer.objects.get().subscriptions.filter(items__quantity__gte=1),
        lambda rows: rows.annotate(each=F("items__price"), n=Count("items")),
        lambda rows: rows.order_by("items__quantity"),
        lambda rows: rows.order_by("items"),
        lambda rows: rows.order_by(F("items__quantity").desc()),
        lambda rows: rows.order_by("-status", Upper("items__price__stripe_id")),
        lambda rows: rows.order_by(OrderBy(Coalesce("quantity", F("items__quantity") + 1))),
        lambda rows: rows.order_by(Case(When(items__quantity=1, then=1), default=2)),
        lambda rows: rows.order_by(Exists(Price.objects.filter(pk=OuterRef("items__price__pk")))),
        lambda rows: rows.order_by(F("items__quantity")).distinct(),
        lambda rows: rows.filter(items__quantity__gte=1).order_by(F("items__quantity")),
        lambda rows: rows.annotate(n=Count("items")).order_by(F("items__price")),
        lambda rows: rows.filter(pk__in=[row.pk for row in rows.union(rows)]),
    ],
)
def test_each_subscription_counts_once(narrow):
    apply({"id": "cus_1", "object": "customer", "currency": "eur"}, *TWO)
    found = narrow(Subscription.objects.all())
    assert found.mrr() == {"eur": 4_000}
    assert sorted(found.with_mrr().values_list("stripe_id", "mrr")) == [
        ("sub_1", 3_000),
        ("sub_2", 1_000),
    ]
    assert found.with_mrr().aggregate(total=Sum("mrr"))["total"] == 4_000


def test_each_customer_counts_once():
    charge = {"object": "charge", "customer": "cus_1", "currency": "eur", "status": "succeeded"}
    made = [charge | {"id": f"ch_{each}", "amount": 5, "captured": True} for each in range(3)]
    apply({"id": "cus_1", "object": "customer", "currency": "eur"}, *TWO, *made)
    found = Customer.objects.filter(charges__amount=5, subscriptions__status="active")
    assert list(found.lifetime_value().values_list("lifetime_value", flat=True)) == [15]
    assert list(found.with_mrr().values_list("mrr", flat=True)) == [4_000]
    for narrowed in (found, Customer.objects.all()):
        found = narrowed.order_by(F("charges__stripe_id").desc())
        assert list(found.lifetime_value().values_list("lifetime_value", flat=True)) == [15]
        assert list(found.with_mrr().values_list("mrr", flat=True)) == [4_000]


@pytest.mark.parametrize(
    "order", ["?", "n", F("n").desc(), "-pk", Lower("customer__email"), F("metadata__key").asc()]
)
def test_an_order_by_one_value_a_row_leaves_annotations(order):
    apply({"id": "cus_1", "object": "customer", "currency": "eur"}, *TWO)
    found = Subscription.objects.annotate(n=Count("items")).order_by(order).with_mrr()
    assert sorted(found.values_list("stripe_id", "n")) == [("sub_1", 2), ("sub_2", 1)]


@pytest.mark.parametrize("ask", ["mrr", "with_mrr"])
def test_slices_unions_and_values_are_refused(ask):
    rows = Subscription.objects.all()
    with pytest.raises(TypeError, match="slice"):
        getattr(rows[:1], ask)()
    with pytest.raises(NotSupportedError, match="union"):
        getattr(rows.union(rows), ask)()
    with pytest.raises(TypeError, match="values"):
        getattr(rows.values("customer"), ask)()


TIERS = [
    {"up_to": 5, "unit_amount": 700, "flat_amount": 100},
    {"up_to": 10, "unit_amount": None, "unit_amount_decimal": "650.5", "flat_amount": None},
    {"up_to": None, "unit_amount": 600, "flat_amount": None},
]


@pytest.mark.parametrize(
    ("mode", "quantity", "month"),
    [
        ("volume", 0, 100),
        ("volume", 5, 3_600),
        ("volume", 6, 3_903),
        ("volume", 11, 6_600),
        ("graduated", 0, 100),
        ("graduated", 6, 4_251),
        ("graduated", 12, 3_600 + 3_253 + 1_200),
    ],
)
def test_tiers(mode, quantity, month):
    terms = price("price_1", None, billing_scheme="tiered", tiers_mode=mode, tiers=TIERS)
    found = mrr_of(terms, subscription("sub_1", terms, quantity=quantity))
    assert found == {"eur": month}


@pytest.mark.parametrize(("rounded", "quantity", "packs"), [("up", 11, 2), ("down", 19, 1)])
def test_packages(rounded, quantity, packs):
    terms = price("price_1", transform_quantity={"divide_by": 10, "round": rounded})
    assert mrr_of(terms, subscription("sub_1", terms, quantity=quantity)) == {"eur": 1_000 * packs}


@pytest.mark.parametrize(
    ("options", "month"),
    [
        ({"jpy": {"unit_amount": 1500}}, 1_500),
        ({"jpy": {"unit_amount": None, "unit_amount_decimal": "1500.4"}}, 1_500),
        ({"eur": {"unit_amount": 9}}, 0),
        (None, 0),
    ],
)
def test_a_price_counts_in_the_currency_of_the_subscription(options, month):
    terms = price("price_1", currency="usd", currency_options=options)
    plan = {"id": "price_1", "object": "plan", "amount": 1000, "currency": "usd"}
    made = subscription("sub_1", terms, currency="jpy")
    made["items"]["data"][0]["plan"] = plan | {"interval": "month"}
    assert mrr_of(terms, made) == {"jpy": month}


def test_tiers_in_another_currency():
    tiers = {"jpy": {"tiers": [{"up_to": None, "unit_amount": 7}]}}
    terms = price("price_1", None, "usd", billing_scheme="tiered", tiers_mode="volume")
    terms |= {"tiers": TIERS, "currency_options": tiers}
    made = subscription("sub_1", terms, currency="jpy", quantity=3)
    assert mrr_of(terms, made) == {"jpy": 21}


BOTH = price("price_a", 1_000, product="prod_a"), price("price_b", 500, product="prod_b")
ONLY_B = {"products": ["prod_b"]}


@pytest.mark.parametrize(
    ("coupons", "month"),
    [
        ([{"percent_off": 50, "applies_to": ONLY_B}], 1_250),
        ([{"amount_off": 200, "currency": "eur", "applies_to": ONLY_B}], 1_300),
        ([{"amount_off": 800, "currency": "eur", "applies_to": ONLY_B}], 1_000),
        ([{"percent_off": 50, "applies_to": {"products": ["prod_c"]}}], 1_500),
        (
            [{"percent_off": 50, "applies_to": ONLY_B}, {"amount_off": 250, "currency": "eur"}],
            1_000,
        ),
        ([{"amount_off": 100, "currency": "eur", "applies_to": ONLY_B}, {"percent_off": 50}], 700),
        ([{"amount_off": 100, "currency": "usd"}], 1_500),
        (
            [
                {
                    "amount_off": 9,
                    "currency": "usd",
                    "currency_options": {"eur": {"amount_off": 100}},
                }
            ],
            1_400,
        ),
    ],
)
def test_coupons_for_some_products(coupons, month):
    made = [coupon(f"co_{number}", **each) for number, each in enumerate(coupons)]
    discounts = [discount(f"di_{number}", each["id"]) for number, each in enumerate(made)]
    assert mrr_of(*made, subscription("sub_1", *BOTH, discounts=discounts)) == {"eur": month}


def test_a_released_authorisation_is_no_refund():
    charge = {"object": "charge", "customer": "cus_1", "currency": "eur", "status": "succeeded"}
    apply(
        {"id": "cus_1", "object": "customer", "currency": "eur"},
        charge
        | {"id": "ch_1", "amount": 10, "amount_captured": 0, "captured": False}
        | {"amount_refunded": 10},
        charge
        | {"id": "ch_2", "amount": 10, "amount_captured": 6, "captured": True}
        | {"amount_refunded": 5},
        charge | {"id": "ch_3", "amount": 10, "captured": True, "amount_refunded": 3},
    )
    [found] = Customer.objects.lifetime_value()
    assert found.lifetime_value == 0 + (6 - 1) + (10 - 3)


@pytest.mark.parametrize(
    "under_way",
    [
        [
            {"id": "pi_1", "object": "payment_intent", "status": "processing"},
            {"id": "inpay_1", "object": "invoice_payment", "invoice": "in_1", "status": "open"}
            | {"payment": {"type": "payment_intent", "payment_intent": "pi_1"}},
        ],
        [
            {"id": "ch_1", "object": "charge", "status": "pending"},
            {"id": "inpay_1", "object": "invoice_payment", "invoice": "in_1", "status": "open"}
            | {"payment": {"type": "charge", "charge": "ch_1"}},
        ],
        [{"id": "pi_1", "object": "payment_intent", "status": "processing", "invoice": "in_1"}],
        [{"id": "ch_1", "object": "charge", "status": "pending", "invoice": "in_1"}],
    ],
)
def test_what_is_being_paid_is_not_overdue(under_way):
    invoice = {"id": "in_1", "object": "invoice", "status": "open", "attempted": True}
    apply(invoice | {"amount_remaining": 5, "due_date": None})
    assert Invoice.objects.overdue().count() == 1
    apply(*under_way)
    assert Invoice.objects.overdue().count() == 0


def test_the_old_and_the_large():
    apply(
        {"id": "ch_1", "object": "charge", "paid": True, "amount": 1},
        {"id": "ch_2", "object": "charge", "paid": False, "failure_message": "declined"},
        {"id": "sub_1", "object": "subscription", "status": "incomplete_expired"}
        | {"canceled_at": int(NOW.timestamp())},
        {"id": "si_1", "object": "subscription_item", "quantity": 2**40},
    )
    assert [each.stripe_id for each in Charge.objects.succeeded()] == ["ch_1"]
    assert Charge.objects.get(stripe_id="ch_2").status == "failed"
    assert not Subscription.objects.canceled_between(NOW, NOW.replace(hour=23)).exists()
    assert SubscriptionItem.objects.get().quantity == 2**40


CARD = {"last4": "4242", "brand": "visa", "exp_month": 7, "exp_year": 2031}


@pytest.mark.parametrize(
    "payload",
    [
        {"payment_method_details": {"type": "card", "card": CARD}},
        {"source": CARD | {"id": "card_1", "object": "card"}},
        {"source": {"id": "src_1", "object": "source", "type": "card", "card": CARD}},
        {"card": {"object": "card", "type": "visa", **{k: CARD[k] for k in CARD if k != "brand"}}},
    ],
)
def test_the_card_of_a_charge(payload):
    apply({"id": "ch_1", "object": "charge", **payload})
    found = Charge.objects.get()
    assert {name: getattr(found, name) for name in CARD} == CARD
    assert found.to_stripe().keys() == {"id", "object", *payload}


def test_columns_in_place_of_digging():
    apply(
        {"id": "pm_1", "object": "payment_method", "type": "card", "card": CARD},
        {"id": "du_1", "object": "dispute", "evidence_details": {"due_by": 1700000000}},
        {"id": "du_2", "object": "dispute", "evidence_due_by": 1700000000},
        {"id": "in_1", "object": "invoice", "status_transitions": {"paid_at": 1700000000}},
        {"id": "cus_1", "object": "customer"}
        | {"invoice_settings": {"default_payment_method": "pm_1"}},
        subscription("sub_1", *BOTH),
    )
    method = PaymentMethod.objects.get()
    assert {name: getattr(method, name) for name in CARD} == CARD
    assert {each.due_by.timestamp() for each in Dispute.objects.all()} == {1700000000}
    assert Invoice.objects.get().paid_at.timestamp() == 1700000000
    assert Customer.objects.get().default_payment_method == method
    products = SubscriptionItem.objects.order_by("product").values_list("product", flat=True)
    assert list(products) == ["prod_a", "prod_b"]


FORMER = [
    ({"object": "subscription", "billing": "send_invoice"}, "collection_method", "send_invoice"),
    ({"object": "invoice", "billing": "send_invoice"}, "collection_method", "send_invoice"),
    ({"object": "customer", "default_card": "card_1"}, "default_source", "card_1"),
    ({"object": "customer", "account_balance": -5}, "balance", -5),
    ({"object": "card", "type": "Visa"}, "brand", "Visa"),
    ({"object": "account", "transfers_enabled": True}, "payouts_enabled", True),
    ({"object": "account", "charge_enabled": True}, "charges_enabled", True),
    ({"object": "account", "managed": True}, "type", "custom"),
    ({"object": "account", "legal_entity": {"type": "company"}}, "business_type", "company"),
    ({"object": "charge", "statement_description": "X"}, "statement_descriptor", "X"),
    ({"object": "charge", "uncaptured": True}, "captured", False),
    ({"object": "charge", "dispute": "dp_1"}, "disputed", True),
    ({"object": "plan", "statement_description": "X"}, "statement_descriptor", "X"),
    ({"object": "product", "features": [{"name": "X"}]}, "marketing_features", [{"name": "X"}]),
    ({"object": "invoice", "paid": True}, "status", "paid"),
    ({"object": "invoice", "forgiven": True, "paid": False}, "status", "uncollectible"),
    ({"object": "invoice", "total_tax_amounts": [{"amount": 1}]}, "total_taxes", [{"amount": 1}]),
    ({"object": "payment_intent", "application_fee": 5}, "application_fee_amount", 5),
    (
        {"object": "payment_intent", "next_source_action": {"type": "x"}},
        "next_action",
        {"type": "x"},
    ),
    ({"object": "bank_account", "name": "Ada", "account": "acct_1"}, "account_holder_name", "Ada"),
    ({"object": "bank_account", "verified": False, "validated": True}, "status", "validated"),
    ({"object": "issuing.authorization", "held_amount": 5}, "amount", 5),
    ({"object": "issuing.card", "authorization_controls": {"a": 1}}, "spending_controls", {"a": 1}),
    ({"object": "subscription_schedule", "renewal_behavior": "release"}, "end_behavior", "release"),
    ({"object": "event", "user_id": "acct_1", "type": "x", "data": {}}, "account_id", "acct_1"),
]


@pytest.mark.parametrize(("payload", "column", "value"), FORMER)
def test_a_former_key_fills_the_column_of_today(payload, column, value):
    sent = {"id": "x_1", **payload}
    [row] = [each for each in sync.apply(sent, as_of=NOW).rows if each.stripe_id.endswith("x_1")]
    assert getattr(row, column) == value
    assert json.loads(json.dumps(row.to_stripe())) == sent


def test_a_key_on_request_under_its_former_name_fills_its_column():
    apply({"id": "cus_1", "object": "customer", "sources": {"object": "list", "data": []}})
    cards = {"object": "list", "data": [], "url": "/v1/customers/cus_1/cards"}
    sync.apply({"id": "cus_1", "object": "customer", "cards": cards}, as_of=NOW.replace(hour=13))
    assert Customer.objects.get().sources == cards


class TestExpansions:
    def test_an_event_and_a_read_give_the_same_row(self):
        whole = subscription("sub_1", discounts=[discount("di_1", coupon("half", percent_off=50))])
        context = {"as_of": NOW}
        apply(subscription("sub_1") | {"discounts": ["di_1"]})
        before = Subscription.objects.get()
        from stripe_django.sync.mapping import mapper
        from stripe_django.sync.mapping.rows import Moment, Rank

        moment = Moment(context["as_of"], Rank.READ)
        expanded = {"discounts", "discounts.source", "discounts.source.coupon"}
        rows = mapper.to_rows(whole, moment=moment, expanded=expanded)
        assert rows[0].digest == before.digest
        assert {row.model.stripe.object_name for row in rows} == {
            "subscription",
            "discount",
            "coupon",
        }
        assert not any(row.moment.is_copy for row in rows)

    @pytest.mark.parametrize("model", registry.models())
    def test_paths_are_within_what_stripe_expands(self, model):
        for path in expansions(model, is_listed=True):
            assert path.startswith("data.")
            assert len(path.split(".")) <= LEVELS

    def test_ids_of_objects_without_an_address_are_expanded(self):
        """Of subscriptions and their items, which live on; others are of one invoice or session."""
        for model in (Subscription, SubscriptionItem):
            declared = sdk_object(model.stripe.object_name).fields
            for name, field in declared.items():
                items = field.annotation.items
                if items and items.kind is Kind.EXPANDABLE and "discount" in items.targets:
                    assert model._meta.get_field(name).expand.startswith(name)
        assert Discount.stripe.list_path is None
        assert "data.items.data.discounts" in expansions(Subscription, is_listed=True)

    def test_what_comes_on_request_is_asked_for(self):
        found = {
            model.stripe.object_name: expansions(model, is_listed=True)
            for model in registry.models()
            if expansions(model)
        }
        assert found["price"] == ("data.currency_options", "data.tiers")
        assert found["plan"] == ("data.tiers",)
        assert found["coupon"] == ("data.applies_to", "data.currency_options")
        assert "data.discounts.source.coupon" in found["subscription"]
        assert not any("secret" in path for paths in found.values() for path in paths)
