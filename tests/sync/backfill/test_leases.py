"""Leases of runs and ranges, in one process: who may read what, and who may not write any more."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from stripe_django import tasks
from stripe_django.models import Charge, Coupon, Customer, MirroredAccount, SyncRange, SyncRun
from stripe_django.sync import incremental
from stripe_django.sync.backfill import lease_terms, leases, processes, range_leases
from stripe_django.sync.backfill.progress import Observer
from stripe_django.sync.incremental import SyncRequest
from stripe_django.sync.runs import work
from tests import said
from tests.sync.backfill.test_checkpoints import charges, ids, sync
from tests.sync.backfill.test_engine import ACCOUNT, charge, customer

pytestmark = pytest.mark.django_db

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
GONE = f"{processes.this_process().rpartition(' ')[0]} 999999999"


def leased(**values):
    until = timezone.now() + timedelta(minutes=1)
    return {"process": "elsewhere 1", "token": "other", "leased_until": until, **values}


class Said(said.Said):
    command = ("stripe_sync",)


# Runs


def test_runs_of_different_objects_are_active_at_the_same_time(fake_stripe):
    SyncRun.objects.create(kind="full", objects_read=["coupon", "refund"], **leased())
    fake_stripe.add(*charges(3))
    assert sync(Charge).runs[-1].read == 3
    assert SyncRun.objects.filter(status="running").count() == 1
    with pytest.raises(leases.AlreadyRunningError):
        sync(Coupon)


def test_a_worker_begins_and_ends_a_run_that_has_no_process(fake_stripe):
    fake_stripe.add(customer("a"), customer("b"))
    incremental.enqueue(SyncRequest())
    assert not SyncRange.objects.exists()
    assert work.work()
    run = SyncRun.objects.get()
    assert (run.status, run.kind, run.token, ids(Customer)) == (
        *("done", "full", ""),
        [customer("a")["id"], customer("b")["id"]],
    )
    assert MirroredAccount.objects.get().read_until == run.as_of
    fake_stripe.delete(customer("b")["id"], stub=False)
    QuerySet(Customer).update(as_of=LONG_AGO)
    incremental.enqueue(SyncRequest(full=True))
    work.work()
    assert ids(Customer) == [customer("a")["id"]]


def test_a_worker_applies_the_events_of_an_incremental_run(fake_stripe):
    fake_stripe.add(*charges(1))
    sync()
    fake_stripe.update(charges(1)[0]["id"], amount=7)
    incremental.enqueue(SyncRequest())
    work.work()
    assert SyncRun.objects.latest("pk").kind == "changes"
    assert Charge.objects.get().amount == 7


def test_what_a_worker_cannot_read_fails_the_run(fake_stripe):
    fake_stripe.fail(status=402, message="Pay first.", path="/v1/charges")
    fake_stripe.add(customer("a"))
    incremental.enqueue(SyncRequest((Charge, Customer)))
    assert str(Said("--work").error) == "1 list failed: charge."
    assert (SyncRun.objects.get().status, len(ids(Customer))) == ("failed", 1)


def test_an_account_that_is_unknown_fails_its_run_alone(fake_stripe):
    fake_stripe.add(*charges(2))
    sync(Coupon)
    incremental.enqueue(SyncRequest((Charge,), account="acct_typo"))
    incremental.enqueue(SyncRequest((Charge,)))
    work.work()
    last = SyncRun.objects.exclude(objects_read=["coupon"]).order_by("pk")
    assert [*last.values_list("status", "error")] == [
        ("failed", "AccountUnavailableError"),
        ("done", ""),
    ]
    assert len(ids(Charge)) == 2


def test_a_worker_that_should_stop_leaves_the_run(fake_stripe):
    fake_stripe.add(*charges(900))
    incremental.enqueue(SyncRequest((Charge,)))
    seen = Observer()
    work.work(seen, workers=1, should_stop=lambda: any(run.pages >= 2 for run in seen.runs))
    run = SyncRun.objects.get()
    assert (run.status, run.token, run.ranges.exclude(token="").count()) == ("running", "", 0)
    before = len(ids(Charge))
    assert 0 < before < 900
    assert sum(run.ranges.values_list("created", flat=True)) == before
    assert work.work(workers=1)
    assert (len(ids(Charge)), len(fake_stripe.asked("/v1/charges"))) == (900, 9)


def test_ctrl_c_leaves_a_run_to_others(fake_stripe):
    class Interrupting(Observer):
        def page(self, run):
            more = SyncRange(run=SyncRun.objects.get(), object_name="refund", kind="span")
            for name, value in leased().items():
                setattr(more, name, value)
            more.save()
            raise KeyboardInterrupt

    fake_stripe.add(*charges(300))
    with pytest.raises(KeyboardInterrupt):
        incremental.sync(SyncRequest((Charge,)), Interrupting())
    run = SyncRun.objects.get()
    assert (run.status, run.token) == ("running", "")


# Ranges


def test_a_process_that_lost_a_range_writes_nothing_of_it(fake_stripe):
    """Another process has it since the first page, and has read further."""

    class Taking(Observer):
        def page(self, run):
            SyncRange.objects.update(**leased(cursor=["starting_after", "ch_other"], pages=7))

    fake_stripe.add(*charges(300))
    incremental.enqueue(SyncRequest((Charge,)))
    seen = Taking()
    work.work(seen, workers=1, should_stop=lambda: len(fake_stripe.asked("/v1/charges")) > 1)
    state = SyncRange.objects.values_list("pages", "cursor", "token", "status").get(
        object_name="charge", kind="span"
    )
    assert state == (7, ["starting_after", "ch_other"], "other", "waiting")
    assert len(ids(Charge)) == 100


def test_ranges_of_a_process_that_is_gone_are_free_at_once(fake_stripe):
    fake_stripe.add(*charges(3))
    incremental.enqueue(SyncRequest((Charge,)))
    SyncRun.objects.update(**leased(process=GONE))
    assert work.work()
    assert (len(ids(Charge)), SyncRun.objects.get().status) == (3, "done")


@pytest.fixture
def two_accounts():
    """Runs of two accounts with three ranges each; one range of the first one is being read."""
    made = {}
    for account in ("", ACCOUNT):
        run = SyncRun.objects.create(kind="full", stripe_account=account, is_planned=True)
        made[account] = [
            SyncRange.objects.create(run=run, object_name="charge", kind="span") for _ in range(3)
        ]
    SyncRange.objects.filter(pk=made[""][0].pk).update(**leased())
    return made


def test_the_account_with_the_fewest_ranges_under_way_comes_first(two_accounts):
    mine, other = two_accounts[""], two_accounts[ACCOUNT]
    taken = range_leases.claim("default", 4)
    assert [each.pk for each in taken] == [other[0].pk, mine[1].pk, other[1].pk, mine[2].pk]
    assert [each.pk for each in range_leases.claim("default", 9)] == [other[2].pk]
    assert range_leases.claim("default", 1) == []


def test_an_account_gets_no_more_than_its_share_while_others_wait(two_accounts, monkeypatch):
    monkeypatch.setattr(range_leases, "PER_ACCOUNT", 1)
    mine, other = two_accounts[""], two_accounts[ACCOUNT]
    for expected in (other, mine[1:]):
        taken = range_leases.claim("default", 9)
        assert [each.pk for each in taken] == [each.pk for each in expected]


def test_a_lease_that_has_ended_is_taken_over(two_accounts):
    SyncRange.objects.filter(token="other").update(leased_until=LONG_AGO)
    taken = range_leases.claim("default", 9, run=two_accounts[""][0].run)
    assert [each.pk for each in taken] == [each.pk for each in two_accounts[""]]
    assert not SyncRange.objects.filter(token="other").exists()


def test_lists_of_parents_wait_for_the_parents(two_accounts):
    SyncRange.objects.filter(run__stripe_account=ACCOUNT).update(parent="charge")
    SyncRange.objects.filter(pk=two_accounts[ACCOUNT][0].pk).update(object_name="refund")
    run = two_accounts[ACCOUNT][0].run
    assert range_leases.claim("default", 9, run=run) == []
    SyncRange.objects.filter(run=run, object_name="charge").update(status="done")
    assert len(range_leases.claim("default", 9, run=run)) == 1


# Tasks


def test_a_run_that_all_tasks_have_left_gets_one(fake_stripe, settings, monkeypatch):
    made = []
    monkeypatch.setattr(tasks.enqueue, "run", lambda step, seconds: made.append(step))
    incremental.enqueue(SyncRequest((Charge,)))
    settings.STRIPE_DJANGO |= {"TASKS": "default"}
    tasks.retry_due(1.0)
    assert made == []
    SyncRun.objects.update(seen_at=timezone.now() - timedelta(seconds=2 * lease_terms.SECONDS))
    for _ in range(2):
        tasks.retry_due(1.0)
    assert made == [tasks.work_for]


def test_a_task_is_followed_by_another_while_there_is_work(fake_stripe, monkeypatch):
    made = []
    monkeypatch.setattr(tasks.enqueue, "run", lambda step, seconds: made.append(seconds))
    fake_stripe.add(charge(1))
    incremental.enqueue(SyncRequest((Charge,)))
    tasks.work_for(0)
    assert (made, ids(Charge)) == ([0], [])
    tasks.work_for(60)
    assert (made, len(ids(Charge))) == ([0], 1)


# The command


def test_work_without_a_run_ends_at_once(fake_stripe):
    done = Said("--work")
    assert (done.error, fake_stripe.requests) == (None, [])


def test_work_says_that_the_rate_is_not_shared(fake_stripe, settings):
    assert "RATE_CACHE" not in Said("--work").err
    settings.STRIPE_DJANGO |= {"RATE_LIMIT": 25}
    assert "RATE_CACHE is not set: each machine" in Said("--work").err


def test_work_takes_no_objects(fake_stripe):
    assert str(Said("charge", "--work").error).startswith("--work reads what is left")


def test_tasks_need_a_backend(fake_stripe):
    assert "STRIPE_DJANGO['TASKS']" in str(Said("--tasks").error)
    assert not SyncRun.objects.exists()
