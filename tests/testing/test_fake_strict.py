"""FakeStripe is as strict as Stripe: what it shows, lists and emits, and what it does not."""

import pytest
import stripe

from stripe_django.sdk import objects
from stripe_django.testing import FakeStripe, payload
from stripe_django.testing.fake import schema


@pytest.fixture
def fake():
    return FakeStripe()


@pytest.fixture
def sdk(fake):
    return stripe.StripeClient(fake.key, http_client=fake.http_client)


def ids(found):
    return [each["id"] for each in found]


def types(fake):
    return [delivery.event["type"] for delivery in fake.webhooks()]


# Keys on request

TIERS = [{"up_to": None, "unit_amount": 5}]
TIERED = {"billing_scheme": "tiered", "tiers": TIERS, "currency_options": {"eur": {}}}


def test_the_keys_on_request():
    assert schema.on_request("price") == {"tiers", "currency_options"}
    assert schema.on_request("plan") == {"tiers"}
    assert schema.on_request("coupon") == {"applies_to", "currency_options"}
    assert {"sources", "subscriptions", "tax_ids", "tax"} <= schema.on_request("customer")
    assert schema.on_request("charge") == {"refunds"}
    assert schema.on_request("checkout.session") == {"line_items"}
    assert schema.on_request("issuing.card") == {"cvc", "number"}
    assert not schema.on_request("subscription")
    assert not schema.on_request("unheard_of")


def test_a_retrieve_shows_them_only_if_it_expands_them(fake, sdk):
    fake.create("price", id="price_1", **TIERED)
    plain = sdk.v1.prices.retrieve("price_1").to_dict()
    assert not plain.keys() & {"tiers", "currency_options"}
    one = sdk.v1.prices.retrieve("price_1", {"expand": ["tiers"]}).to_dict()
    assert one["tiers"][0]["unit_amount"] == 5
    assert "currency_options" not in one
    both = sdk.v1.prices.retrieve("price_1", {"expand": ["tiers", "currency_options"]})
    assert "eur" in both.currency_options.to_dict()


def test_a_list_shows_them_only_if_it_expands_them(fake, sdk):
    fake.create("price", **TIERED)
    assert "tiers" not in sdk.v1.prices.list().data[0].to_dict()
    assert sdk.v1.prices.list({"expand": ["data.tiers"]}).data[0].tiers[0].unit_amount == 5
    assert "tiers" not in sdk.v1.prices.list({"expand": ["tiers"]}).data[0].to_dict()


def test_inside_other_objects_as_well(fake, sdk):
    fake.create("subscription", id="sub_1", items={"data": [{"price": {**TIERED}}]})
    plain = sdk.v1.subscriptions.retrieve("sub_1")["items"].data[0]
    assert not plain.price.to_dict().keys() & {"tiers", "currency_options"}
    assert "tiers" not in plain.plan.to_dict()
    found = sdk.v1.subscriptions.retrieve("sub_1", {"expand": ["items.data.price.tiers"]})
    [item] = found["items"].data
    assert item.price.tiers[0].unit_amount == 5
    assert "currency_options" not in item.price.to_dict()


def test_no_more_than_four_levels_are_expanded(fake, sdk):
    fake.create("subscription", id="sub_1", items={"data": [{"price": {**TIERED}}]})
    four = sdk.v1.subscriptions.list({"expand": ["data.items.data.price"]}).data
    assert len(four) == 1
    for ask in (
        lambda: sdk.v1.subscriptions.list({"expand": ["data.items.data.price.tiers"]}),
        lambda: sdk.v1.subscriptions.retrieve("sub_1", {"expand": ["a.b.c.d.e"]}),
    ):
        with pytest.raises(stripe.InvalidRequestError, match="levels") as caught:
            ask()
        assert (caught.value.http_status, caught.value.param) == (400, "expand")


def test_in_what_a_reference_is_expanded_to(fake, sdk):
    fake.create("coupon", id="gold", applies_to={"products": ["prod_1"]})
    fake.create("promotion_code", id="promo_1", promotion={"coupon": "gold"})

    def coupon(*expand):
        return sdk.v1.promotion_codes.retrieve("promo_1", {"expand": [*expand]}).promotion.coupon

    assert "applies_to" not in coupon("promotion.coupon").to_dict()
    assert coupon("promotion.coupon.applies_to").applies_to.products == ["prod_1"]


def test_in_hashes(fake, sdk):
    amount = {"amount": 5, "currency_options": {"eur": {"amount": 7}}}
    fake.create("shipping_rate", id="shr_1", fixed_amount=amount)
    assert "currency_options" not in sdk.v1.shipping_rates.retrieve("shr_1").fixed_amount
    expand = ["fixed_amount.currency_options"]
    found = sdk.v1.shipping_rates.retrieve("shr_1", {"expand": expand}).fixed_amount
    assert found.currency_options["eur"].amount == 7


def test_nested_lists_that_come_on_request(fake, sdk):
    fake.create("charge", id="ch_1")
    fake.create("refund", id="re_1", charge="ch_1")
    assert "refunds" not in sdk.v1.charges.retrieve("ch_1").to_dict()
    found = sdk.v1.charges.retrieve("ch_1", {"expand": ["refunds"]}).refunds
    assert ids(found.data) == ["re_1"]


def test_a_nested_list_on_request_that_was_added_with_its_object(fake, sdk):
    refunds = {"object": "list", "data": [{"id": "re_1", "object": "refund", "charge": "ch_1"}]}
    fake.add({"id": "ch_1", "object": "charge", "refunds": refunds})
    assert "refunds" not in sdk.v1.charges.retrieve("ch_1").to_dict()
    assert "refunds" not in sdk.v1.charges.list().data[0].to_dict()
    [found] = sdk.v1.charges.list({"expand": ["data.refunds"]}).data
    assert ids(found.refunds.data) == ["re_1"]


def test_in_the_members_of_a_list(fake, sdk):
    coupon = {"id": "gold", "object": "coupon", "applies_to": {"products": ["prod_1"]}}
    discount = {"id": "di_1", "object": "discount", "source": {"type": "coupon", "coupon": coupon}}
    fake.add({"id": "in_1", "object": "invoice", "discounts": [discount]})
    [found] = sdk.v1.invoices.retrieve("in_1").discounts
    assert "applies_to" not in found.source.coupon.to_dict()
    expand = ["discounts.source.coupon.applies_to"]
    [found] = sdk.v1.invoices.retrieve("in_1", {"expand": expand}).discounts
    assert found.source.coupon.applies_to.products == ["prod_1"]


def test_in_the_responses_to_changes(fake, sdk):
    fake.create("price", id="price_1", **TIERED)
    changed = sdk.v1.prices.update("price_1", {"nickname": "N"})
    assert not changed.to_dict().keys() & {"tiers", "currency_options"}
    changed = sdk.v1.prices.update("price_1", {"nickname": "M", "expand": ["tiers"]})
    assert changed.tiers[0].unit_amount == 5
    params = {"currency": "eur", "product": "prod_1", "unit_amount": 5}
    options = {"currency_options": {"usd": {"unit_amount": 6}}}
    made = sdk.v1.prices.create({**params, **options})
    assert "currency_options" not in made.to_dict()
    made = sdk.v1.prices.create({**params, **options, "expand": ["currency_options"]})
    assert made.currency_options["usd"].unit_amount == 6


def test_in_the_results_of_a_search(fake, sdk):
    fake.search_lag = 0
    fake.create("price", lookup_key="gold", **TIERED)
    params = {"query": 'lookup_key:"gold"'}
    assert "tiers" not in sdk.v1.prices.search(params).data[0].to_dict()
    [found] = sdk.v1.prices.search({**params, "expand": ["data.tiers"]}).data
    assert found.tiers[0].unit_amount == 5
    assert "currency_options" not in found.to_dict()


def test_what_the_test_gets_is_what_a_request_would_get(fake):
    made = fake.create("price", **TIERED)
    assert "tiers" not in made
    assert "tiers" not in fake.get(made["id"])
    assert fake.get(made["id"], expand=["tiers"])["tiers"][0]["unit_amount"] == 5


def test_events_never_show_them(fake):
    made = fake.create("price", **TIERED)
    fake.update(made["id"], currency_options={"eur": {"unit_amount": 7}})
    fake.update(made["id"], nickname="N", tiers=[])
    created, options, renamed = (each.event["data"] for each in fake.webhooks())
    for data in (created, options, renamed):
        assert not data["object"].keys() & {"tiers", "currency_options"}
    assert "previous_attributes" not in options
    assert renamed["previous_attributes"] == {"nickname": None}


def test_only_types_of_events_that_stripe_has(fake):
    for name in ("webhook_endpoint", "balance_transaction", "checkout.session"):
        values = {"status": "open"} if name == "checkout.session" else {}
        fake.delete(fake.create(name, **values)["id"])
    assert types(fake) == []
    made = fake.create("product")
    fake.emit("product.seen", made["id"])
    assert types(fake) == ["product.created", "product.seen"]


# Test clocks


@pytest.fixture
def clocked(fake):
    fake.create("test_helpers.test_clock", id="clock_1")
    fake.create("customer", id="cus_clock", test_clock="clock_1")
    fake.create("customer", id="cus_real")
    for kind in ("clock", "real"):
        customer = f"cus_{kind}"
        fake.create("subscription", id=f"sub_{kind}", customer=customer, status="active")
        fake.create("invoice", id=f"in_{kind}", customer=customer)
        fake.create("charge", id=f"ch_{kind}", customer=customer)
        fake.create("quote", id=f"qt_{kind}", customer=customer)
        fake.create("invoice_payment", id=f"inpay_{kind}", invoice=f"in_{kind}")
    return fake


LISTS = {
    "customers": "cus",
    "subscriptions": "sub",
    "invoices": "in",
    "charges": "ch",
    "quotes": "qt",
    "invoice_payments": "inpay",
}


@pytest.mark.parametrize(("name", "prefix"), LISTS.items())
def test_lists_leave_out_what_lives_on_a_test_clock(name, prefix, clocked, sdk):
    assert ids(getattr(sdk.v1, name).list().data) == [f"{prefix}_real"]
    assert getattr(sdk.v1, name).retrieve(f"{prefix}_clock").id == f"{prefix}_clock"


@pytest.mark.parametrize("name", ["customers", "subscriptions", "quotes"])
def test_lists_by_test_clock(name, clocked, sdk):
    found = getattr(sdk.v1, name).list({"test_clock": "clock_1"}).data
    assert ids(found) == [f"{LISTS[name]}_clock"]
    assert not getattr(sdk.v1, name).list({"test_clock": "clock_2"}).data


@pytest.mark.parametrize("name", ["invoices", "charges"])
def test_lists_that_know_no_test_clock(name, clocked, sdk):
    with pytest.raises(stripe.InvalidRequestError, match="test_clock"):
        getattr(sdk.v1, name).list({"test_clock": "clock_1"})


@pytest.mark.parametrize("name", ["subscriptions", "invoices", "charges", "quotes"])
def test_lists_by_a_customer_of_a_test_clock(name, clocked, sdk):
    found = getattr(sdk.v1, name).list({"customer": "cus_clock"}).data
    assert ids(found) == [f"{LISTS[name]}_clock"]


def test_lists_by_another_object_of_a_test_clock(clocked, sdk):
    assert ids(sdk.v1.invoice_payments.list({"invoice": "in_clock"}).data) == ["inpay_clock"]
    assert "sub_clock" not in ids(sdk.v1.subscriptions.list({"price": "price_1"}).data)


def test_lists_within_an_object_of_a_test_clock(clocked, sdk):
    clocked.create("tax_id", id="txi_1", customer="cus_clock")
    assert ids(sdk.v1.customers.tax_ids.list("cus_clock").data) == ["txi_1"]
    made = clocked.create("subscription", customer="cus_clock", items={"data": [{}]})
    assert len(sdk.v1.subscriptions.retrieve(made["id"])["items"].data) == 1
    assert len(sdk.v1.subscription_items.list({"subscription": made["id"]}).data) == 1


def test_what_is_made_for_a_customer_lives_on_its_clock(clocked, sdk):
    assert clocked.get("sub_clock")["test_clock"] == "clock_1"
    assert clocked.get("sub_real")["test_clock"] is None


def test_a_cursor_on_a_test_clock_is_none_that_is_missing(clocked, sdk):
    clocked.add({"id": "cus_old", "object": "customer", "created": 1})
    assert ids(sdk.v1.customers.list({"starting_after": "cus_clock"}).data) == ["cus_old"]


# Payouts


def test_balance_transactions_of_a_payout(fake, sdk):
    for id in ("po_1", "po_2"):
        fake.create("payout", id=id)
    fake.create("balance_transaction", id="txn_charge", within="po_1", source="ch_1")
    fake.create("balance_transaction", id="txn_payout", source="po_1", type="payout")
    fake.create("balance_transaction", id="txn_later")
    fake.create("balance_transaction", id="txn_other", within="po_2")
    found = sdk.v1.balance_transactions.list({"payout": "po_1"})
    assert sorted(ids(found.data)) == ["txn_charge", "txn_payout"]
    assert not sdk.v1.balance_transactions.list({"payout": "po_3"}).data
    assert len(sdk.v1.balance_transactions.list().data) == 4


def test_balance_transactions_of_a_manual_payout(fake, sdk):
    fake.create("payout", id="po_1", automatic=False)
    made = sdk.v1.payouts.create({"amount": 5, "currency": "eur"}).id
    for payout in ("po_1", made):
        with pytest.raises(stripe.InvalidRequestError, match="manual") as caught:
            sdk.v1.balance_transactions.list({"payout": payout})
        assert (caught.value.http_status, caught.value.param) == (400, "payout")


def test_a_payout_has_a_status_of_payouts(fake, sdk):
    assert payload("payout")["status"] == "paid"
    made = sdk.v1.payouts.create({"amount": 5, "currency": "eur"})
    assert made.status == "pending"
    assert sdk.v1.payouts.cancel(made.id).status == "canceled"
    assert types(fake) == ["payout.created", "payout.canceled"]


@pytest.mark.parametrize("name", sorted(objects.names()))
def test_every_status_is_one_that_stripe_lists(name):
    known = schema.statuses(name)
    assert not known or payload(name).get("status") in {*known, None}


# Webhook endpoints


def test_the_secret_of_an_endpoint_is_in_the_response_that_creates_it(fake, sdk):
    url = "https://example.com/"
    made = sdk.v1.webhook_endpoints.create({"url": url, "enabled_events": ["*"]})
    assert (made.status, made.secret[:6], len(made.secret)) == ("enabled", "whsec_", 38)
    other = fake.create("webhook_endpoint")
    assert other["secret"] not in ("", None, made.secret)
    assert "secret" not in sdk.v1.webhook_endpoints.retrieve(made.id).to_dict()
    expanded = sdk.v1.webhook_endpoints.retrieve(made.id, {"expand": ["secret"]})
    assert "secret" not in expanded.to_dict()
    assert all("secret" not in each.to_dict() for each in sdk.v1.webhook_endpoints.list().data)
    changed = sdk.v1.webhook_endpoints.update(made.id, {"disabled": True})
    assert "secret" not in changed.to_dict()
    assert "secret" not in fake.get(other["id"])


def test_an_endpoint_is_disabled_and_enabled(fake, sdk):
    made = fake.create("webhook_endpoint")["id"]
    assert sdk.v1.webhook_endpoints.update(made, {"disabled": True}).status == "disabled"
    assert sdk.v1.webhook_endpoints.update(made, {"disabled": False}).status == "enabled"


def test_an_endpoint_for_connected_accounts(sdk):
    url, events = "https://example.com/", ["*"]
    params = {"url": url, "enabled_events": events}
    assert sdk.v1.webhook_endpoints.create(params).application is None
    assert sdk.v1.webhook_endpoints.create({**params, "connect": True}).application


# Checkout sessions


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"mode": "payment", "amount_total": 500}, "paid"),
        ({"mode": "payment", "amount_total": 0}, "no_payment_required"),
        ({"mode": "setup"}, "no_payment_required"),
    ],
)
def test_a_checkout_session_is_completed(values, expected, fake):
    made = fake.create("checkout.session", status="open", **values)
    assert made["payment_status"] == "unpaid"
    assert fake.update(made["id"], status="complete")["payment_status"] == expected
    [event] = [each.event for each in fake.webhooks()]
    assert event["type"] == "checkout.session.completed"
    assert event["data"]["object"]["payment_status"] == expected
    assert event["data"]["previous_attributes"]["status"] == "open"


def test_a_payment_that_is_on_its_way(fake):
    made = fake.create("checkout.session", status="open")
    changed = fake.update(made["id"], status="complete", payment_status="unpaid")
    assert changed["payment_status"] == "unpaid"
    assert fake.update(made["id"], metadata={"a": "b"})["payment_status"] == "unpaid"


def test_a_checkout_session_expires(fake, sdk):
    price = {"price": "price_1", "quantity": 1}
    made = sdk.v1.checkout.sessions.create({"mode": "payment", "line_items": [price]})
    assert (made.status, made.payment_status) == ("open", "unpaid")
    expired = sdk.v1.checkout.sessions.expire(made.id)
    assert (expired.status, expired.payment_status) == ("expired", "unpaid")
    assert types(fake) == ["checkout.session.expired"]


def test_a_session_that_was_complete_from_the_start(fake):
    assert fake.create("checkout.session")["payment_status"] == "paid"
    assert types(fake) == ["checkout.session.completed"]
