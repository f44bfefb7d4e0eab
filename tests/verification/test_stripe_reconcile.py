"""Balance transactions add up to the balance, and to each payout; what is missing has a name."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from stripe_django.health.measurement import report
from stripe_django.models import BalanceTransaction, Charge, Payout, Refund, SyncRun, Verification
from stripe_django.testing import Business, FakeStripe
from tests import said

from .conftest import age, fast, fill, rows

pytestmark = pytest.mark.django_db

NAMES = ("balance_transaction", "charge", "payout", "refund", "dispute")


class Said(said.Said):
    command = ("stripe_reconcile",)


class Document(Said):
    command = ("stripe_reconcile", "--json")

    def __getitem__(self, name):
        return json.loads(self.out)[name]


@pytest.fixture(scope="module")
def business():
    fake = FakeStripe()
    Business(fake, seed=3, start=datetime(2026, 1, 5, tzinfo=UTC)).live(months=2, customers=25)
    return fake


@pytest.fixture
def stripe(business):
    with business.installed(), fast():
        fill(*NAMES)
        SyncRun.objects.create(
            objects_read=[*NAMES], kind="full", status="done", as_of=business.now
        )
        age(business.now)
        business.requests.clear()
        yield business


def lists(stripe):
    """The pages of transactions that were read, apart from those of payouts."""
    listed = stripe.asked("/v1/balance_transactions")
    return [each for each in listed if "payout" not in each.params]


def some(model=BalanceTransaction, **values):
    return rows(model).filter(**values).order_by("pk").values_list("stripe_id", flat=True)


def test_all_of_it_adds_up(stripe):
    found = Document()
    assert found.error is None
    assert (found["differences"], found["remaining"]) == ([], 0)
    balance = found["balance"]["payments"]
    assert {currency: each["stripe"] for currency, each in balance.items()} == {
        currency: each["transactions"] for currency, each in balance.items()
    }
    assert any(each["stripe"] for each in balance.values())
    assert sum(each["number"] for each in found["sums"]) == BalanceTransaction.objects.count()
    assert found["payouts"] == Payout.objects.count() > 5
    # The balance twice, and what came since the last sync between.
    assert [request.path for request in stripe.requests[:3]] == [
        *("/v1/balance", "/v1/balance_transactions", "/v1/balance")
    ]
    assert len(lists(stripe)) == 1


def test_a_second_time_takes_three_requests(stripe):
    Said()
    stripe.requests.clear()
    assert Said().error is None
    assert len(stripe.requests) == 3


def test_a_missing_one_that_a_charge_names(stripe):
    missing = some(type="charge")[7]
    rows(BalanceTransaction, missing).delete()
    found = Document()
    assert "differences from Stripe." in str(found.error)
    # Its payout is wrong for that, too.
    named, wrong = found["differences"]
    assert (named["id"], named["difference"]) == (missing, "missing")
    assert (wrong["object"], wrong["difference"]) == ("payout", "sum")
    assert len(lists(stripe)) == 1
    assert not BalanceTransaction.objects.filter(stripe_id=missing).exists()
    assert [each["id"] for each in Document("--repair")["differences"]] == [missing]
    assert Document()["differences"] == []


def test_a_missing_one_that_nothing_names(stripe):
    Said()  # so that the payouts need no request
    missing = some(type="charge")[7]
    rows(Charge).filter(balance_transaction_id=missing).update(balance_transaction=None)
    rows(Refund).delete()
    payout = rows(BalanceTransaction, missing).values_list("payout", flat=True)[0]
    rows(BalanceTransaction, missing).delete()
    found = Document("--repair")
    assert found.error is None
    ids = {each["id"]: each["difference"] for each in found["differences"]}
    assert ids == {missing: "missing"}
    again = Document()
    assert (again.error, again["differences"]) == (None, [])
    assert rows(BalanceTransaction, missing).get().payout_id == payout


@pytest.mark.parametrize("change", [{"net": 1}, {"net": -(10**12)}])
def test_a_damaged_amount(stripe, change):
    damaged = some(type="charge")[3]
    rows(BalanceTransaction, damaged).update(**change)
    found = Document("--repair")
    assert [(each["id"], each["difference"]) for each in found["differences"]] == [
        (damaged, "different")
    ]
    assert Document()["differences"] == []


def test_one_too_many(stripe):
    row = rows(BalanceTransaction).filter(type="charge").first()
    row.pk, row.stripe_id = None, "txn_invented"
    row.save_base(raw=True, force_insert=True)
    found = Document("--repair")
    assert [(each["id"], each["difference"]) for each in found["differences"]] == [
        ("txn_invented", "gone")
    ]
    assert Document()["differences"] == []


def test_errors_that_cancel_each_other_need_the_list(stripe):
    Said()  # so that the payouts need no request
    payout = Payout.objects.filter(currency="eur", reconciliation_status="completed").last()
    one, other = some(type="charge", payout=payout.stripe_id)[:2]
    for id, by in ((one, 5), (other, -5)):
        row = rows(BalanceTransaction, id)
        row.update(net=row.get().net + by)
    assert Document()["differences"] == []
    found = Document("--all", "--repair")
    assert {each["id"] for each in found["differences"]} == {one, other}


def test_a_payout_that_is_not_what_it_consists_of(stripe):
    Said()
    payout = Payout.objects.filter(reconciliation_status="completed").first()
    rows(Payout, payout.stripe_id).update(amount=payout.amount + 1)
    found = Document()
    [wrong] = found["differences"]
    assert (wrong["object"], wrong["id"], wrong["amount"], wrong["transactions"]) == (
        *("payout", payout.stripe_id),
        *(payout.amount + 1, payout.amount),
    )
    assert f"payout {payout.stripe_id}: " in Said().out


def test_a_period(stripe):
    since = datetime(2026, 2, 1, tzinfo=UTC)
    until = since + timedelta(days=7)
    period = BalanceTransaction.objects.filter(created__gte=since, created__lt=until)
    missing = period.filter(type="charge").first().stripe_id
    rows(Charge).update(balance_transaction=None)
    rows(BalanceTransaction, missing).delete()
    options = ("--since", since.isoformat(), "--until", until.isoformat())
    found = Document(*options)
    assert missing in {each["id"] for each in found["differences"]}
    assert {request.params["created"]["lt"] for request in lists(stripe)[1:]} == {
        str(int(until.timestamp()))
    }
    others = ("--since", "2026-01-05", "--until", "2026-01-12")
    assert {each["object"] for each in Document(*others)["differences"]} == {"balance"}


def test_results_are_rows(stripe):
    Said()
    proofs = {each.object_name: each for each in Verification.objects.filter(method="balance")}
    assert {name: (row.status, row.count) for name, row in proofs.items()} == {
        "balance_transaction": ("done", 0),
        "payout": ("done", 0),
    }
    assert not Verification.objects.latest_by_object().exists()
    Said()
    latest = Verification.objects.latest_balance_proofs()
    assert {each.object_name for each in latest} == {"balance_transaction", "payout"}
    assert latest.count() == 2
    assert not {each.pk for each in latest} & {each.pk for each in proofs.values()}


def test_a_proof_that_fails_is_unhealthy_until_another_one_succeeds(stripe):
    Said()
    missing = some(type="charge", payout=None)[0]  # each payout is right without it
    rows(BalanceTransaction, missing).delete()
    assert Document()["differences"]
    assert not report().get("verification").is_healthy
    Said("--repair")
    Said()
    assert report().get("verification").is_healthy


def test_a_key_without_permission(stripe):
    stripe.fail(status=403, message="Not with this key.", path="/v1/balance", times=1)
    assert "Not with this key." in str(Said().error)
    assert {*Verification.objects.values_list("status", flat=True)} == {"failed"}
