"""The requests that open checkout sessions and billing portals at a business."""

import pytest
import stripe

from stripe_django.testing import Business, FakeStripe

DONE = "https://shop.example.com/done?session={CHECKOUT_SESSION_ID}"
BACK = "https://shop.example.com/plans"
MINUTE = 60


@pytest.fixture
def shop():
    return Business(FakeStripe(), empty=True)


@pytest.fixture
def sdk(shop):
    return stripe.StripeClient(shop.stripe.key, http_client=shop.stripe.http_client)


@pytest.fixture
def price(sdk):
    product = sdk.v1.products.create({"name": "Team"})
    recurring = {"interval": "month"}
    values = {"currency": "eur", "unit_amount": 900, "recurring": recurring}
    return sdk.v1.prices.create({**values, "product": product.id}).id


@pytest.fixture
def book(sdk):
    product = sdk.v1.products.create({"name": "Book"})
    values = {"currency": "eur", "unit_amount": 1_500, "product": product.id}
    return sdk.v1.prices.create(values).id


def subscribing(price, **params):
    lines = [{"price": price, "quantity": 2}]
    return {"mode": "subscription", "line_items": lines, "success_url": DONE, **params}


def types(shop):
    return [each.event["type"] for each in shop.stripe.webhooks()]


def test_a_session_for_a_subscription(shop, sdk, price):
    session = sdk.v1.checkout.sessions.create(
        subscribing(
            price,
            cancel_url=BACK,
            client_reference_id="7",
            customer_email="ann@example.com",
            metadata={"team": "7"},
        )
    )
    found = session.to_dict()
    assert (
        found.items()
        >= {
            "amount_subtotal": 1_800,
            "amount_total": 1_800,
            "cancel_url": BACK,
            "client_reference_id": "7",
            "currency": "eur",
            "customer": None,
            "customer_creation": "always",
            "customer_email": "ann@example.com",
            "metadata": {"team": "7"},
            "mode": "subscription",
            "payment_status": "unpaid",
            "status": "open",
            "subscription": None,
            "success_url": DONE,
            "url": f"https://checkout.example.com/c/pay/{session.id}",
        }.items()
    )
    assert session.expires_at - session.created == 24 * 60 * MINUTE
    [line] = sdk.v1.checkout.sessions.line_items.list(session.id).data
    assert (line.description, line.quantity, line.amount_total) == ("Team", 2, 1_800)


def test_its_page_is_where_the_fake_is_served(shop, sdk, price):
    with shop.stripe.serving() as address:
        session = sdk.v1.checkout.sessions.create(subscribing(price))
    assert session.url == f"{address}/c/pay/{session.id}"


def test_what_is_paid_becomes_what_the_session_says(shop, sdk, price):
    customer = sdk.v1.customers.create({"email": "ann@example.com"})
    data = {"metadata": {"team": "7"}, "description": "For 7", "trial_period_days": 14}
    session = sdk.v1.checkout.sessions.create(
        subscribing(price, customer=customer.id, subscription_data=data)
    )
    assert (session.customer, session.amount_total) == (customer.id, 0)
    done = shop.complete(session.url)
    assert (done["status"], done["payment_status"]) == ("complete", "no_payment_required")
    subscription = sdk.v1.subscriptions.retrieve(done["subscription"])
    assert (subscription.status, subscription.description) == ("trialing", "For 7")
    assert subscription.metadata.to_dict() == {"team": "7"}
    assert subscription.trial_end - subscription.trial_start == 14 * 24 * 60 * MINUTE
    shop.advance(days=15)
    assert sdk.v1.subscriptions.retrieve(subscription.id).status == "active"


def test_several_prices_and_one_of_them_once(shop, sdk, price, book):
    seats = sdk.v1.prices.create(
        {
            "currency": "eur",
            "unit_amount": 300,
            "recurring": {"interval": "month"},
            "product_data": {"name": "Seat"},
        }
    )
    lines = [{"price": each, "quantity": 1} for each in (price, seats.id, book)]
    session = sdk.v1.checkout.sessions.create(subscribing(price, line_items=lines))
    assert session.amount_total == 2_700
    done = shop.complete(session.id)
    subscription = sdk.v1.subscriptions.retrieve(done["subscription"])
    assert [each.price.id for each in subscription["items"].data] == [price, seats.id]
    assert sdk.v1.invoices.retrieve(done["invoice"]).total == 2_700
    assert shop.mrr() == {"eur": 1_200}
    shop.advance(days=32)
    latest = sdk.v1.subscriptions.retrieve(subscription.id).latest_invoice
    assert latest != done["invoice"]
    assert sdk.v1.invoices.retrieve(latest).total == 1_200


def test_a_payment_of_a_price_that_is_made_for_it(shop, sdk):
    data = {"currency": "usd", "unit_amount": 700, "product_data": {"name": "Poster"}}
    session = sdk.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "line_items": [{"price_data": data, "quantity": 3}],
            "payment_intent_data": {"metadata": {"order": "1"}},
            "success_url": DONE,
        }
    )
    assert (session.customer_creation, session.amount_total) == ("if_required", 2_100)
    done = shop.complete(session.id, email="ann@example.com")
    assert (done["customer"], done["payment_status"]) == (None, "paid")
    assert done["customer_details"]["email"] == "ann@example.com"
    intent = sdk.v1.payment_intents.retrieve(done["payment_intent"], {"expand": ["latest_charge"]})
    assert (intent.status, intent.amount_received, intent.customer) == ("succeeded", 2_100, None)
    assert intent.metadata.to_dict() == {"order": "1"}
    assert intent.latest_charge.billing_details.email == "ann@example.com"
    assert not sdk.v1.customers.list().data


def test_a_card_is_saved(shop, sdk):
    customer = sdk.v1.customers.create({})
    session = sdk.v1.checkout.sessions.create(
        {"mode": "setup", "currency": "eur", "customer": customer.id, "success_url": DONE}
    )
    assert session.amount_total is None
    types(shop)
    done = shop.complete(session.id, card="5555 5555 5555 4444")
    assert types(shop) == [
        "payment_method.attached",
        "setup_intent.created",
        "setup_intent.succeeded",
        "checkout.session.completed",
    ]
    intent = sdk.v1.setup_intents.retrieve(done["setup_intent"], {"expand": ["payment_method"]})
    assert intent.payment_method.card.last4 == "4444"
    assert intent.payment_method.customer == customer.id
    customer = sdk.v1.customers.retrieve(customer.id)
    assert customer.invoice_settings.default_payment_method is None


def test_a_discount(shop, sdk, price):
    shop.stripe.create("coupon", id="HALF", percent_off=50.0, duration="once", currency=None)
    discounts = [{"coupon": "HALF"}]
    session = sdk.v1.checkout.sessions.create(subscribing(price, discounts=discounts))
    assert (session.amount_subtotal, session.amount_total) == (1_800, 900)
    assert session.total_details.amount_discount == 900
    done = shop.complete(session.id)
    assert sdk.v1.invoices.retrieve(done["invoice"]).amount_paid == 900


def test_sessions_that_are_not_hosted_are_the_fakes(sdk, price):
    params = subscribing(price, ui_mode="embedded_page")
    assert "example.com/url" in sdk.v1.checkout.sessions.create(params).url


def test_a_session_expires_at_its_time_and_on_request(shop, sdk, price):
    soon = shop.context.now + 31 * MINUTE
    first = sdk.v1.checkout.sessions.create(subscribing(price, expires_at=soon))
    second = sdk.v1.checkout.sessions.create(subscribing(price))
    types(shop)
    shop.advance(minutes=32)
    expired = sdk.v1.checkout.sessions.expire(second.id)
    assert (expired.status, expired.url) == ("expired", None)
    assert sdk.v1.checkout.sessions.retrieve(first.id).status == "expired"
    assert types(shop) == ["checkout.session.expired"] * 2
    with pytest.raises(stripe.InvalidRequestError, match="expired, and not open"):
        sdk.v1.checkout.sessions.expire(second.id)


SECONDS = {"currency": "usd", "unit_amount": 5, "product_data": {"name": "X"}}


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({"mode": None}, "mode", "parameter_missing"),
        ({"mode": "gift"}, "mode", None),
        ({"mode": "payment"}, "mode", None),
        ({"success_url": None}, "success_url", "parameter_missing"),
        ({"success_url": "/done"}, "success_url", "url_invalid"),
        ({"cancel_url": "plans"}, "cancel_url", "url_invalid"),
        ({"customer_email": "ann"}, "customer_email", "email_invalid"),
        ({"customer": "cus_none"}, "customer", "resource_missing"),
        ({"customer": "cus_1", "customer_email": "a@example.com"}, "customer", None),
        ({"customer_creation": "always"}, "customer_creation", None),
        ({"line_items": None}, "line_items", "parameter_missing"),
        ({"colour": "red"}, "colour", "parameter_unknown"),
        ({"expires_at": 1}, "expires_at", None),
        ({"payment_intent_data": {"description": "x"}}, "payment_intent_data", None),
        (
            {"subscription_data": {"trial_period_days": 0}},
            "subscription_data[trial_period_days]",
            "parameter_invalid_integer",
        ),
        (
            {"subscription_data": {"colour": "red"}},
            "subscription_data[colour]",
            "parameter_unknown",
        ),
        ({"discounts": [{"coupon": "NONE"}]}, "discounts[0][coupon]", "resource_missing"),
    ],
)
def test_what_is_refused(params, param, code, shop, sdk, price):
    whole = subscribing(price, **params)
    refused(sdk, {key: each for key, each in whole.items() if each is not None}, param, code)
    assert not shop.stripe.find("checkout.session")


@pytest.mark.parametrize(
    ("line", "param", "code"),
    [
        ({"price": "price_none", "quantity": 1}, "price", "resource_missing"),
        ({"quantity": 1}, "price", None),
        ({"price": "price_1"}, "price", "resource_missing"),
        ({"price": "{price}"}, "quantity", "parameter_missing"),
        ({"price": "{price}", "quantity": 0}, "quantity", "parameter_invalid_integer"),
        ({"price": "{price}", "quantity": 1, "colour": "red"}, "colour", "parameter_unknown"),
        (
            {"price_data": {"currency": "eur", "product": "prod_1"}, "quantity": 1},
            "price_data][unit_amount",
            "parameter_missing",
        ),
        (
            {"price_data": {**SECONDS, "product_data": {}}, "quantity": 1},
            "price_data][product",
            None,
        ),
        (
            {"price_data": {**SECONDS, "recurring": {"interval": "second"}}, "quantity": 1},
            "price_data][recurring][interval",
            None,
        ),
    ],
)
def test_lines_that_are_refused(line, param, code, shop, sdk, price):
    before = len(shop.stripe.find("product"))
    if line.get("price") == "{price}":
        line = {**line, "price": price}
    refused(sdk, subscribing(price, line_items=[line]), f"line_items[0][{param}]", code)
    assert len(shop.stripe.find("product")) == before


def test_prices_that_do_not_go_together(shop, sdk, price):
    data = {"currency": "usd", "unit_amount": 5, "product_data": {"name": "X"}}
    dollars = {"price_data": data, "quantity": 1}
    lines = [{"price": price, "quantity": 1}, dollars]
    refused(sdk, subscribing(price, line_items=lines), "line_items", None)
    pounds = {"price_data": {**data, "currency": "gbp"}, "quantity": 1}
    message = refused(sdk, subscribing(price, line_items=[pounds]), "line_items", None)
    assert "eur, usd, jpy" in message
    sdk.v1.prices.update(price, {"active": False})
    refused(sdk, subscribing(price), "line_items[0][price]", None)


def test_a_customer_of_another_currency(shop, sdk, price):
    shop.stripe.create("customer", id="cus_1", currency="usd")
    assert "billed in usd" in refused(sdk, subscribing(price, customer="cus_1"), "customer", None)


def refused(sdk, params, param, code):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sdk.v1.checkout.sessions.create(params)
    error = caught.value
    assert (error.http_status, error.param, error.code) == (400, param, code)
    return str(error)


# The billing portal


def test_a_portal(shop, sdk):
    customer = sdk.v1.customers.create({})
    made = sdk.v1.billing_portal.sessions.create({"customer": customer.id, "return_url": BACK})
    assert (made.customer, made.return_url) == (customer.id, BACK)
    assert made.url == f"https://checkout.example.com/p/session/{made.id}"


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({}, "customer", "parameter_missing"),
        ({"customer": "cus_none"}, "customer", "resource_missing"),
        ({"customer": "{customer}", "return_url": "x"}, "return_url", "url_invalid"),
        ({"customer": "{customer}", "colour": "red"}, "colour", "parameter_unknown"),
        (
            {"customer": "{customer}", "flow_data": {"type": "payment_method_update"}},
            "flow_data",
            None,
        ),
    ],
)
def test_portals_that_are_refused(params, param, code, sdk):
    if params.get("customer") == "{customer}":
        params = {**params, "customer": sdk.v1.customers.create({}).id}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sdk.v1.billing_portal.sessions.create(params)
    assert (caught.value.param, caught.value.code) == (param, code)
