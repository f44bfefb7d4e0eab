"""All accounts of a platform, each by itself."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from stripe_django.exceptions import AccountUnavailableError
from stripe_django.models import (
    BalanceTransaction,
    Coupon,
    Customer,
    MirroredAccount,
    SyncRange,
    WebhookEndpoint,
)
from stripe_django.sync import mirrored_accounts
from stripe_django.sync.events import processor, store
from tests.fleets import US, State, deliver, event_of, states, sync_all

pytestmark = pytest.mark.django_db


class TestFleet:
    def test_every_connected_account_is_read(self, fake):
        sellers = [fake.create("account")["id"] for _ in range(3)]
        for seller in sellers[:2]:
            fake.create("customer", account=seller)
        sync_all()
        assert set(Customer.objects.values_list("stripe_account", flat=True)) == set(sellers[:2])
        assert states() == dict.fromkeys(("", *sellers), State.ACTIVE)

    @pytest.mark.usefixtures("everything")
    def test_a_further_account_that_has_only_connected_ones_is_not_dormant(self, fake, settings):
        us = fake.account(US, key="sk_test_us")
        entry = {"ACCOUNT": US, "API_KEY": "sk_test_us"}
        settings.STRIPE_DJANGO = {**settings.STRIPE_DJANGO, "ACCOUNTS": {"us": entry}}
        seller = us.create("account")["id"]
        us.create("customer", account=seller)
        sync_all()
        assert Customer.objects.get().stripe_account == seller
        assert states()[US] == State.ACTIVE

    def test_a_thin_event_is_read_with_the_key_of_the_account_that_got_it(self, fake, us):
        call_command("stripe_sync", "coupon")
        seller = us.create("account")["id"]
        us.create("customer", id="cus_1", account=seller)
        url = "/v1/customers/cus_1"
        thin = {"id": "evt_1", "object": "v2.core.event", "type": "v1.customer.created"}
        thin |= {"related_object": {"id": "cus_1", "type": "customer", "url": url}}
        thin |= {"context": seller, "livemode": False}
        deliver(fake, {**thin, "created": fake.now.isoformat()}, platform=US)
        assert Customer.objects.get().stripe_account == seller

    def test_accounts_that_are_connected_to_a_further_one_are_read_at_once(self, us):
        seller = us.create("account")["id"]
        us.create("customer", account=seller)
        sync_all()
        assert Customer.objects.get().stripe_account == seller
        assert MirroredAccount.objects.get(stripe_account=seller).parent == US

    def test_the_second_round_costs_two_requests_for_each_account(self, fake):
        seller = fake.create("account")["id"]
        fake.create("customer", account=seller)
        fake.advance(seconds=10)
        sync_all()
        fake.requests.clear()
        sync_all()
        asked = [request.path for request in fake.requests if request.account == seller]
        assert sorted(asked) == ["/v1/events", "/v2/core/events"]

    def test_an_account_that_is_refused_stops_no_other(self, fake):
        gone, other = "acct_1Gone", fake.create("account")["id"]
        fake.create("customer", account=other)
        MirroredAccount.objects.create(stripe_account=gone, parent="", synced_at=fake.now)
        with pytest.raises(CommandError, match=rf"^1 of 3 accounts failed: {gone}\.$"):
            sync_all()
        assert Customer.objects.get().stripe_account == other
        assert states()[gone] == State.REFUSED
        sync_all()  # it is not due for a while

    @pytest.mark.parametrize("command", [("stripe_sync",), ("stripe_events", "poll")])
    def test_an_account_that_was_mistyped_is_forgotten(self, fake, command):
        sync_all()
        with pytest.raises(CommandError, match="no access to"):
            call_command(*command, "--account", "acct_1Mistyped")
        assert set(states()) == {""}

    def test_a_deauthorized_account_shows_and_is_left_alone(self, fake):
        seller = fake.create("account")["id"]
        fake.create("customer", account=seller)
        sync_all()
        event = fake.deauthorize(seller)
        processor.process(store.store(event, sent_at=fake.now))
        sync_all()
        assert states()[seller] == State.DEAUTHORIZED
        assert Customer.objects.alive().count() == 1

    @pytest.mark.usefixtures("everything")
    def test_a_dormant_account_is_read_once_it_has_anything(self, fake):
        seller = fake.create("account")["id"]
        sync_all()
        assert states()[seller] == State.DORMANT
        asked = [request for request in fake.requests if request.account == seller]
        assert len(asked) <= 30
        fake.create("coupon", id="quiet", account=seller)
        fake.create("customer", account=seller)
        fake.webhooks()
        sync_all()
        assert Customer.objects.get().stripe_account == seller
        assert Coupon.objects.get().stripe_account == seller
        assert states()[seller] == State.ACTIVE

    @pytest.mark.usefixtures("everything")
    def test_a_dormant_account_whose_events_came_by_other_ways_is_read(self, fake):
        seller = fake.create("account")["id"]
        sync_all()
        fake.create("webhook_endpoint", account=seller)
        fake.create("customer", account=seller)
        call_command("stripe_events", "poll", "--all-accounts")
        fake.advance(hours=1)
        call_command("stripe_events", "poll", "--all-accounts")
        sync_all()
        assert WebhookEndpoint.objects.filter(stripe_account=seller).exists()
        assert states()[seller] == State.ACTIVE

    @pytest.mark.usefixtures("everything")
    @pytest.mark.parametrize("was", ["paused", "refused"])
    def test_a_dormant_account_that_was_left_alone_is_still_dormant(self, fake, was):
        seller = fake.create("account")["id"]
        sync_all()
        if was == "paused":
            call_command("stripe_accounts", "pause", seller)
            call_command("stripe_accounts", "resume", seller)
        else:
            mirrored_accounts.note_failure(seller, AccountUnavailableError(), "default")
            MirroredAccount.objects.update(next_due_at=None)
        sync_all()
        assert states()[seller] == State.DORMANT

    def test_another_platform_says_nothing_of_a_readable_account(self, fake, us):
        seller = fake.create("account")["id"]
        sync_all()
        application = {"id": "ca_1", "object": "application"}
        kind = "account.application.deauthorized"
        event = event_of(fake, kind, application, account=seller)
        deliver(fake, event, platform=US)
        account = MirroredAccount.objects.get(stripe_account=seller)
        assert (account.parent, account.state) == ("", State.ACTIVE)
        deliver(fake, {**event, "id": "evt_own"})
        assert states()[seller] == State.DEAUTHORIZED
        kind = "account.application.authorized"
        deliver(fake, event_of(fake, kind, application, account=seller), platform=US)
        account = MirroredAccount.objects.get(stripe_account=seller)
        assert (account.parent, account.state) == (US, State.ACTIVE)

    @pytest.mark.usefixtures("everything")
    def test_what_no_event_reports_is_listed_once_a_day(self, fake):
        seller = fake.create("account")["id"]
        fake.create("customer", account=seller)
        sync_all()
        MirroredAccount.objects.update(synced_at=fake.now - timedelta(days=2))
        fake.create("balance_transaction", account=seller)
        for _ in range(2):
            fake.requests.clear()
            sync_all()
        assert BalanceTransaction.objects.get().stripe_account == seller
        asked = {request.path for request in fake.requests if request.account == seller}
        assert "/v1/balance_transactions" not in asked

    def test_a_paused_account_is_left_alone(self, fake):
        seller = fake.create("account")["id"]
        sync_all()
        call_command("stripe_accounts", "pause", seller)
        fake.requests.clear()
        sync_all()
        assert not [request for request in fake.requests if request.account == seller]
        call_command("stripe_accounts", "resume", seller)
        assert states()[seller] == State.ACTIVE

    def test_finished_ranges_of_empty_lists_are_not_kept(self, fake):
        seller = fake.create("account")["id"]
        fake.create("customer", account=seller)
        sync_all()
        ranges = SyncRange.objects.filter(run__stripe_account=seller, status="done")
        assert ranges.filter(object_name="customer").exists()
        assert all(ranges.values_list("read", flat=True))
