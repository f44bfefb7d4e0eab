"""Checkout and the billing portal as browsers use them: over HTTP, with forms."""

import re
from html import unescape

import pytest
import requests
import stripe

from stripe_django.testing import Business, FakeStripe

DONE = "https://shop.example.com/done?session={CHECKOUT_SESSION_ID}"
BACK = "https://shop.example.com/plans"
GOOD, DECLINED, LATER = "4242 4242 4242 4242", "4000000000000002", "4000000000000341"


@pytest.fixture
def shop():
    return Business(FakeStripe())


@pytest.fixture
def address(shop):
    with shop.stripe.serving() as address:
        yield address


@pytest.fixture
def sdk(shop, address):
    return stripe.StripeClient(shop.stripe.key, http_client=shop.stripe.http_client)


@pytest.fixture
def browser():
    with requests.Session() as session:
        session.trust_env = False
        yield session


def opened(sdk, price, mode="subscription", **params):
    lines = {} if mode == "setup" else {"line_items": [{"price": price["id"], "quantity": 1}]}
    return sdk.v1.checkout.sessions.create(
        {"mode": mode, **lines, "success_url": DONE, "cancel_url": BACK, **params}
    )


@pytest.fixture
def team(shop):
    return shop.catalogue.prices["team-monthly", "eur"]


def text(response):
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def submit(browser, url, **form):
    return browser.post(url, data=form, allow_redirects=False)


def types(shop):
    return [each.event["type"] for each in shop.stripe.webhooks()]


def test_the_page_shows_what_is_sold(sdk, browser, team):
    session = opened(sdk, team)
    response = browser.get(session.url)
    shown = text(response)
    for part in ("Team, monthly", "€29.00 per month", "Tax", "€5.51", "€34.51", "Subscribe"):
        assert part in shown
    assert f'href="{BACK}">Cancel<' in response.text
    assert "4242 4242 4242 4242" in shown
    assert response.headers["Cache-Control"] == "no-store"


def test_paying_makes_everything_and_leads_back(shop, sdk, browser, team):
    session = opened(sdk, team, client_reference_id="7")
    types(shop)
    response = submit(browser, session.url, number=GOOD, email="ann@example.com")
    assert response.status_code == 303
    assert response.headers["Location"] == DONE.format(CHECKOUT_SESSION_ID=session.id)
    events = shop.stripe.webhooks()
    assert [each.event["type"] for each in events] == [
        "customer.created",
        "payment_method.attached",
        "customer.subscription.created",
        "customer.updated",
        "invoice.created",
        "invoice.finalized",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice_payment.paid",
        "invoice.updated",
        "invoice.paid",
        "invoice.payment_succeeded",
        "customer.subscription.updated",
        "checkout.session.completed",
    ]
    assert {each.event["request"]["id"] for each in events} == {None}
    done = sdk.v1.checkout.sessions.retrieve(session.id)
    assert (done.status, done.payment_status, done.url) == ("complete", "paid", None)
    assert (done.client_reference_id, done.customer_details.email) == ("7", "ann@example.com")
    subscription = sdk.v1.subscriptions.retrieve(
        done.subscription, {"expand": ["default_payment_method"]}
    )
    assert (subscription.status, subscription.customer) == ("active", done.customer)
    assert subscription.default_payment_method.card.last4 == "4242"
    customer = sdk.v1.customers.retrieve(done.customer)
    assert customer.invoice_settings.default_payment_method is None
    assert (customer.email, customer.name) == ("ann@example.com", None)
    charge = sdk.v1.charges.list({"customer": customer.id}).data[0]
    assert charge.payment_method_details.card.last4 == "4242"


def test_pages_are_no_requests_to_the_api(shop, sdk, browser, team):
    session = opened(sdk, team)
    before = len(shop.stripe.requests)
    browser.get(session.url)
    assert len(shop.stripe.requests) == before


def test_a_second_press_of_the_button_pays_nothing(shop, sdk, browser, team):
    session = opened(sdk, team, customer_email="ann@example.com")
    first = submit(browser, session.url, number=GOOD)
    second = submit(browser, session.url, number=GOOD)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(shop.stripe.find("subscription")) == len(shop.stripe.find("charge")) == 1
    assert "was completed" in text(browser.get(session.url))


def test_a_declined_card_can_be_replaced(shop, sdk, browser, team):
    session = opened(sdk, team, customer_email="ann@example.com")
    types(shop)
    assert "Your card was declined." in text(submit(browser, session.url, number=DECLINED))
    assert {"charge.failed", "payment_intent.payment_failed"} <= set(types(shop))
    assert sdk.v1.checkout.sessions.retrieve(session.id).status == "open"
    [charge] = shop.stripe.find("charge")
    assert charge["outcome"]["reason"] == "generic_decline"
    assert submit(browser, session.url, number=GOOD).status_code == 303
    done = sdk.v1.checkout.sessions.retrieve(session.id)
    [subscription] = shop.stripe.find("subscription")
    assert (done.subscription, subscription["status"]) == (subscription["id"], "active")
    assert len(shop.stripe.find("customer")) == len(shop.stripe.find("invoice")) == 1


def test_a_declined_payment_of_a_guest(shop, sdk, browser):
    price = shop.catalogue.prices["workshop", "usd"]
    session = opened(sdk, price, "payment")
    assert "Pay" in text(browser.get(session.url))
    guest = {"email": "ann@example.com"}
    assert "declined" in text(submit(browser, session.url, number=DECLINED, **guest))
    assert submit(browser, session.url, number=GOOD, **guest).status_code == 303
    [intent] = shop.stripe.find("payment_intent")
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 49_000)
    assert not shop.stripe.find("customer")


@pytest.mark.parametrize("number", [DECLINED, "4000000000009995"])
def test_a_card_that_cannot_be_saved(number, shop, sdk, browser, team):
    trial = opened(
        sdk, team, customer_email="a@example.com", subscription_data={"trial_period_days": 7}
    )
    assert "Start trial" in text(browser.get(trial.url))
    assert "declined" in text(submit(browser, trial.url, number=number))
    assert not shop.stripe.find("subscription")
    saving = opened(sdk, team, "setup", currency="eur")
    assert "Save card" in text(browser.get(saving.url))
    assert "declined" in text(submit(browser, saving.url, number=number))
    assert not shop.stripe.find("setup_intent")


def test_a_card_that_is_declined_when_the_trial_is_over(shop, sdk, browser, team):
    session = opened(
        sdk, team, customer_email="a@example.com", subscription_data={"trial_period_days": 7}
    )
    assert submit(browser, session.url, number=LATER).status_code == 303
    [subscription] = shop.stripe.find("subscription")
    assert subscription["status"] == "trialing"
    shop.advance(days=8)
    assert shop.stripe.get(subscription["id"])["status"] == "past_due"


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"number": "1234", "email": "ann@example.com"}, "Your card number is invalid."),
        ({"number": GOOD, "email": "ann"}, "Your e-mail address is invalid."),
        ({"number": GOOD}, "Your e-mail address is invalid."),
        ({}, "Your card number is invalid."),
    ],
)
def test_what_the_form_refuses(form, message, shop, sdk, browser, team):
    session = opened(sdk, team)
    assert message in text(submit(browser, session.url, **form))
    assert not shop.stripe.find("customer")


def test_the_address_of_a_customer_cannot_be_changed(shop, sdk, browser, team):
    payer = shop.customer(email="ann@example.com")
    session = opened(sdk, team, customer=payer["id"])
    response = browser.get(session.url)
    assert "ann@example.com" in text(response)
    assert 'name="email"' not in response.text
    submit(browser, session.url, number=GOOD, email="eve@example.com")
    assert shop.stripe.get(payer["id"])["email"] == "ann@example.com"


def test_text_of_others_is_escaped(shop, sdk, browser):
    product = {"name": "<script>alert(1)</script>"}
    data = {"currency": "eur", "unit_amount": 5, "product_data": product}
    session = sdk.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "line_items": [{"price_data": data, "quantity": 1}],
            "success_url": DONE,
        }
    )
    assert "<script>" not in browser.get(session.url).text


def test_an_expired_session(shop, sdk, browser, team):
    session = opened(sdk, team)
    types(shop)
    shop.stripe.advance(days=2)  # without the business
    assert "Its time is over." in text(browser.get(session.url))
    assert submit(browser, session.url, number=GOOD, email="a@example.com").status_code == 200
    assert types(shop) == ["checkout.session.expired"]
    assert not shop.stripe.find("subscription")


def test_pages_that_do_not_exist(browser, address):
    for path in ("/c/pay/cs_test_none", "/p/session/bps_none", "/c/other"):
        assert browser.get(address + path).status_code == 404


def test_a_fake_without_a_business_has_no_pages(browser):
    with FakeStripe().serving() as address:
        response = browser.get(f"{address}/c/pay/cs_1")
    assert response.status_code == 404
    assert "need a Business" in response.text


def test_a_clock_that_runs(browser):
    fake = FakeStripe()
    shop = Business(fake, start=None)
    assert not fake.stands_still
    sdk = stripe.StripeClient(fake.key, http_client=fake.http_client)
    with fake.serving():
        session = opened(sdk, shop.catalogue.prices["solo-monthly", "usd"])
        assert submit(browser, session.url, number=GOOD, email="a@b.example").status_code == 303
        [subscription] = fake.find("subscription")
        before = fake.now
        fake.advance(days=32)
        sdk.v1.subscriptions.retrieve(subscription["id"])  # does what is due
        assert fake.now > before
        assert len(fake.find("invoice", customer=subscription["customer"])) == 2
        shop.advance(days=32)
        assert len(fake.find("invoice", customer=subscription["customer"])) == 3
        assert not fake.stands_still


# The billing portal


@pytest.fixture
def payer(shop):
    return shop.customer(email="ann@example.com")


@pytest.fixture
def portal(shop, sdk, payer):
    params = {"customer": payer["id"], "return_url": BACK}
    return sdk.v1.billing_portal.sessions.create(params).url


def test_a_subscription_is_canceled_and_reactivated(shop, browser, payer, portal):
    subscription = shop.subscribe(payer, "team-monthly")
    response = browser.get(portal)
    shown = text(response)
    for part in ("Team, monthly", "next invoice on 2025-02-01", "Cancel subscription", "€34.51"):
        assert part in shown
    assert f'href="{BACK}">Return<' in response.text
    types(shop)
    form = {"subscription": subscription["id"], "action": "cancel"}
    answer = submit(browser, portal, **form)
    assert (answer.status_code, answer.headers["Location"]) == (303, portal[portal.index("/p/") :])
    assert "ends on 2025-02-01" in text(browser.get(portal))
    submit(browser, portal, **form)
    assert types(shop) == ["customer.subscription.updated"]
    canceled = shop.stripe.get(subscription["id"])
    assert (canceled["status"], canceled["cancel_at_period_end"]) == ("active", True)
    submit(browser, portal, subscription=subscription["id"], action="reactivate")
    found = shop.stripe.get(subscription["id"])
    assert (found["cancel_at_period_end"], found["cancel_at"], found["canceled_at"]) == (
        False,
        None,
        None,
    )
    shop.advance(days=32)
    assert shop.stripe.get(subscription["id"])["status"] == "active"


def test_a_canceled_subscription_ends_with_its_period(shop, browser, payer, portal):
    subscription = shop.subscribe(payer, "team-monthly")
    submit(browser, portal, subscription=subscription["id"], action="cancel")
    shop.advance(days=32)
    assert shop.stripe.get(subscription["id"])["status"] == "canceled"


def test_a_card_is_changed(shop, browser, payer, portal):
    assert "declined" in text(submit(browser, portal, number=DECLINED))
    assert "invalid" in text(submit(browser, portal, number="1"))
    assert submit(browser, portal, number="5555555555554444").status_code == 303
    assert "mastercard •••• 4444" in text(browser.get(portal))
    shop.subscribe(payer, "solo-monthly")
    [charge] = shop.stripe.find("charge")
    assert charge["payment_method_details"]["card"]["last4"] == "4444"


def test_a_new_card_pays_for_the_subscriptions_of_checkout(shop, sdk, browser, team, payer, portal):
    session = opened(sdk, team, customer=payer["id"])
    submit(browser, session.url, number=DECLINED)
    submit(browser, session.url, number=GOOD)
    submit(browser, portal, number="5555555555554444")
    shop.advance(days=32)
    cards = [each["payment_method_details"]["card"] for each in shop.stripe.find("charge")]
    assert [each["last4"] for each in cards] == ["4444", "4242", "0002"]
    shop.add_card(payer)
    shop.advance(days=32)
    [latest, *_] = shop.stripe.find("charge")
    default = shop.stripe.get(payer["id"])["invoice_settings"]["default_payment_method"]
    assert latest["payment_method"] == default


def test_a_card_for_one_payment_is_not_saved(shop, sdk, browser, payer):
    price = shop.catalogue.prices["workshop", "eur"]
    session = opened(sdk, price, "payment", customer=payer["id"])
    submit(browser, session.url, number=GOOD)
    [charge] = shop.stripe.find("charge")
    assert (charge["customer"], charge["amount"]) == (payer["id"], session.amount_total)
    method = shop.stripe.get(charge["payment_method"])
    assert (method["customer"], method["card"]["last4"]) == (None, "4242")


def test_others_subscriptions_are_out_of_reach(shop, browser, portal):
    other = shop.subscribe(shop.customer(), "team-monthly")
    assert other["id"] not in browser.get(portal).text
    submit(browser, portal, subscription=other["id"], action="cancel")
    assert not shop.stripe.get(other["id"])["cancel_at_period_end"]


def test_a_portal_closes_after_an_hour(shop, browser, portal):
    shop.advance(minutes=61)
    assert "Its time is over." in text(browser.get(portal))
