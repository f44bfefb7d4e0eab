"""What the project does with the client is in the mirror when the call returns."""

import asyncio
from contextlib import nullcontext, suppress
from contextvars import Context
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
import stripe
from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import OperationalError, transaction
from django.test import Client as Browser
from django.test import override_settings

from stripe_django import client, registry, sync
from stripe_django.api.client import clock_of
from stripe_django.exceptions import MissingKeyError
from stripe_django.models import (
    Coupon,
    CreditNote,
    Customer,
    Event,
    InboxEvent,
    Invoice,
    InvoiceLineItem,
    OpenWrite,
    PaymentIntent,
    PendingRead,
    Product,
    ProductFeature,
    V2CoreEventDestination,
)
from stripe_django.sync import home, mirrored_accounts, open_writes, refetch_queue
from stripe_django.sync.events import backlog, retry
from stripe_django.sync.responses import origin
from stripe_django.sync.writer import upsert
from stripe_django.testing import payload
from tests.posting import URL
from tests.threads import needs_threads

pytestmark = pytest.mark.django_db


def with_settings(**changes):
    return override_settings(STRIPE_DJANGO={**settings.STRIPE_DJANGO, **changes})


def price(fake):
    return fake.create("price", unit_amount=1000, currency="eur", recurring={"interval": "month"})


def old_customer(fake):
    """One that was created long ago, as far as events go."""
    made = payload("customer", id=f"cus_{len(fake.requests)}", name="Ann")
    fake.add(made)
    return made


def created(sdk, fake):
    return [sdk.v1.customers.create({"email": "payer@example.com"})]


def changed(sdk, fake):
    return [sdk.v1.customers.update(old_customer(fake)["id"], {"name": "Bea"})]


def changed_twice(sdk, fake):
    made = sdk.v1.customers.create({"name": "Ann"})
    sdk.v1.customers.update(made.id, {"name": "Bea"})
    return [sdk.v1.customers.update(made.id, {"name": "Ann"})]


def read(sdk, fake):
    return [sdk.v1.customers.retrieve(fake.create("customer", name="Ann")["id"])]


def listed(sdk, fake):
    for _ in range(3):
        fake.create("product", name="A")
    return sdk.v1.products.list({"limit": 2}).data


def listed_by_itself(sdk, fake):
    for _ in range(5):
        fake.create("product", name="A")
    return [*sdk.v1.products.list({"limit": 2}).auto_paging_iter()]


def found(sdk, fake):
    fake.search_lag = 0
    fake.create("customer", email="payer@example.com")
    return sdk.v1.customers.search({"query": "email:'payer@example.com'"}).data


def expanded(sdk, fake):
    made = fake.create("customer")
    terms = {"customer": made["id"], "items": [{"price": price(fake)["id"]}]}
    subscription = sdk.v1.subscriptions.create({**terms, "expand": ["customer"]})
    return [subscription, subscription.customer]


def deleted(sdk, fake):
    made = old_customer(fake)
    sdk.v1.customers.update(made["id"], {"name": "Bea"})
    return [sdk.v1.customers.delete(made["id"])]


def ended(sdk, fake):
    """Its response is the whole object, which lives on with another status."""
    made = fake.create("customer")
    terms = {"customer": made["id"], "items": [{"price": price(fake)["id"]}]}
    subscription = sdk.v1.subscriptions.create(terms)
    return [sdk.v1.subscriptions.cancel(subscription.id)]


def by_hand(sdk, fake):
    return [sdk.raw_request("post", "/v1/products", name="A").data]


KINDS = [
    *(created, changed, changed_twice, read, listed, listed_by_itself, found, expanded, deleted),
    *(ended, by_hand),
]


def check(fake, answers):
    """Each row gives back what a read of its object without ``expand`` would show."""
    assert answers
    for answer in answers:
        row = registry.by_object_name()[answer["object"]].objects.get(stripe_id=answer["id"])
        expected = fake.get(answer["id"])
        assert row.ambiguous is False
        assert row.is_alive is not expected.get("deleted", False)
        shown = row.to_stripe()  # a refetch has more keys, which come on request
        assert expected.get("deleted") or all(
            shown.get(key) == value for key, value in expected.items() if key != "client_secret"
        )
    assert not PendingRead.objects.exists()


@pytest.mark.parametrize("within", [nullcontext, transaction.atomic], ids=["alone", "atomic"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_kind_of_response(kind, within, fake_stripe, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), within():
        answers = kind(client, fake_stripe)
        check(fake_stripe, answers)
    open_writes.collect()
    check(fake_stripe, answers)
    assert not OpenWrite.objects.exists()


def test_it_is_stripes_client(fake_stripe):
    assert isinstance(client, stripe.StripeClient)
    assert isinstance(client.v1.customers.create({}), stripe.Customer)
    assert len(fake_stripe.requests) == 1


def test_errors_are_those_of_the_sdk(fake_stripe):
    with pytest.raises(stripe.InvalidRequestError, match="cus_none"):
        client.v1.customers.retrieve("cus_none")
    with with_settings(API_KEY=""), pytest.raises(MissingKeyError):
        client.v1.customers.list()


@pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")  # of the SDK's own
@pytest.mark.usefixtures("fake_stripe")
def test_asynchronous_methods():
    async_to_sync(asynchronous_methods)()


async def asynchronous_methods():
    made = await client.v1.customers.create_async({"name": "Ann"})
    assert (await Customer.objects.aget()).name == "Ann"
    await asyncio.gather(
        *(client.v1.products.create_async({"name": name}) for name in ("A", "B", "C"))
    )
    assert {each.name async for each in Product.objects.all()} == {"A", "B", "C"}
    listed = [each async for each in (await client.v1.products.list_async()).auto_paging_iter()]
    assert len(listed) == 3
    await client.v1.customers.delete_async(made.id)
    assert not (await Customer.objects.aget()).is_alive
    assert not await PendingRead.objects.aexists()


@pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")  # of the SDK's own
@pytest.mark.parametrize("is_known", [True, False])
def test_another_account_in_a_coroutine(is_known, fake_stripe):
    """What account it is takes queries, for which a coroutine has no connection."""
    us = fake_stripe.account("acct_us")
    if is_known:
        client.v1.customers.create({})

    async def asynchronous():
        theirs = client.for_account("acct_us")
        await asyncio.gather(*(theirs.v1.products.create_async({"name": name}) for name in "AB"))

    with with_settings(ACCOUNTS={"us": {"ACCOUNT": "acct_us", "API_KEY": us.key}}):
        async_to_sync(asynchronous)()
    assert {each.stripe_account for each in Product.objects.all()} == {"acct_us"}


@pytest.mark.django_db(transaction=True)
@needs_threads
@pytest.mark.usefixtures("fake_stripe")
def test_a_blocking_method_in_a_coroutine():
    async def blocking():
        client.v1.customers.create({"name": "Ann"})

    asyncio.run(blocking())
    assert Customer.objects.get().name == "Ann"


def test_another_account(fake_stripe):
    theirs = client.for_account("acct_1")
    fake_stripe.create("account", id="acct_1")
    made = theirs.v1.products.create({"name": "A"})
    row = Product.objects.get()
    assert (row.stripe_account, row.api_id, row.name) == ("acct_1", made.id, "A")
    assert fake_stripe.requests[-1].headers["Stripe-Account"] == "acct_1"


def test_an_account_with_a_key_of_its_own(fake_stripe):
    us = fake_stripe.account("acct_us")
    with with_settings(ACCOUNTS={"us": {"ACCOUNT": "acct_us", "API_KEY": us.key}}):
        client.for_account("acct_us").v1.products.create({"name": "A"})
    assert Product.objects.get().stripe_account == "acct_us"


def test_the_account_of_a_single_request(fake_stripe):
    fake_stripe.create("account", id="acct_1")
    client.v1.products.create({"name": "A"}, {"stripe_account": "acct_1"})
    assert Product.objects.get().stripe_account == "acct_1"


def test_the_second_api_version(fake_stripe):
    terms = {"name": "A", "type": "webhook_endpoint", "event_payload": "thin"}
    terms |= {"enabled_events": ["*"], "webhook_endpoint": {"url": "https://example.com"}}
    made = client.v2.core.event_destinations.create(terms)
    assert V2CoreEventDestination.objects.get().name == "A"
    fake_stripe.answer({"id": made.id}, method="DELETE")  # as Stripe responds there
    client.v2.core.event_destinations.delete(made.id)
    assert not V2CoreEventDestination.objects.get().is_alive


def test_a_replayed_response_reverts_nothing(fake_stripe):
    options = {"idempotency_key": "once"}
    made = client.v1.customers.create({"name": "Ann"}, options)
    client.v1.customers.update(made.id, {"name": "Bea"})
    client.v1.customers.create({"name": "Ann"}, options)
    assert Customer.objects.get().name == "Bea"
    assert PendingRead.objects.get().reason == "timeless"
    retry.run(backlog.everything())
    check(fake_stripe, [made])


def test_a_search_that_lags_reverts_nothing(fake_stripe):
    fake_stripe.search_lag = 60
    made = client.v1.customers.create({"name": "Ann"})
    fake_stripe.advance(seconds=30)
    fake_stripe.advance(seconds=61)
    client.v1.customers.update(made.id, {"name": "Bea"})
    [found] = client.v1.customers.search({"query": "name:'Ann'"}).data
    assert found.name == "Ann"
    assert Customer.objects.get().name == "Bea"


def test_another_api_version_changes_nothing(fake_stripe):
    made = fake_stripe.create("customer", name="Ann")
    client.v1.customers.retrieve(made["id"])
    fake_stripe.update(made["id"], name="Bea")
    client.v1.customers.retrieve(made["id"], options={"stripe_version": "2020-08-27"})
    assert Customer.objects.get().name == "Ann"
    assert PendingRead.objects.get().reason == "timeless"


def test_secrets_reach_the_caller_and_no_table(fake_stripe):
    terms = {"amount": 1000, "currency": "eur"}
    intent = client.v1.payment_intents.create(terms)
    assert intent.client_secret
    row = PaymentIntent.objects.get()
    assert row.amount == 1000
    assert intent.client_secret not in str(vars(row))


def test_a_preview_is_left_out(fake_stripe):
    fake_stripe.answer(payload("invoice", id="upcoming_in_1"), path="/v1/invoices/create_preview")
    preview = client.v1.invoices.create_preview({"customer": "cus_1"})
    assert preview.id == "upcoming_in_1"
    assert not Invoice.objects.exists()


def test_a_preview_with_an_id_is_left_out(fake_stripe):
    fake_stripe.answer(payload("credit_note", id="cn_1"), path="/v1/credit_notes/preview")
    assert client.v1.credit_notes.preview({"invoice": "in_1"}).id == "cn_1"
    assert not CreditNote.objects.exists()
    fake_stripe.create("coupon", id="preview", percent_off=10, duration="once")
    client.v1.coupons.retrieve("preview")
    assert Coupon.objects.exists()


def test_members_of_an_owners_list(fake_stripe):
    made = fake_stripe.create("invoice")
    fake_stripe.create("line_item", within=made["id"], amount=5)
    client.v1.invoices.line_items.list(made["id"])
    line = InvoiceLineItem.objects.get()
    assert (line.invoice_id, line.amount) == (made["id"], 5)


@pytest.mark.parametrize("account", ["", "acct_1"])
def test_members_that_do_not_name_their_owner(account, fake_stripe):
    """Single ones, and lists, also those whose owner is a parameter."""
    fake_stripe.create("account", id="acct_1")
    sdk = client.for_account(account)
    sdk.v1.products.create({"name": "A", "id": "gold"})
    made = sdk.v1.customers.create({})
    product, customer = Product.objects.get(), Customer.objects.get()
    answers = {
        "/v1/products/gold/features": payload("product_feature", id="pf_1"),
        "/v1/products/gold/features/pf_2": payload("product_feature", id="pf_2"),
    }
    for path, answer in answers.items():
        fake_stripe.answer(answer, path=path)
    sdk.v1.products.features.create("gold", {"entitlement_feature": "feat_1"})
    sdk.v1.products.features.retrieve("gold", "pf_2")
    assert {each.product for each in ProductFeature.objects.all()} == {product}
    listed = {"object": "list", "url": "/v1/entitlements/active_entitlements", "has_more": False}
    entitled = payload("entitlements.active_entitlement", lookup_key="exports")
    fake_stripe.answer({**listed, "data": [entitled]}, path=listed["url"])
    sdk.v1.entitlements.active_entitlements.list({"customer": made.id})
    assert customer.is_entitled_to("exports")


@pytest.mark.parametrize("is_listed", [True, False])
def test_a_nested_list_of_which_only_the_beginning_comes_is_completed_later(is_listed, fake_stripe):
    made = fake_stripe.create("invoice")
    for number in range(12):
        fake_stripe.create("line_item", within=made["id"], amount=number)
    if is_listed:
        client.v1.invoices.list()
    else:
        client.v1.invoices.retrieve(made["id"])
    assert PendingRead.objects.get().reason == "list"
    retry.run(backlog.everything())
    assert InvoiceLineItem.objects.count() == 12
    client.v1.invoices.list()
    assert not PendingRead.objects.exists()


def test_events_that_are_listed_are_applied(fake_stripe):
    made = fake_stripe.create("customer", name="Ann")
    client.v1.events.list()
    assert Event.objects.count() == 1
    assert Customer.objects.get().stripe_id == made["id"]


def within_a_second(fake):
    """All that follows happens in one second, where nothing but the request tells the order."""
    fake.now = datetime.now(UTC).replace(microsecond=300_000)


def deliver(fake):
    responses = fake.deliver(Browser(), URL)
    assert responses
    assert {response.status_code for response in responses} == {200}
    assert not InboxEvent.objects.exclude(status="applied").exists()


@pytest.mark.parametrize("off", [-7_200, 7_200])
def test_the_first_response_on_a_machine_whose_clock_is_wrong(off, fake_stripe):
    """Nothing says yet whether that clock or the ``Date`` is right, so it changes nothing."""
    made = old_customer(fake_stripe)
    sync.apply(made, as_of=fake_stripe.now)
    clock = clock_of(settings.STRIPE_DJANGO["API_BASE"])
    clock.machine = lambda: fake_stripe.now.timestamp() + off
    client.v1.customers.update(made["id"], {"name": "Bea"})
    assert (Customer.objects.get().name, PendingRead.objects.get().reason) == ("Ann", "timeless")
    client.v1.customers.update(made["id"], {"name": "Cid"})
    row = Customer.objects.get()
    assert row.name == "Cid"
    assert abs(row.as_of - fake_stripe.now) < timedelta(minutes=1)


def test_a_deletion_without_a_time_is_read(fake_stripe):
    """No event that comes late, of before, makes the object alive."""
    made = old_customer(fake_stripe)
    client.v1.customers.delete(made["id"], options={"stripe_version": "2020-08-27"})
    sync.apply(made, as_of=fake_stripe.now - timedelta(days=1))
    retry.run(backlog.everything())
    assert not Customer.objects.get().is_alive


class TestWebhooks:
    """The events of the request itself, in either order."""

    @pytest.fixture(autouse=True)
    def endpoint(self, fake_stripe):
        settings.STRIPE_DJANGO["WEBHOOK_SECRETS"] = [fake_stripe.webhook_secret]
        client.v1.balance.retrieve()

    @pytest.mark.parametrize("kind", [created, changed, changed_twice, deleted, ended])
    def test_after_the_response(self, kind, fake_stripe):
        within_a_second(fake_stripe)
        answers = kind(client, fake_stripe)
        deliver(fake_stripe)
        check(fake_stripe, answers)
        assert refetches(fake_stripe) == []

    @pytest.mark.parametrize("kind", [created, changed, ended])
    def test_before_the_response(self, kind, fake_stripe):
        """The events are applied while the response is on its way."""
        within_a_second(fake_stripe)
        delivered = []

        def deliver_first(self, method, *args, **options):
            response = request(self, method, *args, **options)
            if method != "get":
                delivered.append(deliver(fake_stripe))
            return response

        request = stripe.RequestsClient.request
        with patch.object(stripe.RequestsClient, "request", deliver_first):
            answers = kind(client, fake_stripe)
        assert delivered
        check(fake_stripe, answers)
        assert refetches(fake_stripe) == []

    @pytest.mark.parametrize("kind", [created, changed, changed_twice, deleted, ended])
    def test_in_reverse_order(self, kind, fake_stripe):
        within_a_second(fake_stripe)
        answers = kind(client, fake_stripe)
        for delivery in reversed(fake_stripe.webhooks()):
            assert delivery.post(Browser(), URL).status_code == 200
        check(fake_stripe, answers)
        assert refetches(fake_stripe) == []

    def test_somebody_else_at_the_same_time(self, fake_stripe):
        """What the response shows was overtaken; one read shows what is true."""
        made = client.v1.customers.create({"name": "Ann"})
        fake_stripe.update(made.id, name="Bea")
        deliver(fake_stripe)
        retry.run(backlog.everything())
        check(fake_stripe, [made])


def refetches(fake):
    """The reads of single objects that no test has sent itself."""
    paths = [request.path for request in fake.requests if request.method == "GET"]
    return [path for path in paths if path not in ("/v1/balance", "/v1/account")]


class TestRollbacks:
    def test_what_was_created_is_read(self, fake_stripe):
        made = rolled_back(lambda: client.v1.customers.create({"name": "Ann"}))
        assert not Customer.objects.exists()
        end_of_request()
        retry.run(backlog.everything())
        check(fake_stripe, [made])

    def test_what_was_changed_is_read(self, fake_stripe):
        made = client.v1.customers.create({"name": "Ann"})
        rolled_back(lambda: client.v1.customers.update(made.id, {"name": "Bea"}))
        assert Customer.objects.get().name == "Ann"
        end_of_request()
        retry.run(backlog.everything())
        check(fake_stripe, [made])

    def test_what_was_deleted_is_read(self, fake_stripe):
        made = client.v1.customers.create({"name": "Ann"})
        rolled_back(lambda: client.v1.customers.delete(made.id))
        end_of_request()
        retry.run(backlog.everything())
        check(fake_stripe, [made])

    def test_an_earlier_read_does_not_show_what_was_changed(self, fake_stripe):
        """Not even if nothing says when that was: the response is of another API version."""
        made = client.v1.customers.create({"name": "Ann"})
        older = {"stripe_version": "2020-08-27"}
        rolled_back(lambda: client.v1.customers.update(made.id, {"name": "Bea"}, older))
        end_of_request()
        retry.run(backlog.everything())
        check(fake_stripe, [made])

    def test_of_another_account(self, fake_stripe):
        fake_stripe.create("account", id="acct_1")
        theirs = client.for_account("acct_1")
        rolled_back(lambda: theirs.v1.products.create({"name": "A"}))
        end_of_request()
        retry.run(backlog.everything())
        assert Product.objects.get().stripe_account == "acct_1"

    def test_a_savepoint_alone(self, fake_stripe):
        with transaction.atomic():
            kept = client.v1.customers.create({"name": "Ann"})
            gone = rolled_back(lambda: client.v1.customers.create({"name": "Bea"}))
        end_of_request()
        retry.run(backlog.everything())
        check(fake_stripe, [kept, gone])

    @pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")
    def test_of_several_coroutines(self, fake_stripe):
        """Each has a context of its own; their connection is one."""
        made = [payload("customer", id=f"cus_{name}", name="Ann") for name in "ab"]
        fake_stripe.add(*made)

        async def both():
            changes = [
                client.v1.customers.update_async(each["id"], {"name": "Bea"}) for each in made
            ]
            await asyncio.gather(*changes)

        Context().run(rolled_back, async_to_sync(both))
        end_of_request()
        assert PendingRead.objects.count() == 2

    def test_the_database_is_locked_at_the_end(self, fake_stripe):
        """What was rolled back is queued later, and the next response is written."""
        made = client.v1.customers.create({"name": "Ann"})
        rolled_back(lambda: client.v1.customers.update(made.id, {"name": "Bea"}))
        locked = OperationalError("database is locked")
        with patch.object(refetch_queue, "queue_writes", side_effect=locked):
            other = client.v1.customers.create({"name": "Cid"})
        check(fake_stripe, [other])
        end_of_request()
        retry.run(backlog.everything())
        check(fake_stripe, [made])

    def test_a_read_is_not_repeated(self, fake_stripe):
        made = fake_stripe.create("customer")
        rolled_back(lambda: client.v1.customers.retrieve(made["id"]))
        end_of_request()
        assert not PendingRead.objects.exists()


class Undo(Exception):
    pass


def rolled_back(step):
    found = []
    with suppress(Undo), transaction.atomic():
        found.append(step())
        raise Undo
    return found[0]


def end_of_request():
    Browser().get("/nowhere/")


class TestFailures:
    """Stripe may have done what it did not respond to."""

    @pytest.fixture
    def customer(self, fake_stripe):
        return client.v1.customers.create({"name": "Ann"})

    def performed(self, fake, customer):
        """Stripe does it, and this is not to be seen in the response."""
        fake.update(customer.id, name="Bea")
        with with_settings(MAX_NETWORK_RETRIES=0), suppress(stripe.StripeError):
            client.v1.customers.update(customer.id, {"name": "Bea"})
        fake.recover()

    @pytest.mark.parametrize("within", [nullcontext, transaction.atomic])
    def test_server_error(self, within, fake_stripe, customer):
        fake_stripe.fail(status=500, method="POST")
        with within():
            self.performed(fake_stripe, customer)
        end_of_request()
        assert PendingRead.objects.get().reason == "write"
        retry.run(backlog.everything())
        check(fake_stripe, [customer])

    def test_no_response(self, fake_stripe, customer):
        fake_stripe.cut(method="POST")
        self.performed(fake_stripe, customer)
        retry.run(backlog.everything())
        check(fake_stripe, [customer])

    @pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")
    def test_a_coroutine_that_is_canceled(self, fake_stripe, customer):
        request = stripe.HTTPXClient.request_async

        async def slow(*args, **options):
            await request(*args, **options)
            await asyncio.sleep(30)

        async def impatient():
            async with asyncio.timeout(0.5):
                await client.v1.customers.update_async(customer.id, {"name": "Bea"})

        with (
            patch.object(stripe.HTTPXClient, "request_async", slow),
            pytest.raises(TimeoutError),
        ):
            async_to_sync(impatient)()
        assert fake_stripe.get(customer.id)["name"] == "Bea"
        retry.run(backlog.everything())
        check(fake_stripe, [customer])

    def test_an_error_that_names_objects(self, fake_stripe):
        intent = fake_stripe.create("payment_intent", amount=5, currency="eur")
        error = {"type": "card_error", "code": "card_declined", "payment_intent": intent}
        fake_stripe.answer({"error": error}, status=402, method="POST")
        with pytest.raises(stripe.CardError):
            client.v1.payment_intents.create({"amount": 5, "currency": "eur", "confirm": True})
        retry.run(backlog.everything())
        check(fake_stripe, [intent])

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 429])
    def test_a_refusal_has_changed_nothing(self, status, fake_stripe, customer):
        fake_stripe.fail(status=status, method="POST")
        with with_settings(MAX_NETWORK_RETRIES=0), pytest.raises(stripe.StripeError):
            client.v1.customers.update(customer.id, {"name": "Bea"})
        assert not PendingRead.objects.exists()

    def test_the_response_is_not_hidden(self, fake_stripe, caplog):
        with patch.object(upsert, "write_in_transaction", side_effect=ZeroDivisionError):
            made = client.v1.customers.create({"name": "Ann"})
        assert made.name == "Ann"
        assert "The response to post /v1/customers was not applied" in caplog.text

    def test_nobody_says_whose_the_key_is(self, fake_stripe, customer, monkeypatch):
        """Stripe fails when it is asked that, after it has done what the project wanted."""
        monkeypatch.setattr(home, "_unreadable", set())
        home.learn_account("default")
        mirrored_accounts.rows("default").update(key_digest="")
        origin._verified.clear()
        fake_stripe.fail(status=500, path="/v1/account")
        with with_settings(MAX_NETWORK_RETRIES=0):
            client.v1.customers.update(customer.id, {"name": "Bea"})
        fake_stripe.recover()
        retry.run(backlog.everything())
        check(fake_stripe, [customer])

    def test_a_key_of_another_account_changes_nothing(self, fake_stripe, monkeypatch, caplog):
        """Stripe is asked once whose it is, also before the first sync."""
        monkeypatch.setattr(home, "_unreadable", set())
        other = fake_stripe.account("acct_other")
        for _ in range(2):
            client.v1.customers.create({"name": "Bea"}, {"api_key": other.key})
        assert not Customer.objects.exists()
        assert "The key is of account acct_other" in caplog.text
        assert len(fake_stripe.asked("/v1/account")) == 2  # with either key

    def test_a_key_of_who_knows_which_account(self, fake_stripe, caplog):
        other = fake_stripe.account("acct_other")
        client.v1.customers.create({"name": "Bea"}, {"api_key": other.key})
        assert not Customer.objects.exists()
        assert 'Set STRIPE_DJANGO["ACCOUNT"]' in caplog.text

    def test_a_key_of_the_other_mode_changes_nothing(self, fake_stripe, customer, caplog):
        with with_settings(API_KEY="sk_live_other"):
            fake_stripe.key = "sk_live_other"
            made = client.v1.customers.create({"name": "Bea"})
        assert made.name == "Bea"
        assert Customer.objects.count() == 1
        assert "another mode" in caplog.text
