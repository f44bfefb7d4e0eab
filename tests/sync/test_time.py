"""When a snapshot was true, by what the project does: its own writes, lists, searches, clocks."""

from datetime import UTC, datetime, timedelta

import pytest
import stripe
from django.db.models import QuerySet

from stripe_django import conf, sync
from stripe_django.exceptions import PayloadError
from stripe_django.models import (
    Charge,
    Customer,
    InboxEvent,
    PaymentMethod,
    PendingRead,
    Plan,
    Refund,
    Subscription,
)
from stripe_django.sync.events import backlog, retry
from stripe_django.testing import FakeStripe
from tests.posting import make_due, post

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def fake():
    """Its time stands still until it is moved."""
    fake = FakeStripe()
    fake.now = NOW
    with fake.installed():
        yield fake


@pytest.fixture
def sdk(fake):
    return stripe.StripeClient(fake.key, http_client=fake.http_client).v1


def pending():
    return list(PendingRead.objects.values_list("stripe_id", "reason"))


def resolve(fake):
    """As a scheduler does, a little later."""
    fake.advance(seconds=30)
    make_due()
    retry.run_due()


def reads_of(fake):
    return [request for request in fake.requests if request.method == "GET"]


def event(obj, kind="customer.updated", at=NOW, number=1, **values):
    known = {"id": f"evt_{number}", "object": "event", "type": kind, "livemode": False}
    return known | {"created": int(at.timestamp()), "data": {"object": obj}} | values


def names():
    return list(Customer.objects.order_by("stripe_id").values_list("name", flat=True))


class TestOwnWrites:
    def test_the_row_is_there_at_once_and_read_once_if_something_else_was_seen(self, fake, sdk):
        fake.create("customer", id="cus_1", name="old")
        sync.fetch(Customer, "cus_1")
        row = sync.apply(sdk.customers.update("cus_1", {"name": "new"})).row
        assert (row.name, row.ambiguous) == ("new", True)
        assert pending() == [("cus_1", "conflict")]
        asked = len(fake.requests)
        resolve(fake)
        assert (names(), Customer.objects.get().ambiguous, pending()) == (["new"], False, [])
        assert len(fake.requests) == asked + 1

    def test_nothing_is_read_if_nothing_else_was_seen(self, fake, sdk):
        fake.create("customer", id="cus_1", name="old")
        sync.fetch(Customer, "cus_1")
        fake.advance(hours=1)
        result = sync.apply(sdk.customers.update("cus_1", {"name": "new"}))
        assert (result.counts["updated"], result.row.ambiguous, pending()) == (1, False, [])

    def test_several_in_a_row_cost_one_read(self, fake, sdk):
        fake.create("customer", id="cus_1", name="old")
        for name in ("a", "b", "c"):
            assert sync.apply(sdk.customers.update("cus_1", {"name": name})).row.name == name
        assert pending() == [("cus_1", "conflict")]
        resolve(fake)
        assert (names(), len(reads_of(fake)), pending()) == (["c"], 1, [])

    def test_the_webhook_of_the_request_costs_no_read_and_takes_nothing_back(self, fake, sdk):
        fake.create("customer", id="cus_1", name="old")
        answer = sdk.customers.update("cus_1", {"name": "new"})
        sync.apply(answer)
        request = {"id": answer.last_response.headers["Request-Id"], "idempotency_key": None}
        before = {**fake.get("cus_1"), "name": "as an event before it shows it"}
        sync.apply(event(before, request=request))
        sync.apply(event(fake.get("cus_1"), number=2, request=request))
        row = Customer.objects.get()
        assert (row.name, row.ambiguous, pending()) == ("new", False, [])

    def test_of_old_api_versions_the_request_is_an_id(self, fake, sdk):
        fake.create("customer", id="cus_1", name="old")
        answer = sdk.customers.update("cus_1", {"name": "new"})
        sync.apply(answer)
        shown = {**fake.get("cus_1"), "name": "before"}
        sync.apply(event(shown, request=answer.last_response.headers["Request-Id"]))
        assert (names(), pending()) == (["new"], [])

    def test_the_webhook_of_another_request_conflicts(self, fake, sdk):
        fake.create("customer", id="cus_1", name="old")
        sync.apply(sdk.customers.update("cus_1", {"name": "new"}))
        sync.apply(event({**fake.get("cus_1"), "name": "x"}, request={"id": "req_other"}))
        assert (names(), pending()) == (["new"], [("cus_1", "conflict")])

    def test_a_deletion(self, fake, sdk):
        fake.create("customer", id="cus_1")
        sync.fetch(Customer, "cus_1")
        fake.advance(seconds=3)
        assert not sync.apply(sdk.customers.delete("cus_1")).row.is_alive
        resolve(fake)
        row = Customer.objects.get()
        assert (row.is_alive, row.ambiguous, pending()) == (False, False, [])

    def test_a_creation_and_its_event(self, fake, sdk):
        row = sync.apply(sdk.customers.create({"name": "new"})).row
        assert (row.name, row.as_of_kind, pending()) == ("new", "read", [])

    @pytest.mark.parametrize("ahead", [DAY, -DAY, HOUR, -HOUR])
    def test_one_with_a_wrong_date_is_read(self, fake, sdk, ahead):
        fake.create("customer", id="cus_1", name="old")
        sync.fetch(Customer, "cus_1")
        date = (NOW + ahead).strftime("%a, %d %b %Y %H:%M:%S GMT")
        fake.send_headers({"Date": date}, times=1)
        result = sync.apply(sdk.customers.update("cus_1", {"name": "new"}))
        assert (result.counts["refetch"], pending()) == (1, [("cus_1", "timeless")])
        resolve(fake)
        assert (names(), pending()) == (["new"], [])

    def test_a_replayed_one_is_read(self, fake, sdk):
        fake.create("customer", id="cus_1", name="old")
        answer = sdk.customers.update("cus_1", {"name": "new"}, {"idempotency_key": "k"})
        sync.apply(answer)
        fake.update("cus_1", name="newest")
        fake.advance(hours=1)
        sync.fetch(Customer, "cus_1")
        fake.send_headers({"Idempotent-Replayed": "true"}, times=1)
        replayed = sdk.customers.update("cus_1", {"name": "new"}, {"idempotency_key": "k"})
        assert sync.apply(replayed).counts["refetch"] == 1
        resolve(fake)
        assert (names(), pending()) == (["newest"], [])

    def test_one_of_another_api_version_is_read(self, fake, sdk):
        fake.create("customer", id="cus_1", name="old")
        sync.fetch(Customer, "cus_1")
        fake.advance(hours=1)
        fake.send_headers({"Stripe-Version": "2016-07-06"}, times=1)
        result = sync.apply(sdk.customers.update("cus_1", {"name": "new"}))
        assert result.counts["refetch"] == 1
        fake.send_headers({"Stripe-Version": conf.settings.api_version}, times=1)
        assert sync.apply(sdk.customers.update("cus_1", {"name": "newer"})).row.name == "newer"

    @pytest.mark.parametrize("change", [{"name": "new"}, {"metadata": {"a": "b"}}])
    def test_unsaved_values_are_refused(self, fake, sdk, change):
        fake.create("customer", id="cus_1", name="old", metadata={"a": "0"})
        found = sdk.customers.retrieve("cus_1")
        for key, value in change.items():
            if isinstance(value, dict):
                for name, each in value.items():
                    found[key][name] = each
            else:
                found[key] = value
        with pytest.raises(PayloadError, match="not saved"):
            sync.apply(found)
        result = sync.apply([found, sdk.customers.retrieve("cus_1")])
        assert (len(result.failures), names()) == (1, ["old"])


class TestTimeless:
    @pytest.fixture(autouse=True)
    def old(self, fake):
        fake.create("customer", id="cus_1", name="old")
        sync.fetch(Customer, "cus_1")
        fake.advance(hours=1)
        fake.update("cus_1", name="new")

    def test_members_of_a_list(self, fake, sdk):
        for each in sdk.customers.list().auto_paging_iter():
            assert sync.apply(each).counts["refetch"] == 1
        assert (names(), pending()) == (["old"], [("cus_1", "timeless")])
        resolve(fake)
        assert (names(), pending()) == (["new"], [])

    def test_a_list_as_a_whole_has_the_time_of_its_response(self, sdk):
        sync.apply(sdk.customers.list())
        assert (names(), pending()) == (["new"], [])

    def test_a_dictionary(self, fake):
        assert sync.apply(fake.get("cus_1")).counts["refetch"] == 1
        resolve(fake)
        assert names() == ["new"]

    def test_an_expanded_object(self, fake, sdk):
        fake.create("charge", id="ch_1", customer="cus_1")
        charge = sdk.charges.retrieve("ch_1", {"expand": ["customer"]})
        assert sync.apply(charge.customer).counts["refetch"] == 1

    def test_the_same_content_needs_no_read(self, fake, sdk):
        sync.refresh(Customer.objects.get())
        for each in sdk.customers.list().auto_paging_iter():
            assert sync.apply(each).counts == {"unchanged": 1}
        assert pending() == []

    @pytest.mark.parametrize(
        "page",
        [
            {"object": "search_result", "url": "/", "has_more": False, "next_page": None},
            {"next_page_url": None, "previous_page_url": None},  # version 2
        ],
    )
    @pytest.mark.parametrize("is_sdk", [True, False])
    def test_what_is_a_list(self, page, is_sdk):
        page |= {"data": [{"id": "cus_2", "object": "customer"}]}
        made = stripe.StripeObject.construct_from(page, "sk_test_x") if is_sdk else page
        assert [row.stripe_id for row in sync.apply(made).rows] == ["cus_2"]

    def test_a_search_that_lags_reverts_nothing(self, fake, sdk):
        lagging = {**fake.get("cus_1"), "name": "old"}
        sync.refresh(Customer.objects.get())
        page = {"object": "search_result", "url": "/", "has_more": False, "data": [lagging]}
        fake.answer(page, path="/v1/customers/search")
        for turn in (1, 2):
            found = sync.apply(sdk.customers.search({"query": "name:'old'"}))
            assert found.counts == ({"refetch": 1} if turn == 1 else {"stale": 1})
            resolve(fake)
            assert (names(), pending()) == (["new"], [])

    def test_what_was_refuted_is_asked_again_once_the_row_has_changed(self, fake):
        stale = {**fake.get("cus_1"), "name": "stale"}
        sync.apply(stale)
        resolve(fake)
        assert sync.apply(stale).counts == {"stale": 1}
        fake.update("cus_1", name="stale")
        fake.advance(seconds=30)
        sync.apply(event({**fake.get("cus_1"), "name": "of an event"}, at=fake.now))
        assert sync.apply(stale).counts["refetch"] == 1

    def test_without_a_key_nothing_is_queued(self, fake, settings):
        settings.STRIPE_DJANGO |= {"API_KEY": ""}
        assert sync.apply(fake.get("cus_1")).counts == {"stale": 1}
        assert pending() == []


class TestTestClocks:
    """Their events are dated by the clock: 200 days ago, or years ahead."""

    @pytest.fixture(params=[-200, -1, 1, 1000])
    def clock(self, request):
        return NOW + request.param * DAY

    @pytest.fixture(params=["by its own key", "by its customer"])
    def subscription(self, request, fake):
        own = {"test_clock": "clock_1"} if request.param == "by its own key" else {}
        shared = {} if own else {"test_clock": "clock_1"}
        sync.apply(fake.create("customer", id="cus_1", **shared), as_of=fake.now)
        made = fake.create("subscription", id="sub_1", customer="cus_1", status="active", **own)
        return made | {"livemode": False}

    def by_apply(self, fake, payload):
        sync.apply(payload)

    def by_the_endpoint(self, fake, payload):
        assert post(payload, at=fake.now.timestamp(), secret=fake.webhook_secret).status_code == 200

    @pytest.mark.parametrize("way", ["by_apply", "by_the_endpoint"])
    def test_what_happens_is_read(self, fake, clock, subscription, way, settings):
        settings.STRIPE_DJANGO |= {"WEBHOOK_TOLERANCE": 10**9}
        for number, status in enumerate(("past_due", "unpaid", "active")):
            subscription |= {"status": status}
            fake.update("sub_1", status=status)
            payload = event(
                subscription, "customer.subscription.updated", clock + number * DAY, number
            )
            getattr(self, way)(fake, payload)
            resolve(fake)
            row = Subscription.objects.get()
            assert (row.status, row.ambiguous) == (status, False)
            assert NOW <= row.as_of <= fake.now
        assert pending() == []

    def test_apply_again(self, fake, clock, subscription, settings):
        settings.STRIPE_DJANGO |= {"WEBHOOK_TOLERANCE": 10**9}
        old = event(subscription | {"status": "incomplete"}, "customer.subscription.updated", clock)
        self.by_the_endpoint(fake, old)
        retry.run(backlog.finished([InboxEvent.objects.get().event_id]))
        resolve(fake)
        assert Subscription.objects.get().status == "active"

    @pytest.mark.parametrize("account", ["", "acct_seller"])
    def test_what_only_leads_to_the_customer_is_read_in_any_account(self, fake, clock, account):
        there = {"account": account} if account else {}
        for made in (
            fake.create("customer", id="cus_1", test_clock="clock_1", **there),
            charge := fake.create("charge", customer="cus_1", status="pending", **there),
            refund := fake.create("refund", charge=charge["id"], status="pending", **there),
            method := fake.create("payment_method", customer="cus_1", type="card", **there),
        ):
            sync.apply(made, as_of=fake.now, **there)
        for number, (shown, type, before) in enumerate(
            (
                (fake.update(charge["id"], status="succeeded"), "charge.succeeded", {}),
                (fake.update(refund["id"], status="succeeded"), "refund.updated", {}),
                (
                    fake.update(method["id"], customer=None),
                    "payment_method.detached",
                    {"customer": "cus_1"},
                ),
            )
        ):
            payload = event(shown | {"livemode": False}, type, clock, number) | there
            payload["data"]["previous_attributes"] = before
            sync.apply(payload)
        resolve(fake)
        assert Charge.objects.get().status == "succeeded"
        assert Refund.objects.get().status == "succeeded"
        assert PaymentMethod.objects.get().customer_id is None

    def test_a_late_event_of_a_customer_without_a_clock_is_content(self, fake):
        sync.apply({"id": "cus_1", "object": "customer"}, as_of=NOW)
        charge = {"id": "ch_1", "object": "charge", "customer": "cus_1", "livemode": False}
        sync.apply(event(charge, "charge.succeeded", NOW - 3 * DAY))
        assert (Charge.objects.get().as_of, pending()) == (NOW - 3 * DAY, [])


class TestWrongClocks:
    @pytest.mark.parametrize("ahead", [DAY, -DAY, 2 * HOUR, -2 * HOUR])
    @pytest.mark.parametrize("first", [True, False])
    def test_one_wrong_date(self, fake, ahead, first):
        fake.create("plan", id="gold", nickname="before", created=5)
        if not first:
            sync.fetch(Plan, "gold")
            fake.advance(seconds=5)
        date = (fake.now + ahead).strftime("%a, %d %b %Y %H:%M:%S GMT")
        fake.send_headers({"Date": date}, times=1)
        row = sync.fetch(Plan, "gold")
        assert abs(row.as_of - fake.now) < timedelta(seconds=5)
        fake.advance(seconds=5)
        fake.update("gold", nickname="after")
        sync.apply(event(fake.get("gold"), "plan.updated", fake.now))
        assert Plan.objects.get().nickname == "after"

    def test_a_frozen_row_heals_by_any_read(self, fake):
        fake.create("plan", id="gold", nickname="true")
        sync.apply({**fake.get("gold"), "nickname": "frozen"}, as_of=NOW + DAY)
        row = sync.refresh(Plan.objects.get())
        assert (row.nickname, row.as_of <= fake.now) == ("true", True)

    def test_a_deletion_in_the_future_is_undone_by_a_read(self, fake):
        fake.create("plan", id="gold")
        row = sync.fetch(Plan, "gold")
        QuerySet(Plan).update(deleted_at=fake.now + DAY)
        assert sync.refresh(row).is_alive
        fake.delete("gold")
        fake.advance(seconds=2)
        assert not sync.refresh(row).is_alive
