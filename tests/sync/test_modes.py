"""Which mode the database mirrors, and what becomes of the other one."""

import pytest
import stripe
from django.core.management import call_command
from django.utils import timezone

from stripe_django import sync
from stripe_django.exceptions import UnknownModeError
from stripe_django.models import (
    Account,
    Coupon,
    Customer,
    Event,
    HandlerRun,
    Home,
    InboxEvent,
    PendingRead,
)
from stripe_django.sync import home
from stripe_django.sync.events import batches, handlers, processor, store
from tests.posting import START

pytestmark = pytest.mark.django_db

SELLER = "acct_1Seller"


def customer(livemode, **values):
    return {"id": "cus_1", "object": "customer", "livemode": livemode, **values}


def event(number, livemode, **values):
    known = {"id": f"evt_{number}", "object": "event", "type": "customer.updated"}
    inner = {"object": customer(livemode, name=f"as of {number}")}
    return {**known, "created": int(START), "livemode": livemode, "data": inner, **values}


def deliver(*payloads):
    for payload in payloads:
        sent_at = timezone.now()
        processor.process(store.store(payload, sent_at=sent_at))


def statuses():
    return dict(InboxEvent.objects.values_list("event_id", "status"))


@pytest.fixture
def live():
    return home.set_mode("default", livemode=True)


class TestOtherMode:
    def test_an_event_changes_no_row_and_keeps_its_body(self, endpoint, live):
        deliver(event(1, False, account=SELLER))
        found = InboxEvent.objects.get()
        assert found.status == "ignored"
        assert found.reason == "It is of test mode, and this database mirrors live mode."
        assert '"evt_1"' in found.body
        assert not Event.objects.exists()
        assert not Customer.objects.exists()

    def test_it_can_be_applied_later(self, endpoint, live, settings):
        deliver(event(1, False, account=SELLER))
        settings.STRIPE_DJANGO |= {"OTHER_MODE": "keep"}
        call_command("stripe_events", "retry", "--replay", "evt_1")
        assert statuses() == {"evt_1": "applied"}
        assert Customer.objects.get().stripe_id == f"{SELLER}:test:cus_1"

    def test_no_handler_runs(self, endpoint, live):
        called = []

        @handlers.on("customer.updated")
        def note(event, row):
            called.append(event)

        deliver(event(1, False, account=SELLER), event(2, True))
        assert [each.stripe_id for each in called] == ["evt_2"]
        assert HandlerRun.objects.count() == 1

    def test_in_a_batch_of_both(self, endpoint, live):
        payloads = [event(1, False), event(2, True), event(3, False, account=SELLER)]
        sent_at = timezone.now()
        batches.process([store.store(each, sent_at=sent_at) for each in payloads])
        assert statuses() == {"evt_1": "ignored", "evt_2": "applied", "evt_3": "ignored"}
        assert Customer.objects.get().name == "as of 2"

    def test_a_thin_event_is_not_read(self, running):
        home.set_mode("default", livemode=True)
        related = {"id": "cus_1", "type": "customer", "url": "/v1/customers/cus_1"}
        deliver(
            {
                "id": "evt_1",
                "object": "v2.core.event",
                "livemode": False,
                "type": "v1.customer.updated",
                "created": "2026-01-01T00:00:00Z",
                "context": SELLER,
                "related_object": related,
            }
        )
        assert statuses() == {"evt_1": "ignored"}
        assert running.requests == []

    def test_objects_that_are_handed_in(self, live):
        result = sync.apply([customer(False), customer(True)])
        assert [str(each) for each in result.ignored] == [
            "customer :test:cus_1: It is of test mode, and this database mirrors live mode."
        ]
        assert result.counts == {"ignored": 1, "created": 1}
        assert [row.stripe_id for row in result.rows] == ["cus_1"]

    def test_a_deletion_by_a_key_of_the_other_mode(self, live, fake_stripe):
        fake_stripe.create("customer", id="cus_1")
        sync.apply(customer(True))
        sdk = stripe.StripeClient(fake_stripe.key, http_client=fake_stripe.http_client)
        assert sync.apply(sdk.v1.customers.delete("cus_1")).counts == {"ignored": 1}
        assert Customer.objects.alive().count() == 1

    def test_objects_without_a_mode_are_of_the_events(self, live):
        account = {"id": SELLER, "object": "account", "email": "test@example.com"}
        payload = event(1, False, account=SELLER, data={"object": account})
        assert sync.apply(payload).counts == {"ignored": 1}

    def test_they_may_be_kept(self, live, settings):
        settings.STRIPE_DJANGO = {"OTHER_MODE": "keep"}
        sync.apply([customer(False), customer(True)])
        found = Customer.objects.order_by("stripe_id").values_list("stripe_id", flat=True)
        assert list(found) == [":test:cus_1", "cus_1"]

    def test_of_an_account_only_the_state_in_ones_own_mode_is_kept(self, live, settings):
        settings.STRIPE_DJANGO = {"OTHER_MODE": "keep"}
        for number, mode in enumerate([True, False], start=1):
            account = {"id": SELLER, "object": "account", "charges_enabled": mode}
            known = {"account": SELLER, "created": int(START) + number, "data": {"object": account}}
            sync.apply(event(number, mode, **known))
        assert Account.objects.get().charges_enabled
        assert Event.objects.count() == 2

    def test_a_tie_of_them_is_not_asked_for(self, running, settings):
        settings.STRIPE_DJANGO |= {"OTHER_MODE": "keep"}
        home.set_mode("default", livemode=True)
        deliver(event(1, False, account=SELLER), event(2, False, account=SELLER))
        assert Customer.objects.get().ambiguous
        assert running.requests == []
        assert not PendingRead.objects.exists()


class TestHome:
    def test_an_event_of_a_connected_account_does_not_decide(self, endpoint):
        deliver(event(1, False, account=SELLER))
        assert not Home.objects.exists()
        assert statuses() == {"evt_1": "received"}
        assert InboxEvent.objects.get().reason == home.HELD
        assert not Customer.objects.exists()

    @pytest.mark.parametrize("names", [{"user_id": SELLER}, {"context": SELLER}])
    def test_nor_by_its_other_names(self, endpoint, names):
        deliver(event(1, True, **names))
        assert not Home.objects.exists()

    def test_held_events_are_applied_once_it_is_known(self, endpoint):
        deliver(event(1, True, account=SELLER), event(2, False, account=SELLER))
        deliver(event(3, True))
        call_command("stripe_events", "retry")
        assert statuses() == {"evt_1": "applied", "evt_2": "ignored", "evt_3": "applied"}
        found = Customer.objects.order_by("stripe_id").values_list("stripe_id", flat=True)
        assert list(found) == [f"{SELLER}:live:cus_1", "cus_1"]

    def test_held_events_do_not_keep_a_process_busy(self, endpoint):
        deliver(event(1, True, account=SELLER))
        assert batches.process_received() == 0

    def test_a_batch_that_begins_with_one(self, endpoint):
        sent_at = timezone.now()
        payloads = [event(1, False, account=SELLER), event(2, True), event(3, True)]
        batches.process([store.store(each, sent_at=sent_at) for each in payloads])
        assert Home.objects.get().livemode is True
        call_command("stripe_events", "retry")
        assert statuses() == {"evt_1": "ignored", "evt_2": "applied", "evt_3": "applied"}

    def test_an_event_handed_in_is_refused(self, endpoint):
        with pytest.raises(UnknownModeError):
            sync.apply(event(1, False, account=SELLER))
        assert not Home.objects.exists()

    def test_what_has_no_mode_does_not_decide(self, endpoint):
        sync.apply({"id": "acct_1", "object": "account"})
        assert not Home.objects.exists()
        sync.apply({"id": "gold", "object": "coupon", "livemode": True})
        assert Home.objects.get().livemode is True
        assert Coupon.objects.get().stripe_id == "gold"

    @pytest.mark.parametrize(
        ("key", "livemode"),
        [
            ("sk_org_live_1", True),
            ("sk_org_test_1", False),
            ("sk_live_1", True),
            ("rk_test_1", False),
        ],
    )
    def test_by_the_prefix_of_the_key(self, key, livemode, settings):
        settings.STRIPE_DJANGO = {"API_KEY": key}
        sync.apply({"id": "acct_1", "object": "account"})
        assert Home.objects.get().livemode is livemode

    @pytest.mark.parametrize("livemode", [True, False])
    def test_by_what_a_key_without_a_mode_reads(self, livemode, running, settings):
        settings.STRIPE_DJANGO |= {"API_KEY": "sk_org_1"}
        running.key = "sk_org_1"
        running.answer({"object": "balance", "livemode": livemode}, path="/v1/balance")
        running.answer(customer(livemode), path="/v1/customers/cus_1")
        assert sync.fetch(Customer, "cus_1").stripe_id == "cus_1"
        assert Home.objects.get().livemode is livemode

    def test_a_key_that_says_nothing_is_refused(self, running, settings):
        settings.STRIPE_DJANGO |= {"API_KEY": "sk_org_1"}
        running.key = "sk_org_1"
        running.answer({"object": "balance"}, path="/v1/balance")
        with pytest.raises(UnknownModeError):
            sync.fetch(Customer, "cus_1")
        assert not Home.objects.exists()
