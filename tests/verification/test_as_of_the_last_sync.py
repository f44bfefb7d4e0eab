"""New objects that no event reports come with the next sync, and are not missing until then."""

from datetime import UTC, datetime

import pytest

from stripe_django.models import BalanceTransaction, SyncRun, Verification
from stripe_django.testing import payload
from stripe_django.verification import objects, sampling

from .conftest import Document, Said, fill, rows

pytestmark = pytest.mark.django_db

NAMES = ["balance_transaction"]
MISSING = {"balance_transaction txn_of_1: missing"}


@pytest.fixture
def synced(stripe):
    """A sync that came before the newest transaction, and two that lack here."""
    rows(BalanceTransaction).delete()
    now = int(stripe.now.timestamp())
    for number, created in enumerate((now - 900, now - 600, now - 300, now)):
        stripe.add(payload("balance_transaction", id=f"txn_of_{number}", created=created))
    fill("balance_transaction")
    as_of = datetime.fromtimestamp(now - 300, UTC)
    SyncRun.objects.create(kind="full", status="done", as_of=as_of, objects_read=NAMES)
    rows(BalanceTransaction, "txn_of_1", "txn_of_2", "txn_of_3").delete()
    return stripe


@pytest.fixture
def latest_moments(monkeypatch):
    """Have each page of a sample be of the latest possible moment."""
    monkeypatch.setattr(objects, "PAGE", 0)  # so that no table is small
    found = sampling.random_seconds

    def latest(rows, name, size, now):
        return [int(now.timestamp()) for _ in found(rows, name, size, now)] * 3

    monkeypatch.setattr(sampling, "random_seconds", latest)


def test_everything_is_compared(synced):
    assert Said("--all", "--repair", names=NAMES).found == MISSING
    assert BalanceTransaction.objects.filter(stripe_id="txn_of_1").exists()


def test_a_sample(synced, latest_moments):
    said = Document("--sample", "5", names=NAMES)
    assert said["objects"]["balance_transaction"]["differences"] == {"missing": 1}
    row = Verification.objects.get()
    assert (row.method, [each["id"] for each in row.examples]) == ("sample", ["txn_of_1"])


def test_pages_and_rows_of_a_sample_show_the_same(synced, latest_moments):
    rows(BalanceTransaction, "txn_of_0").update(net=1)
    said = Document("--sample", "5", names=NAMES)
    expected = {"missing": 1, "different": 1}
    assert said["objects"]["balance_transaction"]["differences"] == expected


def test_so_they_do_after_an_interruption(synced, latest_moments, monkeypatch):
    rows(BalanceTransaction, "txn_of_0").update(net=1)
    compare = objects.ObjectVerification._compare

    def interrupt(self, page, owner=None):
        if self.row.differences:
            raise KeyboardInterrupt
        compare(self, page, owner)

    with monkeypatch.context() as patch:
        patch.setattr(objects.ObjectVerification, "_compare", interrupt)
        assert Said("--sample", "5", names=NAMES).error
    row = Verification.objects.get()
    assert (row.status, row.differences) == ("interrupted", {"different": 1})
    said = Document("--sample", "5", names=NAMES)
    assert said["resumed"]
    expected = {"missing": 1, "different": 1}
    assert said["objects"]["balance_transaction"]["differences"] == expected
