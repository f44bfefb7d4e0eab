"""Nothing is left of an account that is erased, and all of the others."""

import io

import pytest
from django.core.management import CommandError, call_command

from stripe_django import sync
from stripe_django.models import Account, Customer, InboxEvent
from stripe_django.sync.events import store
from tests.fleets import US, State, event_of, states, sync_all

pytestmark = pytest.mark.django_db


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
