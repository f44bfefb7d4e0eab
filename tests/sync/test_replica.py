"""A router sends reads to a replica, as Django's documentation shows; here it must not be used.

What the sync reads to decide by has to come from the database that it writes to.
"""

import pytest
from django.db import connections
from django.db.models import QuerySet
from django.test.testcases import DatabaseOperationForbidden

from stripe_django import statistics, sync
from stripe_django.models import (
    BalanceTransaction,
    Customer,
    HandlerRun,
    InboxEvent,
    ObjectStatistics,
    PendingRead,
    SyncRun,
)
from stripe_django.sync import incremental
from stripe_django.sync.events import handlers
from tests import posting, said
from tests.posting import LONG_AGO
from tests.sync.backfill.test_checkpoints import stopped

pytestmark = pytest.mark.django_db

ALIAS = "replica"


class ReadsFromReplica:
    def db_for_read(self, model, **hints):
        return ALIAS

    def db_for_write(self, model, **hints):
        return "default"

    def allow_relation(self, *rows, **hints):
        return True


@pytest.fixture(autouse=True)
def replica(settings):
    """A database that the router reads from; Django's tests refuse to use it."""
    empty = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
    connections.settings[ALIAS] = {**connections.settings["default"], **empty, "OPTIONS": {}}
    settings.DATABASE_ROUTERS = [ReadsFromReplica()]
    yield
    settings.DATABASE_ROUTERS = []
    connections[ALIAS].close()
    del connections[ALIAS], connections.settings[ALIAS]


class Said(said.Said):
    command = ("stripe_sync",)


class Events(said.Said):
    command = ("stripe_events",)


class Statistic(said.Said):
    command = ("stripe_statistics",)


def here(model):
    return model.objects.using("default")


def business(fake):
    fake.create("customer", id="cus_1", email="a@example.com")
    fake.create("customer", id="cus_2")
    fake.create("charge", id="ch_1", customer="cus_1", status="succeeded", amount=500)
    fake.create("charge", id="ch_2", customer="cus_2", status="succeeded", amount=500)


def test_reads_do_go_to_the_replica():
    with pytest.raises(DatabaseOperationForbidden, match=ALIAS):
        Customer.objects.count()


@pytest.mark.parametrize(
    "words", [(), ("--full",), ("--since", "2020-01-01"), ("--children",), ("customer",)]
)
def test_stripe_sync(words, fake_stripe):
    business(fake_stripe)
    assert Said(*words).error is None
    fake_stripe.advance(hours=1)
    fake_stripe.create("customer", id="cus_3")
    fake_stripe.delete("cus_2", stub=False)
    assert Said(*words).error is None
    assert Said("--full").error is None
    alive = here(Customer).alive().values_list("stripe_id", flat=True)
    assert sorted(alive) == ["cus_1", "cus_3"]


def test_stripe_sync_of_one_account(fake_stripe):
    fake_stripe.create("account", id="acct_1")
    fake_stripe.create("customer", id="cus_9", account="acct_1")
    for _ in range(2):
        assert Said("--account", "acct_1").error is None
    assert here(Customer).get().stripe_account == "acct_1"


def test_an_interrupted_run_is_resumed(fake_stripe):
    for number in range(150):
        fake_stripe.create("customer", id=f"cus_{number}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SyncRun, "objects", here(SyncRun))  # of the helper alone
        stopped(1, Customer, workers=1)
    done = incremental.sync(incremental.SyncRequest((Customer,)))
    assert done.is_resumed
    assert here(Customer).count() == 150


def test_test_clocks(fake_stripe):
    fake_stripe.create("test_helpers.test_clock", id="clock_1")
    fake_stripe.create("customer", id="cus_1", test_clock="clock_1")
    fake_stripe.create("invoice", id="in_1", customer="cus_1")
    for _ in range(2):
        assert Said().error is None
    assert here(Customer).count() == 1


def test_ambiguous_rows(fake_stripe):
    business(fake_stripe)
    Said()
    rows = QuerySet(Customer, using="default").filter(stripe_id="cus_1")
    rows.update(ambiguous=True)
    assert Said("--ambiguous").error is None
    assert not here(Customer).filter(ambiguous=True).exists()


def test_polling(fake_stripe):
    business(fake_stripe)
    Said()
    fake_stripe.advance(hours=1)
    fake_stripe.update("cus_1", email="b@example.com")
    for _ in range(2):
        assert Events("poll").error is None
    assert here(Customer).get(stripe_id="cus_1").email == "b@example.com"
    assert here(InboxEvent).filter(status="applied").exists()
    assert Events("list").error is None


def test_webhooks_and_what_they_leave_to_retries(fake, settings):
    seen = []

    @handlers.on("customer.updated")
    def fragile(event, customer):
        seen.append(event.pk)
        if len(seen) == 1:
            raise ValueError("not yet")

    fake.add(posting.customer(9))
    for number, balance in ((1, 1), (1, 2), (2, 3)):  # two of one second are ambiguous
        event = posting.event(number, obj=posting.customer(balance))
        assert posting.post({**event, "id": f"evt_{balance}"}).status_code == 200
    here(PendingRead).update(next_attempt_at=LONG_AGO)
    here(HandlerRun).update(next_attempt_at=LONG_AGO)
    assert Events("retry").error is None, Events("list").out
    assert {run.status for run in here(HandlerRun)} == {"done"}
    assert not here(PendingRead).exists()
    assert here(Customer).get().balance == 9


def test_events_that_are_applied_later(fake, settings):
    settings.STRIPE_DJANGO |= {"APPLY_LATER": True}
    for number in (1, 2):
        assert posting.post(posting.event(number)).status_code == 200
    assert Events("apply").error is None
    assert here(Customer).get().balance == 2
    assert Events("retry", "evt_1").error is None


def test_single_objects(fake_stripe):
    business(fake_stripe)
    row = sync.fetch(Customer, "cus_1")
    assert row.email == "a@example.com"
    fake_stripe.update("cus_1", email="b@example.com")
    assert sync.refresh(row).email == "b@example.com"
    with pytest.raises(Customer.DoesNotExist):
        sync.fetch(Customer, "cus_none")
    result = sync.apply({"id": "cus_4", "object": "customer", "email": "d@example.com"})
    assert (result.row.email, len(result.rows)) == ("d@example.com", 1)
    sync.erase(row)
    assert not here(Customer).filter(stripe_id="cus_1").exists()


def test_a_payout(fake_stripe):
    fake_stripe.create("payout", id="po_1", automatic=True)
    fake_stripe.add({"id": "txn_1", "object": "balance_transaction"}, within="po_1")
    payout = sync.fetch(sync.apply({"id": "po_1", "object": "payout"}).row.__class__, "po_1")
    assert [row.stripe_id for row in sync.reconcile_payout(payout)] == ["txn_1"]
    assert here(BalanceTransaction).count() == 1


def test_statistics(fake_stripe):
    business(fake_stripe)
    Said()
    assert statistics.refresh()
    assert here(ObjectStatistics).get(object_name="charge").rows == 2
    assert Statistic().error is None
