"""What a payout is made of is asked of Stripe, and stays known."""

import pytest
from django.core.management import call_command
from django.db.models import Sum

from stripe_django import sync
from stripe_django.models import BalanceTransaction, Payout
from stripe_django.testing import FakeStripe, payload

pytestmark = pytest.mark.django_db


def entry(number, kind, net):
    made = {"id": f"txn_{number}", "type": kind, "net": net, "amount": net, "fee": 0}
    return payload("balance_transaction", **made)


@pytest.fixture
def stripe():
    fake = FakeStripe()
    fake.add(payload("payout", id="po_1", amount=1_200), payload("payout", id="po_2", amount=70))
    fake.add(entry(1, "charge", 1_500), entry(2, "refund", -300), within="po_1")
    fake.add(entry(3, "payout", -1_200), within="po_1")
    fake.add(*(entry(10 + number, "charge", 1) for number in range(120)), within="po_2")
    with fake.installed():
        call_command("stripe_sync", "payout", "balance_transaction", verbosity=0, json=True)
        yield fake


def test_the_entries_add_up_to_the_payout(stripe):
    payout = Payout.objects.get(stripe_id="po_1")
    assert not BalanceTransaction.objects.by_payout(payout).exists()
    entries = sync.reconcile_payout(payout)
    assert sorted(each.stripe_id for each in entries) == ["txn_1", "txn_2"]
    assert entries.aggregate(total=Sum("net")) == {"total": payout.amount}
    assert payout.balance_transactions.count() == 3


def test_all_pages_are_read_and_no_other_payout_is_touched(stripe):
    assert sync.reconcile_payout(Payout.objects.get(stripe_id="po_2")).count() == 120
    assert not BalanceTransaction.objects.by_payout("po_1").exists()


def test_a_later_sync_leaves_the_payout_alone_and_comes_to_rest(stripe, capsys):
    for payout in Payout.objects.all():
        sync.reconcile_payout(payout)
    for _ in range(2):
        call_command("stripe_sync", "balance_transaction", verbosity=0)
    assert BalanceTransaction.objects.by_payout("po_1").count() == 2
    last = capsys.readouterr().out.rpartition("balance_transaction")[2].split()
    assert last[:3] == ["0", "0", "123"]


def test_a_payout_knows_its_account(stripe):
    stripe.add(payload("account", id="acct_1"))
    stripe.add(payload("payout", id="po_9"), account="acct_1")
    stripe.add(entry(9, "charge", 5), account="acct_1", within="po_9")
    payout = sync.fetch(Payout, "po_9", account="acct_1")
    assert [each.stripe_account for each in sync.reconcile_payout(payout)] == ["acct_1"]
