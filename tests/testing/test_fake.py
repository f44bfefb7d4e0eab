"""FakeStripe, asked through the real SDK, in this process and over HTTP."""

import asyncio
import json
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
import stripe
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from urllib3.connection import HTTPConnection

from stripe_django.api.client import Client
from stripe_django.conf import settings as package_settings
from stripe_django.sdk.endpoints import endpoints
from stripe_django.testing import FakeStripe
from stripe_django.testing.fake import routes, schema
from stripe_django.testing.pytest_plugin import fake_stripe as fixture_of_the_plugin  # noqa: F401

ACCOUNT = "acct_connected"
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def fake():
    return FakeStripe()


@pytest.fixture
def sdk(fake):
    return stripe.StripeClient(fake.key, http_client=fake.http_client)


def ids(found):
    return [each["id"] for each in found]


def charges(count, **values):
    return [
        {"id": f"ch_{number}", "object": "charge", "created": 100 + number, **values}
        for number in range(count)
    ]


def types(fake):
    return [delivery.event["type"] for delivery in fake.webhooks()]


# State


def test_what_was_created_is_there(fake, sdk):
    created = fake.create("customer", email="ann@example.com")
    found = sdk.v1.customers.retrieve(created["id"])
    assert found.to_dict() == created == fake.get(created["id"])
    assert found.email == "ann@example.com"


def test_what_was_added_comes_back_as_it_was(fake, sdk):
    fake.add({"id": "ch_1", "object": "charge", "amount": 5, "unheard_of": {"a": [1, None]}})
    body = sdk.raw_request("get", "/v1/charges/ch_1").body
    expected = {"id": "ch_1", "object": "charge", "amount": 5, "unheard_of": {"a": [1, None]}}
    assert json.loads(body) == expected
    assert not fake.webhooks()


def test_payloads_are_copies(fake):
    given = {"id": "cus_1", "object": "customer", "metadata": {}}
    fake.add(given)
    given["metadata"]["a"] = fake.get("cus_1")["metadata"]["b"] = "changed"
    assert fake.get("cus_1")["metadata"] == {}


def test_an_update(fake, sdk):
    customer = fake.create("customer", name="Ann", balance=1)
    fake.update(customer["id"], name="Ada")
    assert sdk.v1.customers.retrieve(customer["id"]).to_dict() == {**customer, "name": "Ada"}


def test_a_deleted_object_leaves_a_stub(fake, sdk):
    customer = fake.create("customer")
    fake.delete(customer["id"])
    found = sdk.v1.customers.retrieve(customer["id"])
    assert found.to_dict() == {"id": customer["id"], "object": "customer", "deleted": True}
    assert sdk.v1.customers.list().data == []


@pytest.mark.parametrize("way", ["installed", "serving"])
def test_the_first_response_takes_no_longer_than_others(way):
    """The endpoints of the SDK are read before."""
    routes._root.cache_clear()
    with getattr(FakeStripe(), way)():
        assert routes._root.cache_info().currsize == 1


def test_a_deleted_object_can_only_be_read(fake, sdk):
    customer = fake.create("customer")["id"]
    fake.delete(customer)
    for change in (
        lambda: sdk.v1.customers.update(customer, {"name": "Ann"}),
        lambda: sdk.v1.customers.delete(customer),
    ):
        with pytest.raises(stripe.InvalidRequestError) as error:
            change()
        assert error.value.http_status == 404
    assert types(fake) == ["customer.created", "customer.deleted"]


def test_a_deleted_object_may_leave_nothing(fake, sdk):
    product = fake.create("product")
    fake.delete(product["id"], stub=False)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sdk.v1.products.retrieve(product["id"])
    assert (caught.value.code, caught.value.http_status) == ("resource_missing", 404)


def test_an_id_used_again_lives(fake, sdk):
    fake.create("coupon", id="gold")
    fake.delete("gold")
    fake.create("coupon", id="gold")
    assert ids(sdk.v1.coupons.list()) == ["gold"]


def test_one_id_of_two_objects(fake):
    fake.add({"id": "gold", "object": "coupon"}, {"id": "gold", "object": "plan"})
    with pytest.raises(LookupError, match="2 objects 'gold'"):
        fake.update("gold", metadata={})
    fake.update("gold", object="plan", amount=7)
    assert fake.get("gold", object="plan")["amount"] == 7
    assert "amount" not in fake.get("gold", object="coupon")


def test_an_object_that_the_fake_does_not_have(fake):
    for change in (fake.get, fake.update, fake.delete):
        with pytest.raises(LookupError, match="0 objects 'cus_1'"):
            change("cus_1")


def test_accounts_and_modes_are_apart(fake):
    fake.create("charge", id="ch_home")
    fake.create("charge", id="ch_other", account=ACCOUNT)
    fake.create("charge", id="ch_live", livemode=True)
    for key, account, expected in (
        (fake.key, None, ["ch_home"]),
        (fake.key, ACCOUNT, ["ch_other"]),
        (fake.key, fake.account_id, ["ch_home"]),
        ("sk_live_of_the_fake", None, ["ch_live"]),
    ):
        fake.key = key
        client = stripe.StripeClient(key, stripe_account=account, http_client=fake.http_client)
        assert ids(client.v1.charges.list()) == expected


def test_an_account_that_is_not_connected(fake):
    client = stripe.StripeClient(fake.key, stripe_account="acct_x", http_client=fake.http_client)
    with pytest.raises(stripe.PermissionError):
        client.v1.charges.list()


@pytest.mark.parametrize("key", ["sk_test_another", ""])
def test_a_wrong_key(key, fake):
    client = stripe.StripeClient(key, http_client=fake.http_client)
    with pytest.raises(stripe.AuthenticationError) as caught:
        client.v1.charges.list()
    assert caught.value.http_status == 401
    assert fake.key not in str(caught.value)


# Lists


def test_the_newest_come_first(fake, sdk):
    middle, oldest, newest = ({"created": each, "object": "charge"} for each in (20, 10, 30))
    fake.add(middle | {"id": "b"}, oldest | {"id": "a"}, newest | {"id": "d"})
    fake.add(middle | {"id": "c"})
    assert ids(sdk.v1.charges.list()) == ["d", "c", "b", "a"]


@pytest.mark.parametrize("count", [0, 1, 5, 10, 11, 30])
def test_pages(count, fake, sdk):
    fake.add(*charges(count))
    everything = ids(reversed(charges(count)))
    assert ids(sdk.v1.charges.list().auto_paging_iter()) == everything
    assert len(fake.requests) == max(1, -(-count // 10))
    assert ids(sdk.v1.charges.list({"limit": 100})) == everything


def test_pages_backwards(fake, sdk):
    fake.add(*charges(10))
    first = sdk.v1.charges.list({"limit": 3, "ending_before": "ch_2"})
    assert (ids(first), first.has_more) == (["ch_5", "ch_4", "ch_3"], True)
    second = sdk.v1.charges.list({"limit": 9, "ending_before": "ch_5"})
    assert (ids(second), second.has_more) == (["ch_9", "ch_8", "ch_7", "ch_6"], False)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"created": {"gt": 102}}, [4, 3]),
        ({"created": {"gte": 102}}, [4, 3, 2]),
        ({"created": {"lt": 102}}, [1, 0]),
        ({"created": {"gt": 100, "lte": 102}}, [2, 1]),
        ({"created": 103}, [3]),
        ({"customer": "cus_0"}, [4, 2, 0]),
        ({"customer": "cus_0", "limit": 1, "starting_after": "ch_4"}, [2]),
        ({"payment_intent": "pi_none"}, []),
    ],
)
def test_filters(params, expected, fake, sdk):
    fake.add(*(each | {"customer": f"cus_{number % 2}"} for number, each in enumerate(charges(5))))
    assert ids(sdk.v1.charges.list(params)) == [f"ch_{number}" for number in expected]


def test_filters_of_other_kinds(fake, sdk):
    fake.create("price", id="on", active=True, lookup_key="a")
    fake.create("price", id="off", active=False, lookup_key="b")
    fake.create("price", id="none", active=False)
    assert ids(sdk.v1.prices.list({"active": True})) == ["on"]
    assert ids(sdk.v1.prices.list({"lookup_keys": ["b", "c"]})) == ["off"]


def test_subscriptions_that_ended_are_listed_on_request(fake, sdk):
    fake.create("subscription", id="sub_on", status="active")
    fake.create("subscription", id="sub_off", status="canceled")
    assert ids(sdk.v1.subscriptions.list()) == ["sub_on"]
    assert ids(sdk.v1.subscriptions.list({"status": "all"})) == ["sub_off", "sub_on"]
    assert ids(sdk.v1.subscriptions.list({"status": "canceled"})) == ["sub_off"]


@pytest.mark.parametrize(
    ("ask", "param", "code"),
    [
        (lambda sdk: sdk.v1.charges.list({"limit": 0}), "limit", None),
        (lambda sdk: sdk.v1.charges.list({"limit": 101}), "limit", None),
        (lambda sdk: sdk.v1.charges.list({"limit": "many"}), "limit", None),
        (
            lambda sdk: sdk.v1.charges.list({"starting_after": "ch_9"}),
            "starting_after",
            "resource_missing",
        ),
        (lambda sdk: sdk.v1.charges.list({"colour": "red"}), "colour", "parameter_unknown"),
        (lambda sdk: sdk.v1.charges.list({"expand": ["data.colour"]}), "expand", None),
        (
            lambda sdk: sdk.v1.subscription_items.list({}),
            "subscription",
            "parameter_missing",
        ),
        (lambda sdk: sdk.v1.products.create({}), "name", "parameter_missing"),
        (lambda sdk: sdk.v1.charges.search({"query": "colour:1"}), "query", None),
    ],
)
def test_a_bad_request(ask, param, code, fake, sdk):
    fake.add(*charges(1))
    with pytest.raises(stripe.InvalidRequestError) as caught:
        ask(sdk)
    assert (caught.value.param, caught.value.code) == (param, code)
    assert caught.value.http_status == 400


def test_what_belongs_to_a_customer(fake, sdk):
    ann, bob = (fake.create("customer")["id"] for _ in range(2))
    made = [fake.create("customer_balance_transaction", customer=ann) for _ in range(12)]
    fake.create("customer_balance_transaction", customer=bob)
    found = sdk.v1.customers.balance_transactions.list(ann).auto_paging_iter()
    assert ids(found) == ids(reversed(made))
    one = sdk.v1.customers.balance_transactions.retrieve(ann, made[0]["id"])
    assert one.customer == ann
    with pytest.raises(stripe.InvalidRequestError, match="No such object"):
        sdk.v1.customers.balance_transactions.retrieve(bob, made[0]["id"])
    with pytest.raises(stripe.InvalidRequestError, match="cus_none"):
        sdk.v1.customers.balance_transactions.list("cus_none")


def test_what_names_no_owner(fake, sdk):
    product = fake.create("product")["id"]
    feature = fake.create("product_feature", within=product)
    fake.create("product_feature", within=fake.create("product")["id"])
    assert ids(sdk.v1.products.features.list(product)) == [feature["id"]]


def test_what_belongs_to_a_connected_account(fake, sdk):
    fake.create("account", id=ACCOUNT)
    person = fake.create("person", within=ACCOUNT)
    assert person["account"] == ACCOUNT
    other = fake.create("person", account=ACCOUNT)
    assert ids(sdk.v1.accounts.persons.list(ACCOUNT)) == [other["id"], person["id"]]
    assert sdk.v1.accounts.persons.retrieve(ACCOUNT, other["id"]).account == ACCOUNT
    assert ids(sdk.v1.accounts.list()) == [ACCOUNT]
    fake.add({"id": "person_1", "object": "person", "account": ACCOUNT}, account=ACCOUNT)
    assert sdk.v1.accounts.persons.retrieve(ACCOUNT, "person_1").account == ACCOUNT


# Lists inside objects


def test_a_nested_list_begins_in_the_object(fake, sdk):
    members = [{"quantity": number} for number in range(12)]
    made = fake.create("subscription", items={"data": members})
    items = sdk.v1.subscriptions.retrieve(made["id"])["items"]
    assert [each.quantity for each in items.data] == list(range(10))
    assert items.has_more
    assert [each.quantity for each in items.auto_paging_iter()] == list(range(12))
    assert {each.subscription for each in items.auto_paging_iter()} == {made["id"]}


def test_a_nested_list_of_payloads(fake, sdk):
    cards = [{"id": f"card_{number}", "object": "card", "last4": "42"} for number in range(12)]
    sources = {"object": "list", "data": cards, "has_more": False, "url": "/v1/elsewhere"}
    fake.add({"id": "cus_1", "object": "customer", "sources": sources})
    found = sdk.v1.customers.retrieve("cus_1", {"expand": ["sources"]}).sources
    assert found.to_dict() == {
        "object": "list",
        "data": cards[:10],
        "has_more": True,
        "url": "/v1/customers/cus_1/sources",
    }
    assert ids(found.auto_paging_iter()) == ids(cards)
    assert sdk.v1.customers.payment_sources.retrieve("cus_1", "card_11").last4 == "42"


def test_a_nested_list_at_an_address_of_its_own(fake, sdk):
    fake.create("charge", id="ch_1")
    refunds = [fake.create("refund", charge="ch_1") for _ in range(12)]
    page = sdk.v1.charges.retrieve("ch_1", {"expand": ["refunds"]}).refunds
    assert ids(page.auto_paging_iter()) == ids(reversed(refunds))


def test_members_are_objects_of_their_own(fake, sdk):
    made = fake.create("subscription", items={"data": [{"quantity": 1}, {"quantity": 2}]})
    first, second = made["items"]["data"]
    fake.update(first["id"], quantity=7)
    fake.delete(second["id"])
    new = fake.create("subscription_item", subscription=made["id"], quantity=3)
    found = sdk.v1.subscriptions.retrieve(made["id"])["items"].data
    assert [(each.id, each.quantity) for each in found] == [(new["id"], 3), (first["id"], 7)]


def test_an_update_replaces_a_nested_list(fake, sdk):
    made = fake.create("subscription", items={"data": [{"quantity": 1}, {"quantity": 2}]})
    first, second = made["items"]["data"]
    fake.update(made["id"], items={**made["items"], "data": [second]})
    assert ids(sdk.v1.subscriptions.retrieve(made["id"])["items"].data) == [second["id"]]
    assert ids(sdk.v1.subscription_items.list({"subscription": made["id"]})) == [second["id"]]
    with pytest.raises(stripe.InvalidRequestError):
        sdk.v1.subscription_items.retrieve(first["id"])


# Expanding


def test_expanding(fake, sdk):
    method = fake.create("payment_method")
    settings = {"default_payment_method": method["id"]}
    customer = fake.create("customer", invoice_settings=settings)
    charge = fake.create("charge", customer=customer["id"])
    intent = fake.create(
        "payment_intent", customer=customer["id"], latest_charge=charge["id"], review="prv_none"
    )
    expand = ["customer.invoice_settings.default_payment_method", "latest_charge", "review"]
    found = sdk.v1.payment_intents.retrieve(intent["id"], {"expand": expand})
    expanded = customer["invoice_settings"] | {"default_payment_method": method}
    assert found.to_dict() == {
        **intent,
        "customer": {**customer, "invoice_settings": expanded},
        "latest_charge": charge,
    }
    [listed] = sdk.v1.payment_intents.list({"expand": ["data.latest_charge.customer"]}).data
    assert listed.latest_charge.customer.to_dict() == customer
    assert listed.customer == customer["id"]


def test_expanding_in_nested_lists(fake, sdk):
    card = {"id": "card_1", "object": "card", "customer": "cus_1"}
    sources = {"object": "list", "data": [card]}
    fake.add({"id": "cus_1", "object": "customer", "sources": sources})
    found = sdk.v1.customers.retrieve("cus_1", {"expand": ["sources.data.customer"]})
    assert found.sources.data[0].customer.id == "cus_1"


def test_expanding_a_list_of_references(fake, sdk):
    known = fake.create("tax_id")["id"]
    fake.create("invoice", id="in_1", account_tax_ids=[known, "txi_none"])
    found = sdk.v1.invoices.retrieve("in_1", {"expand": ["account_tax_ids"]})
    first, second = found.account_tax_ids
    assert (first.object, first.id, second) == ("tax_id", known, "txi_none")


def test_expanding_what_is_deleted(fake, sdk):
    customer = fake.create("customer")["id"]
    fake.create("charge", id="ch_1", customer=customer)
    fake.delete(customer)
    found = sdk.v1.charges.retrieve("ch_1", {"expand": ["customer"]})
    assert found.customer.to_dict() == {"id": customer, "object": "customer", "deleted": True}


# The one object of its kind


def test_singletons(fake, sdk):
    assert sdk.v1.balance.retrieve().object == "balance"
    assert sdk.v1.balance_settings.retrieve().object == "balance_settings"
    assert sdk.v1.tax.settings.retrieve().object == "tax.settings"
    assert sdk.v1.accounts.retrieve_current().id == fake.account_id
    assert sdk.v1.balance.retrieve().to_dict() == sdk.v1.balance.retrieve().to_dict()
    fake.create("balance", pending=[])
    assert sdk.v1.balance.retrieve().pending == []
    changed = sdk.v1.tax.settings.update({"defaults": {"tax_behavior": "inclusive"}})
    assert changed.defaults.tax_behavior == "inclusive"
    assert sdk.v1.tax.settings.retrieve().defaults.tax_behavior == "inclusive"


def test_the_account_of_a_connected_account(fake):
    fake.create("account", id=ACCOUNT, country="DE")
    client = stripe.StripeClient(fake.key, stripe_account=ACCOUNT, http_client=fake.http_client)
    assert client.v1.accounts.retrieve_current().country == "DE"


def test_one_for_each_customer(fake, sdk):
    customer = fake.create("customer")["id"]
    found = sdk.v1.customers.cash_balance.retrieve(customer)
    assert found.object == "cash_balance"


def test_a_preview_is_no_object(fake, sdk):
    invoice = fake.create("invoice")["id"]
    assert sdk.v1.credit_notes.preview({"invoice": invoice}).object == "credit_note"
    assert sdk.v1.invoices.create_preview({}).object == "invoice"
    assert sdk.v1.credit_notes.list().data == []
    assert ids(sdk.v1.invoices.list()) == [invoice]


# Writing


def test_post_creates(fake, sdk):
    made = sdk.v1.customers.create(
        {
            "email": "ann@example.com",
            "balance": -5,
            "metadata": {"a": "1"},
            "address": {"city": "Bern"},
            "preferred_locales": ["de", "fr"],
            "source": "tok_visa",
        }
    )
    found = fake.get(made.id)
    assert (found["email"], found["balance"]) == ("ann@example.com", -5)
    assert (found["metadata"], found["address"]["city"]) == ({"a": "1"}, "Bern")
    assert found["preferred_locales"] == ["de", "fr"]
    assert "source" not in found
    assert types(fake) == ["customer.created"]


def test_post_creates_with_members(fake, sdk):
    price = fake.create("price")
    made = sdk.v1.subscriptions.create(
        {"customer": "cus_1", "items": [{"price": price["id"], "quantity": 2}]}
    )
    [item] = made["items"].data
    assert (item.quantity, item.subscription) == (2, made.id)
    assert item.price.to_dict(for_json=True) == price


def test_post_creates_in_an_owner(fake, sdk):
    customer = fake.create("customer")["id"]
    made = sdk.v1.customers.payment_sources.create(customer, {"source": "tok_visa"})
    assert (made.object, made.customer) == ("card", customer)
    link = sdk.v1.accounts.login_links.create(fake.create("account")["id"])
    assert link.object == "login_link"


def test_post_updates(fake, sdk):
    values = {"metadata": {"a": "1", "b": "2"}, "address": {"city": "Bern"}, "name": "Ann"}
    customer = fake.create("customer", **values)["id"]
    change = {"metadata": {"b": "", "c": "3"}, "address": {"line1": "Gasse"}, "name": ""}
    found = sdk.v1.customers.update(customer, change).to_dict()
    assert found["metadata"] == {"a": "1", "c": "3"}
    assert (found["address"]["city"], found["address"]["line1"]) == ("Bern", "Gasse")
    assert found["name"] is None
    assert found == fake.get(customer)


def test_delete_deletes(fake, sdk):
    customer = fake.create("customer")["id"]
    assert sdk.v1.customers.delete(customer).deleted is True
    assert sdk.v1.customers.retrieve(customer).deleted is True
    assert types(fake) == ["customer.created", "customer.deleted"]


def test_what_ends_stays(fake, sdk):
    subscription = fake.create("subscription", status="active")["id"]
    assert sdk.v1.subscriptions.cancel(subscription).status == "canceled"
    assert sdk.v1.subscriptions.retrieve(subscription).status == "canceled"
    assert types(fake)[1:] == ["customer.subscription.deleted"]


def test_a_discount_goes(fake, sdk):
    discount = {"id": "di_1", "object": "discount"}
    fake.add({"id": "cus_1", "object": "customer", "discount": discount})
    assert sdk.v1.customers.delete_discount("cus_1").deleted is True
    assert fake.get("cus_1")["discount"] is None


def test_verbs(fake, sdk):
    intent = fake.create("payment_intent", status="requires_capture")["id"]
    assert sdk.v1.payment_intents.capture(intent).id == intent
    assert sdk.v1.payment_intents.cancel(intent).status == "canceled"
    invoice = fake.create("invoice", status="draft")["id"]
    assert sdk.v1.invoices.finalize_invoice(invoice).status == "open"
    assert sdk.v1.invoices.pay(invoice).status == "paid"
    told = [each for each in types(fake) if not each.endswith(".created")]
    assert told == ["payment_intent.canceled", "invoice.updated", "invoice.paid"]
    with pytest.raises(stripe.InvalidRequestError):
        sdk.v1.invoices.pay("in_none")


def test_a_file(fake, sdk, tmp_path):
    (tmp_path / "passport.png").write_bytes(b"\x89PNG\xff")
    with open(tmp_path / "passport.png", "rb") as file:
        made = sdk.v1.files.create({"file": file, "purpose": "identity_document"})
    assert made.purpose == "identity_document"
    assert fake.requests[0].params["file"].endswith("passport.png")


def test_found_and_deleted_by_what_it_is(fake, sdk):
    fake.create("apps.secret", name="key")
    params = {"name": "key", "scope": {"type": "account"}}
    fake.update(ids(sdk.v1.apps.secrets.list({"scope": params["scope"]}))[0], scope=params["scope"])
    assert sdk.v1.apps.secrets.find(params).name == "key"
    sdk.v1.apps.secrets.delete_where(params)
    with pytest.raises(stripe.InvalidRequestError):
        sdk.v1.apps.secrets.find(params)


def test_a_repeated_request_is_done_once(fake, sdk):
    options = {"idempotency_key": "one"}
    first, second = (sdk.v1.customers.create({}, options) for _ in range(2))
    assert first.id == second.id
    assert len(sdk.v1.customers.list().data) == 1


# The second version of the API


def test_lists_of_version_2(fake, sdk):
    made = [fake.create("v2.core.account") for _ in range(7)]
    page = sdk.v2.core.accounts.list({"limit": 3})
    assert ids(page.data) == ids(reversed(made))[:3]
    assert set(json.loads(sdk.raw_request("get", "/v2/core/accounts").body)) == {
        "data",
        "next_page_url",
        "previous_page_url",
    }
    assert ids(page.auto_paging_iter()) == ids(reversed(made))


def test_writing_in_version_2(fake, sdk):
    made = sdk.v2.core.accounts.create({"display_name": "Ann", "metadata": {"a": "1"}})
    assert (made.display_name, made.metadata["a"]) == ("Ann", "1")
    changed = sdk.v2.core.accounts.update(made.id, {"display_name": "Ada"})
    assert fake.get(made.id)["display_name"] == changed.display_name == "Ada"


def test_missing_in_version_2(sdk):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sdk.v2.core.accounts.retrieve("acct_none")
    assert (caught.value.code, caught.value.http_status) == ("not_found", 404)


def test_events_of_version_2_are_thin(fake, sdk):
    fake.now = NOON
    account = fake.create("v2.core.account")
    [delivery] = fake.webhooks()
    event = delivery.event
    assert event["object"] == "v2.core.event"
    assert event["type"] == "v2.core.account.created"
    assert event["created"] == account["created"] == "2026-03-04T12:00:00.000Z"
    assert event["related_object"] == {
        "id": account["id"],
        "type": "v2.core.account",
        "url": f"/v2/core/accounts/{account['id']}",
    }
    notification = sdk.parse_event_notification(
        delivery.body, delivery.headers["Stripe-Signature"], fake.webhook_secret
    )
    assert notification.fetch_related_object().id == account["id"]
    fake.update(account["id"], display_name="Ada")
    fake.create("v2.core.account")
    assert [each.type for each in sdk.v2.core.events.list({"object_id": account["id"]}).data] == [
        "v2.core.account.updated",
        "v2.core.account.created",
    ]
    assert sdk.v2.core.events.retrieve(event["id"]).type == event["type"]


# Errors and records of requests


def test_unknown_paths(fake, sdk):
    for path_ in ("/v1/not_here", "/v1/charges/ch_1/nothing", "/v1/customers/cus_1/email"):
        with pytest.raises(stripe.InvalidRequestError, match="There is no GET /v1"):
            sdk.raw_request("get", path_)
    with pytest.raises(stripe.InvalidRequestError, match="There is no POST /v1"):
        sdk.raw_request("post", "/v1/charges/ch_1/refunds/x")


def test_missing_objects(sdk):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sdk.v1.customers.retrieve("cus_none")
    error = caught.value
    assert (error.http_status, error.code, error.param) == (404, "resource_missing", "id")
    assert error.json_body["error"]["type"] == "invalid_request_error"


def test_requests_are_recorded(fake):
    client = stripe.StripeClient(fake.key, stripe_account=ACCOUNT, http_client=fake.http_client)
    fake.create("account", id=ACCOUNT)
    fake.now = NOON
    client.v1.charges.list({"created": {"gte": 5}, "expand": ["data.customer"]})
    client.v1.customers.create({"metadata": {"a b": "é&="}})
    listed, created = fake.requests
    assert (listed.method, listed.path, listed.account) == ("GET", "/v1/charges", ACCOUNT)
    assert listed.params == {"created": {"gte": "5"}, "expand": ["data.customer"]}
    assert listed.headers["authorization"] == f"Bearer {fake.key}"
    assert listed.at == NOON
    assert (created.method, created.params) == ("POST", {"metadata": {"a b": "é&="}})
    assert fake.asked("/v1/customers") == [created]
    assert fake.key not in repr(fake.requests)


LISTED = {
    each.targets[0]: each
    for each in endpoints()
    if each.is_list and "{" not in each.path and "event" not in each.targets[0]
}


@pytest.mark.parametrize("name", sorted(LISTED))
def test_every_list(name, fake, sdk):
    """The one object is listed, also by the parameters that its list cannot do without."""
    required = LISTED[name].required
    values = {key: f"{key}_1" for key in required if key in schema.fields(name)}
    made = fake.create(name, **values)
    params = {"expand": []} | {key: made.get(key, "x") for key in required}
    body = json.loads(sdk.raw_request("get", LISTED[name].path, **params).body)
    assert body["data"] == [fake.get(made["id"])]


# Faults


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, stripe.InvalidRequestError),
        (401, stripe.AuthenticationError),
        (402, stripe.CardError),
        (403, stripe.PermissionError),
        (429, stripe.RateLimitError),
        (500, stripe.APIError),
        (503, stripe.APIError),
    ],
)
def test_failures(status, error, fake, sdk):
    fake.fail(status=status, message="Not today", code="because", path="/v1/charges")
    for _ in range(2):
        with pytest.raises(error, match="Not today") as caught:
            sdk.v1.charges.list()
        assert caught.value.http_status == status
    assert sdk.v1.customers.list().data == []
    fake.recover()
    assert sdk.v1.charges.list().data == []


def test_a_failure_for_some_requests(fake, sdk):
    fake.fail(status=429, retry_after=3, after=1, times=2, path="/v1/ch*", method="GET")
    sdk.v1.charges.list()
    for _ in range(2):
        with pytest.raises(stripe.RateLimitError) as caught:
            sdk.v1.charges.list()
        assert caught.value.headers["retry-after"] == "3"
    sdk.v1.charges.list()


def test_a_share_of_failures(fake, sdk):
    def failed():
        fake.recover()
        fake.fail(status=500, share=0.2, seed=1)
        return [_is_refused(sdk) for _ in range(200)]

    first = failed()
    assert 20 < sum(first) < 60
    assert failed() == first


def _is_refused(sdk):
    try:
        sdk.v1.charges.list()
    except stripe.APIError:
        return True
    return False


def test_connections_that_break(fake, sdk):
    fake.cut(times=1)
    fake.hang(after=1, times=1)
    fake.slow(100, times=1)
    for _ in range(3):
        with pytest.raises(stripe.APIConnectionError):
            sdk.v1.charges.list()
    sdk.v1.charges.list()


def test_what_fails_is_tried_again(fake):
    client = stripe.StripeClient(fake.key, http_client=fake.http_client, max_network_retries=1)
    fake.cut(times=1)
    client.v1.customers.create({})
    assert len(fake.requests) == 2
    assert len(client.v1.customers.list().data) == 1


def test_slow_answers(fake, sdk):
    fake.slow(0.2, times=1)
    began = time.monotonic()
    sdk.v1.charges.list()
    assert time.monotonic() - began >= 0.2


def test_answers_of_ones_own(fake, sdk):
    fake.answer({"id": "ch_x", "object": "charge"}, path="/v1/charges/ch_x", headers={"X": "1"})
    found = sdk.v1.charges.retrieve("ch_x")
    assert (found.id, found.last_response.headers["x"]) == ("ch_x", "1")
    fake.answer("<html>", status=502)
    with pytest.raises(stripe.APIError, match="html"):
        sdk.v1.customers.list()


def test_headers_of_ones_own(fake, sdk):
    fake.send_headers({"Date": None, "X": "1"})
    headers = sdk.v1.balance.retrieve().last_response.headers
    assert "Date" not in headers
    assert headers["X"] == "1"


# Time


def test_the_clock_runs_until_it_is_set(fake, sdk):
    assert abs(fake.now - datetime.now(UTC)) < timedelta(seconds=5)
    fake.advance(days=1)
    assert abs(fake.now - datetime.now(UTC) - timedelta(days=1)) < timedelta(seconds=5)
    fake.now = NOON
    assert fake.now == NOON
    fake.advance(seconds=90)
    assert fake.now == NOON + timedelta(seconds=90)
    fake.now = 1_000.0
    assert fake.now == datetime.fromtimestamp(1_000, UTC)


def test_what_is_created_is_dated(fake, sdk):
    fake.now = NOON
    charge = fake.create("charge")
    [delivery] = fake.webhooks()
    assert charge["created"] == delivery.event["created"] == NOON.timestamp()
    assert fake.create("charge", created=5)["created"] == 5
    header = sdk.v1.balance.retrieve().last_response.headers["Date"]
    assert parsedate_to_datetime(header) == NOON


# Events


@pytest.mark.parametrize(
    ("name", "values", "changes", "expected"),
    [
        ("customer", {}, {"name": "A"}, "customer.created customer.updated customer.deleted"),
        (
            "subscription",
            {},
            {"metadata": {"a": "b"}},
            "customer.subscription.created customer.subscription.updated"
            " customer.subscription.deleted",
        ),
        (
            "card",
            {"customer": "cus_1"},
            {"name": "A"},
            "customer.source.created customer.source.updated customer.source.deleted",
        ),
        (
            "bank_account",
            {"within": ACCOUNT, "customer": None},
            {"account_holder_name": "A"},
            "account.external_account.created account.external_account.updated"
            " account.external_account.deleted",
        ),
        (
            "charge",
            {"status": "succeeded"},
            {"description": "A"},
            "charge.succeeded charge.updated",
        ),
        (
            "payout",
            {"status": "pending"},
            {"status": "paid"},
            "payout.created payout.paid",
        ),
        ("issuing.card", {}, {"metadata": {"a": "b"}}, "issuing_card.created issuing_card.updated"),
        ("refund", {}, {"metadata": {"a": "b"}}, "refund.created refund.updated"),
        ("review", {}, {"reason": "manual"}, ""),
    ],
)
def test_types_of_events(name, values, changes, expected, fake):
    fake.add({"id": ACCOUNT, "object": "account"})
    made = fake.create(name, **values)
    fake.update(made["id"], **changes)
    fake.delete(made["id"])
    assert types(fake) == expected.split()


def test_an_event(fake, sdk):
    fake.now = NOON
    before = fake.create("customer", name="Ann", address={"city": "Bern"})
    [created] = fake.webhooks()
    address = before["address"] | {"city": "Basel"}
    after = fake.update(before["id"], name="Ada", address=address)
    [updated] = fake.webhooks()
    assert updated.event == {
        "id": updated.event["id"],
        "object": "event",
        "api_version": stripe.api_version,
        "created": int(NOON.timestamp()),
        "data": {
            "object": after,
            "previous_attributes": {"name": "Ann", "address": {"city": "Bern"}},
        },
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": "customer.updated",
    }
    assert created.event["data"] == {"object": before}
    assert sdk.v1.events.retrieve(updated.event["id"]).to_dict() == updated.event


def test_nothing_changed_is_no_event(fake):
    customer = fake.create("customer", name="Ann")["id"]
    fake.update(customer, name="Ann")
    assert types(fake) == ["customer.created"]


def test_a_deletion_tells_how_the_object_was(fake):
    customer = fake.create("customer")
    fake.delete(customer["id"])
    assert fake.webhooks()[1].event["data"] == {"object": customer}


def test_events_of_any_type(fake):
    session = fake.create("checkout.session", event="checkout.session.async_payment_succeeded")
    fake.update(session["id"], status="complete", event="checkout.session.completed")
    fake.emit("checkout.session.expired", session["id"])
    assert types(fake) == [
        "checkout.session.async_payment_succeeded",
        "checkout.session.completed",
        "checkout.session.expired",
    ]


def test_events_of_a_connected_account(fake):
    fake.create("customer", account=ACCOUNT)
    [delivery] = fake.webhooks()
    assert delivery.event["account"] == ACCOUNT


def test_events_are_listed(fake, sdk):
    customer = fake.create("customer")["id"]
    fake.update(customer, name="Ann")
    fake.create("charge", status="succeeded")

    def listed(**params):
        return [each.type for each in sdk.v1.events.list(params).data]

    assert listed() == ["charge.succeeded", "customer.updated", "customer.created"]
    assert listed(type="customer.created") == ["customer.created"]
    assert listed(type="customer.*") == ["customer.updated", "customer.created"]
    assert listed(types=["charge.succeeded", "customer.created"]) == [
        "charge.succeeded",
        "customer.created",
    ]
    assert listed(created={"gt": int(time.time()) + 9}) == []


# Webhooks


def test_webhooks_are_signed(fake):
    fake.create("customer")
    [delivery] = fake.webhooks(secret="whsec_other")
    signature = delivery.headers["Stripe-Signature"]
    event = stripe.Webhook.construct_event(delivery.body, signature, "whsec_other")
    assert event.to_dict() == delivery.event
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(delivery.body, signature, fake.webhook_secret)
    assert fake.webhooks() == ()


def test_webhooks_of_another_time(fake):
    fake.create("customer")
    [delivery] = fake.webhooks(signed_at=1_000)
    with pytest.raises(stripe.SignatureVerificationError, match="tolerance"):
        stripe.Webhook.construct_event(
            delivery.body, delivery.headers["Stripe-Signature"], fake.webhook_secret
        )


def test_the_order_of_webhooks(fake):
    for _ in range(20):
        fake.create("customer")
    deliveries = fake.webhooks()
    shuffled = deliveries.shuffled(seed=1)
    assert shuffled != deliveries
    assert sorted(map(id, shuffled)) == sorted(map(id, deliveries))
    assert shuffled == deliveries.shuffled(seed=1) != deliveries.shuffled(seed=2)
    assert deliveries.duplicated(3)[:4] == (*[deliveries[0]] * 3, deliveries[1])


@csrf_exempt
def endpoint(request):
    signature = request.headers["Stripe-Signature"]
    event = stripe.Webhook.construct_event(request.body, signature, "whsec_of_the_fake")
    return HttpResponse(event.type)


urlpatterns = [path("stripe/", endpoint)]


def test_webhooks_are_delivered(fake, settings, client):
    settings.ROOT_URLCONF = __name__
    fake.create("customer")
    fake.create("charge", status="succeeded")
    responses = fake.deliver(client, "/stripe/")
    assert [each.content for each in responses] == [b"customer.created", b"charge.succeeded"]
    assert fake.deliver(client, "/stripe/") == []


# Ways in


def test_installed(fake, settings):
    settings.STRIPE_DJANGO = {"TIMEOUT": 7}
    before = stripe.default_http_client, stripe.api_key
    customer = fake.create("customer")["id"]
    with fake.installed() as same:
        assert same is fake
        assert stripe.Customer.retrieve(customer).id == customer
        assert stripe.StripeClient(fake.key).v1.customers.retrieve(customer).id == customer
        assert ids(Client().retrieve(f"/v1/customers/{customer}").objects) == [customer]
        assert package_settings.api_key == fake.key
        assert package_settings.timeout == 7
    assert (stripe.default_http_client, stripe.api_key) == before
    assert package_settings.api_key != fake.key


def test_installed_with_the_time_limit_of_the_settings(fake, settings):
    settings.STRIPE_DJANGO = {"TIMEOUT": 2, "MAX_NETWORK_RETRIES": 0}
    fake.slow(3)
    with fake.installed(), pytest.raises(stripe.APIConnectionError):
        Client().retrieve("/v1/balance")


def test_the_fixture(request):
    fake = request.getfixturevalue("fixture_of_the_plugin")
    customer = fake.create("customer")["id"]
    assert stripe.Customer.retrieve(customer).id == customer
    assert package_settings.api_key == fake.key


def test_async(fake, sdk):
    fake.add(*charges(12))

    async def everything():
        fake.slow(0.01, times=1)
        page = await sdk.v1.charges.list_async()
        return [each.id async for each in page.auto_paging_iter()]

    assert asyncio.run(everything()) == ids(reversed(charges(12)))
    fake.cut()
    with pytest.raises(stripe.APIConnectionError):
        asyncio.run(sdk.v1.charges.list_async())


def test_streams(fake, sdk):
    fake.answer("pdf", path="/v1/quotes/qt_1/pdf")
    assert sdk.v1.quotes.pdf("qt_1").io.read() == b"pdf"

    async def read():
        stream = await sdk.v1.quotes.pdf_async("qt_1")
        return [part async for part in stream.stream()]

    assert asyncio.run(read()) == [b"pdf"]


@pytest.fixture
def over_http(fake, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with fake.serving() as url:
        http_client = stripe.new_default_http_client(timeout=1)
        yield stripe.StripeClient(fake.key, base_addresses={"api": url}, http_client=http_client)


def test_over_http(fake, over_http):
    fake.now = NOON
    made = over_http.v1.customers.create({"email": "ann@example.com", "metadata": {"a": "é"}})
    assert over_http.v1.customers.retrieve(made.id).metadata["a"] == "é"
    header = over_http.v1.balance.retrieve().last_response.headers["Date"]
    assert parsedate_to_datetime(header) == NOON
    assert over_http.v1.customers.delete(made.id).deleted
    assert over_http.v2.core.accounts.create({"display_name": "Ann"}).display_name == "Ann"
    with pytest.raises(stripe.InvalidRequestError):
        over_http.v1.charges.retrieve("ch_none")


def test_a_connection_is_kept(over_http, monkeypatch):
    connect, opened = HTTPConnection.connect, []
    monkeypatch.setattr(HTTPConnection, "connect", lambda self: opened.append(connect(self)))
    for _ in range(5):
        over_http.v1.charges.list()
    assert len(opened) == 1


@pytest.mark.parametrize(
    "misbehave",
    [
        lambda fake: fake.cut(),
        lambda fake: fake.cut(after_bytes=10),
        lambda fake: fake.hang(),
        lambda fake: fake.slow(2),
    ],
)
def test_faults_over_http(misbehave, fake, over_http):
    fake.add(*charges(10))
    misbehave(fake)
    with pytest.raises(stripe.APIConnectionError):
        over_http.v1.charges.list()
    fake.recover()
    assert len(over_http.v1.charges.list().data) == 10


def test_threads(fake):
    fake.add(*charges(300))
    failures = []

    def read(number):
        client = stripe.StripeClient(fake.key, http_client=fake.http_client)
        found = ids(client.v1.charges.list({"limit": 50}).auto_paging_iter())
        made = [client.v1.customers.create({}).id for _ in range(10)]
        if found != ids(reversed(charges(300))) or len(set(made)) != 10:
            failures.append(number)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(fake.requests) == 6 * 16
    assert len({delivery.event["id"] for delivery in fake.webhooks()}) == 60
