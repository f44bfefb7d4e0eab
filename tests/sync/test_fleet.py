"""Many accounts: connected ones, and others with keys of their own."""

import io
from datetime import timedelta

import pytest
import stripe
from django.core.management import CommandError, call_command
from django.db.models import QuerySet

from stripe_django import sync
from stripe_django.exceptions import AccountUnavailableError, CredentialsError, WrongAccountError
from stripe_django.models import (
    Account,
    ApplicationFee,
    BalanceTransaction,
    Charge,
    Coupon,
    Customer,
    Home,
    InboxEvent,
    MirroredAccount,
    PendingRead,
    Plan,
    SyncRange,
    WebhookEndpoint,
)
from stripe_django.sync import mirrored_accounts
from stripe_django.sync.events import processor, store
from stripe_django.testing import FakeStripe

pytestmark = pytest.mark.django_db

US = "acct_1US"
State = MirroredAccount.State


OWN = {"API_KEY": "sk_test_home", "OBJECTS": [*("account", "charge", "customer", "plan", "coupon")]}


@pytest.fixture
def fake(settings):
    settings.STRIPE_DJANGO = OWN
    fake = FakeStripe(key="sk_test_home")
    with fake.installed():
        yield fake


@pytest.fixture
def everything(fake, settings):
    settings.STRIPE_DJANGO = {**settings.STRIPE_DJANGO, "OBJECTS": []}


@pytest.fixture
def us(fake, settings):
    account = fake.account(US, key="sk_test_us")
    entry = {"ACCOUNT": US, "API_KEY": "sk_test_us", "WEBHOOK_SECRETS": [account.webhook_secret]}
    settings.STRIPE_DJANGO = {**OWN, "ACCOUNTS": {"us": entry}}
    return account


def states():
    return dict(MirroredAccount.objects.values_list("stripe_account", "state"))


def sync_all(*arguments):
    call_command("stripe_sync", *arguments, "--all-accounts")


def event_of(fake, kind, payload, **values):
    """An event made by hand."""
    known = {"id": f"evt_{kind}", "object": "event", "type": kind, "livemode": False}
    known |= {"created": int(fake.now.timestamp()), "data": {"object": payload}}
    return known | values


def deliver(fake, event, platform=""):
    processor.process(store.store(event, sent_at=fake.now, platform=platform))


class TestKeysOfTheirOwn:
    def test_each_account_is_read_with_its_key(self, fake, us):
        for account in (fake, us):
            account.create("plan", id="gold", nickname=account.account_id)
        sync_all()
        found = set(Plan.objects.values_list("stripe_id", "stripe_account", "nickname"))
        assert found == {("gold", "", fake.account_id), (f"{US}:test:gold", US, US)}

    def test_refresh_and_fetch_use_its_key(self, us):
        us.create("customer", id="cus_1", name="Ann")
        sync.fetch(Customer, "cus_1", account=US)
        us.update("cus_1", name="Bob")
        assert sync.refresh(Customer.objects.get()).name == "Bob"
        assert Customer.objects.get().stripe_id == f"{US}:test:cus_1"

    def test_what_its_own_client_has_received_is_its_own(self, fake, us):
        us.create("customer", id="cus_1")
        us.create("application_fee", id="fee_1")
        client = stripe.StripeClient("sk_test_us", http_client=fake.http_client)
        sync.apply(client.v1.customers.retrieve("cus_1"))
        sync.apply(client.v1.application_fees.retrieve("fee_1"))
        assert Customer.objects.get().stripe_account == US

    def test_what_it_has_as_a_platform_is_its_own(self, us, everything):
        us.create("application_fee")
        call_command("stripe_sync", "application_fee", "--account", US)
        assert ApplicationFee.objects.get().stripe_account == US

    def test_it_says_who_it_is_and_is_one_account_however_seen(self, fake, us):
        sync.fetch(Account, US, account=US)
        fake.connect(us)
        sync_all()
        assert Account.objects.filter(stripe_id=US).values_list("stripe_account").get() == (US,)

    def test_a_key_of_another_account_is_refused(self, us, settings):
        settings.STRIPE_DJANGO["ACCOUNTS"]["us"]["API_KEY"] = "sk_test_home"
        us.create("customer")
        with pytest.raises(CommandError, match="is of account"):
            call_command("stripe_sync", "--account", US)
        assert not Customer.objects.exists()

    def test_the_secret_says_whose_event_it_is(self, us, client):
        us.create("customer", id="cus_1", name="Ann")
        for delivery in us.webhooks():
            assert delivery.post(client, "/stripe/webhook/").status_code == 200
        assert InboxEvent.objects.get().platform == US
        row = Customer.objects.get()
        assert (row.stripe_account, row.stripe_id) == (US, f"{US}:test:cus_1")

    def test_events_that_no_webhook_brought_are_polled(self, us):
        sync_all()
        us.create("customer", id="cus_1")
        call_command("stripe_events", "poll", "--all-accounts")
        assert Customer.objects.get().stripe_account == US
        assert InboxEvent.objects.get(object_name="customer").platform == US

    @pytest.mark.parametrize("named", [{"account": US}, {"context": f"org_1/{US}"}])
    def test_an_event_that_names_it_is_its_own_at_any_endpoint(self, fake, us, everything, named):
        fee = us.create("application_fee")
        call_command("stripe_sync", "coupon")
        deliver(fake, event_of(fake, "application_fee.created", fee, **named))
        assert ApplicationFee.objects.get().stripe_account == US

    def test_an_event_that_is_handed_in_is_its_own(self, fake, us, everything):
        fee = us.create("application_fee")
        sync.apply(event_of(fake, "application_fee.created", fee), account=US)
        assert ApplicationFee.objects.get().stripe_account == US

    def test_it_stays_readable_when_it_disconnects_from_you(self, fake, us):
        fake.connect(us)
        sync_all()
        deliver(fake, fake.deauthorize(US))
        assert states()[US] == State.ACTIVE

    def test_a_secret_without_an_account_signs_nothing(self, us, settings, client):
        call_command("stripe_sync", "coupon")
        settings.STRIPE_DJANGO["ACCOUNTS"]["us"]["ACCOUNT"] = ""
        us.create("customer")
        [delivery] = us.webhooks()
        assert delivery.post(client, "/stripe/webhook/").status_code == 400
        assert not InboxEvent.objects.exists()

    def test_a_function_that_fails_stops_no_other_account(self, fake, us, settings, client):
        def sealed():
            raise RuntimeError("sk_test_us")

        sync_all()
        settings.STRIPE_DJANGO["ACCOUNTS"]["us"].update(API_KEY=sealed, WEBHOOK_SECRETS=sealed)
        other = fake.account("acct_1UK", key="sk_test_uk")
        entry = {"ACCOUNT": "acct_1UK", "API_KEY": "sk_test_uk"}
        entry["WEBHOOK_SECRETS"] = [other.webhook_secret]
        settings.STRIPE_DJANGO["ACCOUNTS"]["uk"] = entry
        other.create("customer")
        with pytest.raises(CommandError, match=rf"^1 of 3 accounts failed: {US}\.$"):
            sync_all()
        assert Customer.objects.get().stripe_account == "acct_1UK"
        error = MirroredAccount.objects.get(stripe_account=US).error
        assert "RuntimeError" in error
        assert "sk_test_us" not in error
        [delivery] = other.webhooks()
        assert delivery.post(client, "/stripe/webhook/").status_code == 200
        us.create("customer")
        [delivery] = us.webhooks()
        with pytest.raises(CredentialsError):  # so that Stripe sends it again
            delivery.post(client, "/stripe/webhook/")

    def test_it_is_read_without_a_key_of_your_own(self, us, settings):
        settings.STRIPE_DJANGO["API_KEY"] = ""
        us.create("customer")
        with pytest.raises(CommandError, match=r"^1 of 2 accounts failed: own account\.$"):
            sync_all()
        assert Customer.objects.get().stripe_account == US

    def test_without_a_key_of_your_own_its_rows_are_read_again(self, us, settings):
        us.create("charge", id="ch_1")
        sync_all()
        settings.STRIPE_DJANGO["API_KEY"] = ""
        sync.apply({"id": "ch_1", "object": "charge", "livemode": False, "amount": 1}, account=US)
        assert PendingRead.objects.get().stripe_id == "ch_1"

    def test_one_that_may_not_read_events_is_listed(self, us, settings):
        us.add_key("rk_test_us", denied=["/v1/events"])
        settings.STRIPE_DJANGO["ACCOUNTS"]["us"]["API_KEY"] = "rk_test_us"
        us.create("customer")
        sync_all()
        us.create("customer")
        sync_all()
        assert Customer.objects.of("us").count() == 2

    def test_its_revoked_key_keeps_no_other_row_ambiguous(self, fake, us, settings):
        us.create("charge")
        fake.create("customer")
        sync_all()
        for model in (Charge, Customer):
            QuerySet(model=model).update(ambiguous=True)
        settings.STRIPE_DJANGO["ACCOUNTS"]["us"]["API_KEY"] = "sk_test_revoked"
        with pytest.raises(CommandError, match="failed"):
            call_command("stripe_sync", "--ambiguous")
        assert Charge.objects.get().ambiguous
        assert not Customer.objects.get().ambiguous

    def test_its_name_may_go_to_another_account(self, fake, us, settings):
        sync_all()
        entry = {"ACCOUNT": "acct_1New", "API_KEY": "sk_test_new"}
        settings.STRIPE_DJANGO = {**OWN, "ACCOUNTS": {"us": entry}}
        call_command("stripe_accounts", "list")
        assert MirroredAccount.objects.get(alias="us").stripe_account == "acct_1New"
        former = MirroredAccount.objects.get(stripe_account=US)
        assert (former.alias, former.parent) == ("", "")

    def test_one_that_was_connected_shows_its_own_key(self, fake, us, settings):
        accounts = settings.STRIPE_DJANGO.pop("ACCOUNTS")
        fake.connect(us)
        sync_all()
        settings.STRIPE_DJANGO["ACCOUNTS"] = accounts
        call_command("stripe_accounts", "list")
        account = MirroredAccount.objects.get(stripe_account=US)
        assert (account.alias, account.parent) == ("us", None)


class TestYourOwnKey:
    def test_one_of_another_account_is_refused_before_anything_is_read(self, fake, settings):
        call_command("stripe_sync")
        settings.STRIPE_DJANGO = {**OWN, "API_KEY": "sk_test_other"}
        other = FakeStripe(key="sk_test_other")
        other.account_id = "acct_1Other"
        other.create("customer", id="cus_1")
        with other.installed():
            for act in (
                lambda: call_command("stripe_sync"),
                lambda: call_command("stripe_events", "poll"),
            ):
                with pytest.raises(CommandError, match="acct_1Other, but this database mirrors"):
                    act()
            with pytest.raises(WrongAccountError):
                sync.fetch(Customer, "cus_1")
            paths = {request.path for request in other.requests}
        assert paths == {"/v1/account"}

    def test_a_restricted_key_that_cannot_say_so_needs_the_setting(self, fake, settings):
        call_command("stripe_sync", "customer")
        fake.add_key("rk_test_home", denied=["/v1/account"])
        settings.STRIPE_DJANGO = {**OWN, "API_KEY": "rk_test_home"}
        with pytest.raises(CommandError, match="nothing says that it is of"):
            call_command("stripe_sync", "customer")
        settings.STRIPE_DJANGO["ACCOUNT"] = fake.account_id
        call_command("stripe_sync", "customer")

    def test_it_is_no_further_account(self, fake, settings):
        call_command("stripe_sync", "customer")
        entry = {"ACCOUNT": fake.account_id, "API_KEY": "sk_test_home"}
        settings.STRIPE_DJANGO = {**OWN, "ACCOUNTS": {"me": entry}}
        with pytest.raises(CommandError, match="is your own account"):
            call_command("stripe_sync", "--account", fake.account_id)

    def test_the_key_is_verified_once(self, fake):
        call_command("stripe_sync", "customer")
        call_command("stripe_sync", "customer")
        asked = [request for request in fake.requests if request.path == "/v1/account"]
        assert len(asked) == 1

    def test_what_was_stored_under_its_id_becomes_your_own(self, fake):
        own = fake.account_id
        payload = {"id": "gold", "object": "plan", "livemode": False, "amount": 1}
        sync.apply(payload, account=own)
        sync.apply({**payload, "id": "silver"}, account=own)
        customer = {"id": "cus_1", "object": "customer", "livemode": False}
        sync.apply(customer, account=own)
        charge = {"id": "ch_1", "object": "charge", "customer": "cus_1", "livemode": False}
        row = sync.apply(charge, account=own).row
        assert row.customer_id == f"{own}:test:cus_1"
        sync.apply({**payload, "amount": 2})
        call_command("stripe_sync", "coupon")
        assert Home.objects.get().account == own
        assert set(Plan.objects.values_list("stripe_id", "stripe_account", "amount")) == {
            ("gold", "", 2),
            ("silver", "", 1),
        }
        row.refresh_from_db()
        assert (row.stripe_account, row.customer_id, row.customer.stripe_id) == (
            *("", "cus_1"),
            "cus_1",
        )

    def test_what_waits_to_be_read_waits_under_its_new_id(self, fake):
        own = fake.account_id
        payload = {"id": "gold", "object": "plan", "livemode": False, "amount": 1}
        sync.apply(payload, account=own, as_of=fake.now)
        sync.apply({**payload, "amount": 2}, account=own)
        call_command("stripe_sync", "coupon")
        assert PendingRead.objects.get().stripe_id == "gold"

    def test_its_id_limits_ambiguous_rows_to_your_own(self, fake):
        fake.create("customer")
        call_command("stripe_sync")
        QuerySet(model=Customer).update(ambiguous=True)
        call_command("stripe_sync", "--ambiguous", "--account", fake.account_id)
        assert not Customer.objects.get().ambiguous


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


class TestErase:
    def test_everything_of_the_account_is_gone(self, fake):
        gone, other = (fake.create("account")["id"] for _ in range(2))
        for account in (gone, other, ""):
            fake.create("customer", account=account)
        sync_all()
        before = Customer.objects.count()
        call_command("stripe_accounts", "erase", gone, "--dry-run")
        assert Customer.objects.count() == before
        call_command("stripe_accounts", "erase", gone, "--no-input")
        assert gone not in Customer.objects.values_list("stripe_account", flat=True)
        assert not Account.objects.filter(stripe_id=gone).exists()
        assert not InboxEvent.objects.filter(body__contains=gone).exists()
        assert Customer.objects.count() == before - 1
        assert states()[gone] == State.PAUSED

    @pytest.mark.parametrize("what", ["erase", "pause"])
    def test_an_empty_name_is_no_account(self, fake, what):
        fake.create("account")
        sync_all()
        with pytest.raises(CommandError, match="There is no account ''"):
            call_command("stripe_accounts", what, "")

    def test_nobody_to_confirm_it_erases_nothing(self, fake, monkeypatch):
        seller = fake.create("account")["id"]
        fake.create("customer", account=seller)
        sync_all()
        monkeypatch.setattr("sys.stdin", io.StringIO())
        with pytest.raises(CommandError, match="Nothing was erased"):
            call_command("stripe_accounts", "erase", seller)
        assert Customer.objects.exists()

    def test_waiting_events_of_your_own_that_mention_it_stay(self, fake):
        seller = fake.create("account")["id"]
        sync_all()
        InboxEvent.objects.all().delete()
        transfer = {"id": "tr_1", "object": "transfer", "destination": seller}
        payout = {"id": "po_1", "object": "payout"}
        account = {"id": seller, "object": "account"}
        for event in (
            event_of(fake, "transfer.created", transfer),
            event_of(fake, "account.updated", account),
            event_of(fake, "payout.created", payout, account=seller),
            event_of(fake, "payout.paid", payout, context=f"org_1/{seller}"),
        ):
            store.store(event, sent_at=fake.now)
        call_command("stripe_accounts", "erase", seller, "--no-input")
        assert InboxEvent.objects.get().type == "transfer.created"

    def test_waiting_events_of_accounts_connected_to_it_stay(self, fake, us):
        seller = us.create("account")["id"]
        sync_all()
        payload = {"id": "ch_1", "object": "charge"}
        for event in (
            event_of(fake, "charge.succeeded", payload, account=seller),
            event_of(fake, "charge.updated", payload),
        ):
            store.store(event, sent_at=fake.now, platform=US)
        call_command("stripe_accounts", "erase", "us", "--no-input")
        assert InboxEvent.objects.get(platform=US).type == "charge.succeeded"


def test_followers_learn_what_is_erased_and_adopted(fake, settings):
    settings.STRIPE_DJANGO = {**settings.STRIPE_DJANGO, "CHANGE_FEED": True}
    own, seller = fake.account_id, fake.create("account")["id"]
    fake.create("customer", id="cus_1", account=seller)
    payload = {"id": "gold", "object": "plan", "livemode": False, "amount": 1}
    sync.apply(payload, account=own)
    cursor = [*sync.changes()][-1].cursor
    sync_all()
    call_command("stripe_accounts", "erase", seller, "--no-input")
    found = {each.stripe_id: each.row for each in sync.changes(cursor)}
    assert found[f"{own}:test:gold"] is None
    assert found["gold"].stripe_account == ""
    assert found[f"{seller}:test:cus_1"] is None


class TestQuerysets:
    def test_by_row_id_and_name(self, fake, us):
        for account in (fake, us):
            account.create("plan", id="gold")
        sync_all()
        theirs = f"{US}:test:gold"
        account = MirroredAccount.objects.get(stripe_account=US)
        for named in (account, US, "us"):
            assert Plan.objects.of(named).get().stripe_id == theirs
        for named in ("", fake.account_id):
            assert Plan.objects.of(named).get().stripe_id == "gold"
        with pytest.raises(ValueError, match="No account has the name 'uk'"):
            Plan.objects.of("uk")
        assert not Plan.objects.of(None).exists()
