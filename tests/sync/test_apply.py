"""What projects call: ``apply`` for whatever Stripe answers, ``fetch`` and ``refresh``."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import stripe
from stripe import StripeObject

from stripe_django import conf, sync
from stripe_django.api.client import clock_of
from stripe_django.exceptions import (
    MissingIdError,
    PayloadError,
    UnknownObjectError,
    WrongHomeError,
)
from stripe_django.models import (
    Balance,
    Card,
    Charge,
    Coupon,
    Customer,
    Discount,
    DisputeEvidence,
    Event,
    Home,
    Plan,
    Subscription,
    TransferReversal,
)
from stripe_django.sync.erasure.rows import erase as erase_row
from stripe_django.sync.mapping.expansion import expansions

pytestmark = pytest.mark.django_db

ACCOUNT = "acct_connected"
CUSTOMER = "cus_00000000000001"
WHEN = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PAYLOAD = {"id": CUSTOMER, "object": "customer", "livemode": False, "email": "ann@example.com"}


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """This machine's clock, with which the dates of responses are compared."""
    clock = clock_of(conf.settings.api_base)
    monkeypatch.setattr(clock, "machine", lambda: WHEN.timestamp() + 1)


def customer(stripe_id=CUSTOMER, **values):
    return PAYLOAD | {"id": stripe_id} | values


def page(*members):
    return {"object": "list", "data": list(members), "has_more": False, "url": "/"}


def event(kind, inner, **values):
    base = {"id": "evt_1", "object": "event", "type": kind, "livemode": False, "data": {}}
    return base | {"created": int(WHEN.timestamp()), "data": {"object": inner}} | values


def stored(model=Customer):
    return list(model.objects.order_by("stripe_id").values_list("stripe_id", flat=True))


def moved(counts):
    return {outcome: count for outcome, count in counts.items() if count}


class Response:
    def __init__(self, **headers):
        self.headers = headers


def sdk(payload, response=None, kind=stripe.Customer):
    return kind.construct_from(payload, "sk_test_x", last_response=response)


# Payloads, alone


def test_a_dictionary_is_a_copy():
    result = sync.apply(PAYLOAD)
    assert moved(result.counts) == {"created": 1}
    assert result.failures == []
    assert result.rows == [result.row] == [Customer.objects.get()]
    assert (result.row.email, result.row.as_of, result.row.as_of_kind) == (
        "ann@example.com",
        None,
        "",
    )
    assert result.row.to_stripe() == PAYLOAD


def test_a_copy_changes_nothing():
    sync.apply(PAYLOAD)
    result = sync.apply(customer(email="bob@example.com"))
    assert moved(result.counts) == {"refetch": 1}
    assert result.row.email == "ann@example.com"


def test_a_dictionary_with_its_time():
    sync.apply(PAYLOAD)
    result = sync.apply(customer(email="bob@example.com"), as_of=WHEN)
    assert moved(result.counts) == {"updated": 1}
    row = result.row
    assert (row.email, row.as_of, row.as_of_kind) == ("bob@example.com", WHEN, "read")
    assert moved(sync.apply(PAYLOAD, as_of=WHEN - SECOND).counts) == {"stale": 1}


def test_an_sdk_object_without_a_response_is_a_copy():
    result = sync.apply(sdk(PAYLOAD))
    assert result.row.as_of is None
    assert result.row.to_stripe() == PAYLOAD


@pytest.mark.parametrize("headers", [{}, {"Date": "yesterday"}])
def test_an_sdk_object_of_unknown_age_is_a_copy(headers):
    assert sync.apply(sdk(PAYLOAD, Response(**headers))).row.as_of is None


def test_an_sdk_object_is_as_old_as_its_response():
    response = Response(Date="Wed, 04 Mar 2026 05:06:07 GMT")
    row = sync.apply(sdk(PAYLOAD, response)).row
    assert (row.as_of, row.as_of_kind) == (WHEN, "read")
    assert row.as_of_from <= WHEN - 10 * SECOND
    row = sync.apply(sdk(PAYLOAD, response), as_of=WHEN + SECOND).row
    assert row.as_of == WHEN + SECOND


def test_what_the_sdk_read(fake_stripe):
    sources = page({"id": "card_1", "object": "card", "brand": "Visa"})
    coupon = {"id": "gold", "object": "coupon", "percent_off": 12.5, "metadata": {"a": "b"}}
    fake_stripe.add(customer(sources=sources))
    fake_stripe.add({"id": "silver", "object": "coupon"}, coupon)
    fake_stripe.now = WHEN
    client = stripe.StripeClient(fake_stripe.key, http_client=fake_stripe.http_client)
    row = sync.apply(client.v1.customers.retrieve(CUSTOMER, {"expand": ["sources"]})).row
    [request] = fake_stripe.requests
    assert timedelta(0) <= request.at - row.as_of < SECOND
    assert row.cards.get().brand == "Visa"
    result = sync.apply(client.v1.coupons.list())
    assert [each.stripe_id for each in result.rows] == ["gold", "silver"]
    assert result.row.percent_off == Decimal("12.5")
    assert result.row.to_stripe() == coupon
    assert result.row.as_of_kind == "read"


def test_an_account_qualifies_what_merchants_choose():
    plan = {"id": "gold", "object": "plan", "livemode": False}
    row = sync.apply(plan, account=ACCOUNT).row
    assert (row.stripe_id, row.api_id, row.stripe_account) == (
        f"{ACCOUNT}:test:gold",
        "gold",
        ACCOUNT,
    )
    assert sync.apply(plan).row.stripe_id == "gold"


# Several payloads


def test_a_list_object():
    payload = {"object": "list", "data": [customer("cus_b"), customer("cus_a")], "url": "/"}
    result = sync.apply(payload, as_of=WHEN)
    assert [row.stripe_id for row in result.rows] == ["cus_b", "cus_a"]
    assert {row.as_of for row in result.rows} == {WHEN}


@pytest.mark.parametrize("several", [list, tuple])
def test_a_python_list(several):
    result = sync.apply(several([customer("cus_b"), customer("cus_a"), customer("cus_b")]))
    assert [row.stripe_id for row in result.rows] == ["cus_b", "cus_a"]
    assert moved(result.counts) == {"created": 2, "unchanged": 1}


def test_a_list_of_sdk_objects_has_the_age_of_each():
    response = Response(Date="Wed, 04 Mar 2026 05:06:07 GMT")
    made = [sdk(customer("cus_a"), response), sdk(customer("cus_b"))]
    assert [row.as_of for row in sync.apply(made).rows] == [WHEN, None]


@pytest.mark.parametrize("empty", [[], (), {"object": "list", "data": []}])
def test_nothing(empty):
    result = sync.apply(empty)
    assert (result.rows, result.row, moved(result.counts)) == ([], None, {})


def test_a_bad_member_of_a_list_is_a_failure():
    bad = [{"id": "x", "object": "unheard_of"}, 7, {"object": "customer"}]
    result = sync.apply([customer("cus_a"), *bad, customer("cus_b")])
    assert stored() == ["cus_a", "cus_b"]
    assert moved(result.counts) == {"created": 2, "failed": 3}
    told = [(each.object_name, each.stripe_id) for each in result.failures]
    assert told == [("unheard_of", "x"), ("None", "None"), ("customer", "None")]


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ({"object": "customer"}, MissingIdError),
        ({"object": "list"}, PayloadError),
        ({"object": "list", "data": {}}, PayloadError),
        ({"object": "unheard_of", "id": "x_1"}, UnknownObjectError),
        ({}, UnknownObjectError),
        ("cus_1", PayloadError),
        (None, PayloadError),
        (7, PayloadError),
        (StripeObject.construct_from({"id": "x"}, "k"), UnknownObjectError),
    ],
)
def test_a_bad_payload_raises(payload, error):
    with pytest.raises(error):
        sync.apply(payload)


def test_the_first_payload_tells_the_mode_if_there_is_no_key(settings, monkeypatch):
    monkeypatch.delenv("STRIPE_SECRET_KEY", raising=False)
    settings.STRIPE_DJANGO = {}
    live = {"id": "gold", "object": "plan", "livemode": True}
    sync.apply([{"object": "unheard_of"}, live])
    assert Home.objects.get().livemode is True
    assert stored(Plan) == ["gold"]


# Events


@pytest.mark.parametrize("kind", ["customer.created", "customer.updated"])
def test_an_event_brings_its_object(kind):
    payload = event(kind, PAYLOAD)
    result = sync.apply(payload)
    assert moved(result.counts) == {"created": 2}
    first, second = result.rows
    assert first == result.row == Event.objects.get()
    assert first.to_stripe() == payload
    assert second == Customer.objects.get()
    for row in (first, second):
        assert (row.as_of, row.as_of_kind, row.is_alive) == (WHEN, "event", True)


def test_created_loses_to_updated_within_a_second():
    updated = event("customer.updated", customer(email="new@example.com"), id="evt_2")
    created = event("customer.created", PAYLOAD)
    for order in ([created, updated], [updated, created]):
        for each in order:
            sync.apply(each)
        row = Customer.objects.get()
        assert (row.email, row.ambiguous) == ("new@example.com", True)
        erase_row(row)


def test_an_event_twice():
    payload = event("customer.updated", PAYLOAD)
    sync.apply(payload)
    assert moved(sync.apply(payload).counts) == {"unchanged": 2}


def test_a_deletion():
    sync.apply(PAYLOAD, as_of=WHEN - SECOND)
    sync.apply(event("customer.deleted", PAYLOAD))
    row = Customer.objects.get()
    assert (row.deleted_at, row.is_alive, row.email) == (WHEN, False, "ann@example.com")
    assert not Customer.objects.alive().exists()
    assert Event.objects.get().is_alive


def test_a_stub_is_a_deletion():
    sync.apply(PAYLOAD, as_of=WHEN)
    sync.apply({"id": CUSTOMER, "object": "customer", "deleted": True}, as_of=WHEN + SECOND)
    row = Customer.objects.get()
    assert (row.as_of, row.deleted_at, row.email) == (WHEN, WHEN + SECOND, "ann@example.com")
    assert not row.is_alive


def test_a_subscription_that_ends_is_not_deleted():
    ended = {"id": "sub_1", "object": "subscription", "status": "canceled", "livemode": False}
    sync.apply(event("customer.subscription.deleted", ended))
    row = Subscription.objects.get()
    assert (row.status, row.deleted_at, row.is_alive) == ("canceled", None, True)


def test_an_event_of_a_connected_account():
    plan = {"id": "gold", "object": "plan", "livemode": False, "amount": 5}
    result = sync.apply(event("plan.updated", plan, account=ACCOUNT))
    assert [row.stripe_account for row in result.rows] == [ACCOUNT, ACCOUNT]
    assert stored(Plan) == [f"{ACCOUNT}:test:gold"]
    sync.apply(event("plan.updated", plan, id="evt_2", user_id="acct_of_2014"))
    assert Plan.objects.get(stripe_id="acct_of_2014:test:gold").api_id == "gold"


def test_an_event_of_the_other_mode(both_modes):
    plan = {"id": "gold", "object": "plan"}
    sync.apply(event("plan.updated", plan, livemode=True))
    assert stored(Plan) == [":live:gold"]


def test_an_event_whose_object_has_no_model():
    charge = {"id": "ch_1", "object": "charge", "amount": 7}
    intent = {
        "id": "pi_1",
        "object": "payment_intent",
        "charges": {"object": "list", "data": [charge]},
    }
    result = sync.apply(event("payment_intent.succeeded", intent))
    assert stored(Charge) == ["ch_1"]
    assert Charge.objects.get().as_of is None
    assert result.failures == []
    assert result.row.stripe_id == "evt_1"


@pytest.mark.parametrize("inner", [{"object": "customer"}, "text", [PAYLOAD], 7])
def test_an_event_is_kept_even_if_its_object_cannot_be(inner):
    result = sync.apply(event("customer.updated", inner))
    assert result.rows == [Event.objects.get()]
    assert len(result.failures) == 1


@pytest.mark.parametrize("data", [{}, {"object": None}, None, "text"])
def test_an_event_without_an_object(data):
    result = sync.apply(event("account.external", {}, data=data))
    assert moved(result.counts) == {"created": 1}


def test_an_event_of_unknown_time_brings_a_copy():
    sync.apply(event("customer.updated", PAYLOAD, created="soon"))
    assert Customer.objects.get().as_of is None


def test_an_event_that_was_read_brings_its_object_too():
    response = Response(Date="Wed, 04 Mar 2026 05:06:09 GMT")
    payload = sdk(event("customer.updated", PAYLOAD), response, stripe.Event)
    first, second = sync.apply(payload).rows
    assert (first.as_of, first.as_of_kind) == (WHEN + 2 * SECOND, "read")
    assert (second.as_of, second.as_of_kind) == (WHEN, "event")
    first, second = sync.apply(event("customer.updated", PAYLOAD), as_of=WHEN + 2 * SECOND).rows
    assert second.as_of == WHEN


def test_a_list_of_events():
    changes = [event("customer.updated", customer(balance=n), id=f"evt_{n}") for n in (1, 2)]
    changes[1]["created"] += 1
    sync.apply({"object": "list", "data": changes[::-1]})
    assert stored(Event) == ["evt_1", "evt_2"]
    row = Customer.objects.get()
    assert (row.account_balance, row.as_of) == (2, WHEN + SECOND)


# Reading one object


def test_fetch(fake_stripe):
    fake_stripe.add(PAYLOAD)
    row = sync.fetch(Customer, CUSTOMER)
    assert row == Customer.objects.get()
    found = row.to_stripe()
    assert found | PAYLOAD == found  # and what comes on request
    assert found.keys() - PAYLOAD.keys() <= {path.split(".")[0] for path in expansions(Customer)}
    assert row.as_of_kind == "read"


def test_fetch_on_behalf_of_an_account(fake_stripe):
    fake_stripe.add({"id": "gold", "object": "plan"}, account=ACCOUNT)
    row = sync.fetch(Plan, "gold", account=ACCOUNT)
    assert (row.stripe_id, row.stripe_account) == (f"{ACCOUNT}:test:gold", ACCOUNT)


def test_fetch_what_has_a_parent(fake_stripe):
    card = {"id": "card_1", "object": "card", "customer": CUSTOMER}
    fake_stripe.add(customer(sources=page(card)))
    assert sync.fetch(Card, "card_1", customer_id=CUSTOMER).customer_id == CUSTOMER


def test_fetch_without_the_parent(fake_stripe):
    with pytest.raises(LookupError, match=r"/v1/customers/\{customer_id\}.* needs 'customer_id'"):
        sync.fetch(Card, "card_1")
    with pytest.raises(LookupError, match="needs 'transfer_id'"):
        sync.fetch(TransferReversal, "trr_1")
    assert fake_stripe.requests == []


@pytest.mark.parametrize("model", [Discount, DisputeEvidence])
def test_fetch_what_has_no_address(model, fake_stripe):
    with pytest.raises(LookupError, match="no address for a single"):
        sync.fetch(model, "x")


def test_an_id_is_quoted(fake_stripe):
    with pytest.raises(Coupon.DoesNotExist):
        sync.fetch(Coupon, "50% off/../?")
    assert fake_stripe.requests[0].path == "/v1/coupons/50%25%20off%2F..%2F%3F"


def test_fetch_what_does_not_exist(fake_stripe):
    with pytest.raises(Customer.DoesNotExist, match="Stripe has no customer 'cus_none'"):
        sync.fetch(Customer, "cus_none")
    assert not Customer.objects.exists()


def test_fetch_finds_a_deletion(fake_stripe):
    sync.apply(PAYLOAD, as_of=WHEN)
    row = sync.fetch(Customer, CUSTOMER)
    assert row.deleted_at > row.as_of == WHEN
    assert (row.is_alive, row.email) == (False, "ann@example.com")


def test_fetch_reads_a_stub(fake_stripe):
    fake_stripe.add({"id": CUSTOMER, "object": "customer", "deleted": True})
    row = sync.fetch(Customer, CUSTOMER)
    assert (row.is_alive, row.as_of) == (False, None)


@pytest.mark.parametrize("place", [{"account": ACCOUNT}, {"livemode": True}])
def test_what_another_key_would_find_is_not_deleted(place, fake_stripe, both_modes):
    livemode = place.pop("livemode", False)
    row = sync.apply(customer(livemode=livemode), as_of=WHEN, **place).row
    with pytest.raises(Customer.DoesNotExist, match="this key"):
        sync.fetch(Customer, CUSTOMER)
    row.refresh_from_db()
    assert row.deleted_at is None


def test_the_key_of_another_mode_reads_nothing(fake_stripe, settings):
    row = sync.apply(PAYLOAD, as_of=WHEN).row
    settings.STRIPE_DJANGO |= {"API_KEY": "sk_live_other"}
    for read in (lambda: sync.fetch(Customer, CUSTOMER), lambda: sync.refresh(row)):
        with pytest.raises(WrongHomeError):
            read()
    assert fake_stripe.requests == []


@pytest.mark.parametrize(
    ("status", "error"), [(401, stripe.AuthenticationError), (402, stripe.CardError)]
)
def test_errors_of_the_sdk_come_through(status, error, fake_stripe):
    fake_stripe.fail(status=status)
    with pytest.raises(error):
        sync.fetch(Customer, CUSTOMER)


def test_refresh(fake_stripe):
    row = sync.apply(PAYLOAD).row
    fake_stripe.add(customer(email="new@example.com"))
    found = sync.refresh(row)
    assert (found.pk, found.email) == (row.pk, "new@example.com")
    assert row.email == "ann@example.com"


def test_refresh_asks_for_the_bare_id(fake_stripe):
    plan = {"id": "gold", "object": "plan", "livemode": False}
    row = sync.apply(plan, account=ACCOUNT).row
    fake_stripe.add(plan | {"amount": 5}, account=ACCOUNT)
    assert sync.refresh(row).amount == 5
    [request] = fake_stripe.requests
    assert (request.path, request.account) == ("/v1/plans/gold", ACCOUNT)
    assert stored(Plan) == [f"{ACCOUNT}:test:gold"]


@pytest.mark.parametrize("names_its_customer", [True, False])
def test_refresh_asks_for_the_bare_parent(names_its_customer, fake_stripe):
    card = {"id": "card_1", "object": "card"}
    if names_its_customer:
        card["customer"] = "chosen"
    sources = page(card)
    sync.apply(customer("chosen", sources=sources), account=ACCOUNT)
    sources = page(card | {"customer": "chosen", "brand": "Visa"})
    fake_stripe.add(customer("chosen", sources=sources), account=ACCOUNT)
    found = sync.refresh(Card.objects.get())
    assert (found.brand, found.customer_id) == ("Visa", f"{ACCOUNT}:test:chosen")


@pytest.mark.parametrize("account", ["", ACCOUNT])
def test_refresh_the_balance(account, fake_stripe):
    balance = {"object": "balance", "livemode": False, "pending": []}
    row = sync.apply(balance, account=account).row
    fake_stripe.add(balance | {"pending": [1]}, account=account)
    assert sync.refresh(row).pending == [1]
    assert stored(Balance) == [row.stripe_id]


def test_refresh_what_has_no_address(fake_stripe):
    discount = {
        "object": "discount",
        "customer": CUSTOMER,
        "coupon": {"id": "x", "object": "coupon"},
    }
    row = sync.apply(discount).row
    with pytest.raises(LookupError, match="no address"):
        sync.refresh(row)
