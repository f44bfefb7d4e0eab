"""Requests to FakeStripe that fail after their work, or because a card is declined."""

import pytest
import requests
import stripe

from stripe_django.testing import FakeStripe

ONCE = {"idempotency_key": "once"}


@pytest.fixture
def fake():
    return FakeStripe()


@pytest.fixture
def sdk(fake):
    return stripe.StripeClient(fake.key, http_client=fake.http_client)


def types(fake):
    return [each.event["type"] for each in fake.webhooks()]


# Failures after the work


def test_a_request_is_carried_out_and_fails(fake, sdk):
    fake.fail(status=500, performs=True, path="/v1/customers", times=1)
    with pytest.raises(stripe.APIError) as caught:
        sdk.v1.customers.create({"name": "Ann"}, ONCE)
    assert caught.value.http_status == 500
    [event] = [each.event for each in fake.webhooks()]
    assert (event["type"], event["data"]["object"]["name"]) == ("customer.created", "Ann")
    assert event["request"] == {"id": caught.value.request_id, "idempotency_key": "once"}


def test_its_repetition_fails_as_well(fake, sdk):
    """Stripe stores the response to an idempotency key whatever it is."""
    fake.fail(status=500, performs=True, times=1)
    for _ in range(2):
        with pytest.raises(stripe.APIError) as caught:
            sdk.v1.customers.create({"name": "Ann"}, ONCE)
    assert caught.value.headers["Idempotent-Replayed"] == "true"
    assert [each.name for each in sdk.v1.customers.list().data] == ["Ann"]


def test_a_request_that_is_refused_is_not_carried_out(fake, sdk):
    fake.fail(status=500, performs=True)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sdk.v1.customers.update("cus_none", {"name": "Ann"})
    assert caught.value.http_status == 404


def test_a_failure_without_the_work_is_the_usual_one(fake, sdk):
    fake.fail(status=500, times=1)
    with pytest.raises(stripe.APIError):
        sdk.v1.customers.create({"name": "Ann"})
    assert types(fake) == []
    assert not sdk.v1.customers.list().data


def test_a_connection_breaks_after_the_work(fake, sdk):
    fake.cut(path="/v1/customers", times=1)
    with pytest.raises(stripe.APIConnectionError):
        sdk.v1.customers.create({"name": "Ann"}, ONCE)
    assert types(fake) == ["customer.created"]
    again = sdk.v1.customers.create({"name": "Ann"}, ONCE)
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert [each.id for each in sdk.v1.customers.list().data] == [again.id]


def test_over_http(fake):
    """As a client without Stripe's SDK sees both."""
    with fake.serving() as address, requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {fake.key}"
        fake.fail(status=502, performs=True, times=1)
        assert session.post(f"{address}/v1/customers").status_code == 502
        fake.cut(times=1)
        with pytest.raises(requests.ConnectionError):
            session.post(f"{address}/v1/customers")
    assert types(fake) == ["customer.created"] * 2


# Declined cards


def test_a_confirmed_payment_intent_is_declined(fake, sdk):
    fake.decline(decline_code="lost_card")
    params = {"amount": 500, "currency": "eur", "confirm": True, "metadata": {"order": "1"}}
    with pytest.raises(stripe.CardError) as caught:
        sdk.v1.payment_intents.create(params)
    error = caught.value
    assert (error.http_status, error.code) == (402, "card_declined")
    assert error.error.decline_code == "lost_card"
    intent = sdk.v1.payment_intents.retrieve(error.error.payment_intent.id)
    charge = sdk.v1.charges.retrieve(error.error.charge)
    assert (intent.status, intent.amount) == ("requires_payment_method", 500)
    assert (intent.latest_charge, charge.payment_intent) == (charge.id, intent.id)
    assert intent.last_payment_error.charge == charge.id
    assert (charge.status, charge.paid, charge.amount) == ("failed", False, 500)
    assert (charge.failure_code, charge.balance_transaction) == ("card_declined", None)
    events = [each.event for each in fake.webhooks()]
    assert [each["type"] for each in events] == [
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
    ]
    assert {each["request"]["id"] for each in events} == {error.request_id}


def test_the_confirmation_of_an_intent_is_declined(fake, sdk):
    made = fake.create("payment_intent", amount=500, status="requires_confirmation")
    fake.decline(times=1)
    with pytest.raises(stripe.CardError) as caught:
        sdk.v1.payment_intents.confirm(made["id"])
    assert caught.value.error.payment_intent.id == made["id"]
    assert len(sdk.v1.charges.list({"payment_intent": made["id"]}).data) == 1
    sdk.v1.payment_intents.confirm(made["id"])


def test_a_charge_is_declined(fake, sdk):
    fake.decline()
    with pytest.raises(stripe.CardError) as caught:
        sdk.v1.charges.create({"amount": 500, "currency": "eur", "source": "tok_visa"})
    charge = sdk.v1.charges.retrieve(caught.value.error.charge)
    assert (charge.status, charge.amount) == ("failed", 500)
    assert types(fake) == ["charge.failed"]


@pytest.mark.parametrize(
    "pay",
    [
        lambda sdk: sdk.v1.invoices.pay("in_1"),
        lambda sdk: sdk.v1.subscriptions.create({"customer": "cus_1"}),
    ],
)
def test_other_payments_are_declined_and_leave_nothing(pay, fake, sdk):
    fake.add({"id": "in_1", "object": "invoice", "status": "open"})
    fake.decline()
    with pytest.raises(stripe.CardError):
        pay(sdk)
    assert types(fake) == []


def test_what_charges_no_card_is_not_declined(fake, sdk):
    fake.decline()
    customer = sdk.v1.customers.create({})
    sdk.v1.payment_intents.create({"amount": 500, "currency": "eur", "customer": customer.id})
    sdk.v1.charges.list()
    assert types(fake) == ["customer.created", "payment_intent.created"]


def test_a_declined_payment_is_repeated_by_its_key(fake, sdk):
    fake.decline(times=1)
    params = {"amount": 500, "currency": "eur", "confirm": True}
    ids = set()
    for _ in range(2):
        with pytest.raises(stripe.CardError) as caught:
            sdk.v1.payment_intents.create(params, ONCE)
        ids.add(caught.value.error.payment_intent.id)
    assert len(ids) == 1
    assert caught.value.headers["Idempotent-Replayed"] == "true"


# What requests create


def test_a_customer_has_nothing_that_was_not_given(sdk):
    customer = sdk.v1.customers.create({})
    assert (customer.name, customer.email, customer.currency) == (None, None, None)
    assert (customer.balance, customer.delinquent) == (0, False)


def test_a_price_recurs_only_if_the_request_says_so(sdk):
    terms = {"currency": "eur", "unit_amount": 5, "product": "prod_1"}
    once = sdk.v1.prices.create(terms)
    monthly = sdk.v1.prices.create({**terms, "recurring": {"interval": "month"}})
    assert (once.type, once.recurring) == ("one_time", None)
    assert (monthly.type, monthly.recurring.interval_count) == ("recurring", 1)


def test_objects_are_found_by_their_values(fake):
    for number in range(3):
        fake.create("invoice", id=f"in_{number}", customer=f"cus_{number % 2}", created=number)
    assert [each["id"] for each in fake.find("invoice", customer="cus_0")] == ["in_2", "in_0"]
    assert fake.find("invoice", customer="cus_9") == []
