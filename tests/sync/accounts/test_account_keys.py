"""Which key reads an account, and what a key of another account does."""

import pytest
import stripe
from django.core.management import CommandError, call_command
from django.db.models import QuerySet

from stripe_django import sync
from stripe_django.exceptions import CredentialsError, WrongAccountError
from stripe_django.models import (
    Account,
    ApplicationFee,
    Charge,
    Customer,
    Home,
    InboxEvent,
    MirroredAccount,
    PendingRead,
    Plan,
)
from stripe_django.testing import FakeStripe
from tests.fleets import OWN, US, State, deliver, event_of, states, sync_all

pytestmark = pytest.mark.django_db


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
