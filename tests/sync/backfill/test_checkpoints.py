"""Recorded runs: what a stopped one leaves to be done, and what a later one has to ask for."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import inf

import pytest
import stripe
from django.db.models import QuerySet
from django.utils import timezone

from stripe_django.exceptions import AlreadyRunningError, OvertakenError
from stripe_django.models import (
    Charge,
    Coupon,
    Customer,
    MirroredAccount,
    Person,
    SyncRange,
    SyncRun,
)
from stripe_django.sync import incremental
from stripe_django.sync.backfill import lease_terms, leases, processes
from stripe_django.sync.backfill.leased_work import LeasedWork
from stripe_django.sync.backfill.leases import RunLease
from stripe_django.sync.backfill.progress import Observer
from stripe_django.sync.incremental import SyncRequest
from stripe_django.sync.repair import missing
from stripe_django.sync.runs import stages
from tests.sync.backfill.test_engine import ACCOUNT, charge, customer

pytestmark = pytest.mark.django_db

START = 1_700_000_000
CLOCKS = "/v1/test_helpers/test_clocks"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def charges(count):
    return [charge(number, created=START + 60 * number) for number in range(count)]


def sync(*models, **more):
    return incremental.sync(SyncRequest(models, **more))


def ids(model):
    return sorted(model.objects.alive().values_list("stripe_id", flat=True))


class Stopping(Observer):
    """Stops a run, as Ctrl-C does, after so many pages."""

    def __init__(self, pages):
        super().__init__()
        self.left = pages

    def page(self, run):
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt


def stopped(pages, *models, **more):
    with pytest.raises(KeyboardInterrupt):
        incremental.sync(SyncRequest(models, **more), Stopping(pages))
    return SyncRun.objects.get(status="interrupted")


def test_what_is_recorded(fake_stripe):
    fake_stripe.add(*charges(205))
    done = sync(Charge, Coupon, workers=1)
    run = SyncRun.objects.get()
    assert (run.status, run.kind, run.token, run.leased_until) == ("done", "full", "", None)
    assert run.objects_read == ["charge", "coupon"]
    assert run.started_at <= run.finished_at
    assert run.as_of <= Charge.objects.earliest("as_of").as_of
    parts = run.ranges.values_list("object_name", "status", "pages", "read", "created", "cursor")
    assert list(parts.order_by("object_name")) == [
        ("charge", "done", 3, 205, 205, None),
        ("coupon", "done", 1, 0, 0, None),
    ]
    assert (done.kind, done.is_resumed, done.deleted) == ("full", False, 0)


def test_a_long_list_is_divided(fake_stripe):
    fake_stripe.add(*charges(1_000))
    sync(Charge)
    spans = sorted(SyncRange.objects.values_list("start", "end"), key=lambda span: span[0] or 0)
    assert len(spans) > 8
    assert (spans[0][0], spans[-1][1]) == (None, None)
    assert all(one[1] == other[0] for one, other in pairwise(spans))
    assert set(SyncRange.objects.values_list("status", flat=True)) == {"done"}
    assert (
        sum(SyncRange.objects.values_list("created", flat=True)) == Charge.objects.count() == 1_000
    )


@pytest.mark.parametrize("pages", [1, 4, 9])
def test_a_stopped_run_goes_on_where_it_was(pages, fake_stripe):
    fake_stripe.add(*charges(1_000), *(customer(number) for number in range(150)))
    run = stopped(pages, Charge, Customer)
    before = Charge.objects.count() + Customer.objects.count()
    assert not SyncRun.objects.filter(status="done").exists()
    done = sync(Charge, Customer)
    assert done.is_resumed
    assert SyncRun.objects.get().pk == run.pk
    read = sum(each.read for each in done.runs)
    assert (Charge.objects.count(), Customer.objects.count()) == (1_000, 150)
    assert read == 1_150 - before
    assert set(SyncRange.objects.values_list("status", flat=True)) == {"done"}


def test_lists_of_owners_go_on_with_the_next_owner(fake_stripe):
    names = [f"acct_{number}" for number in range(5)]
    fake_stripe.add(*({"id": name, "object": "account"} for name in names))
    for name in names:
        person = {"id": f"person_{name}", "object": "person", "account": name}
        fake_stripe.add(person, within=name)
    incremental.sync(SyncRequest(children=False))
    stopped(3, Person)
    asked = len(fake_stripe.requests)
    sync(Person)
    assert Person.objects.count() == 5
    assert len(fake_stripe.requests) - asked <= 4  # the account of the key has no list


@pytest.mark.parametrize(
    ("models", "more"),
    [((Charge,), {}), ((Charge, Coupon), {"anew": True}), ((Coupon,), {})],
)
def test_another_run_begins_anew(models, more, fake_stripe):
    fake_stripe.add(*charges(300))
    stopped(1, Charge, Coupon)
    assert not sync(*models, **more).is_resumed
    assert list(SyncRun.objects.order_by("pk").values_list("status", flat=True)) == [
        "interrupted",
        "done",
    ]


def test_what_failed_is_tried_again_alone(fake_stripe):
    fake_stripe.add(*charges(3), customer("a"))
    fake_stripe.fail(status=402, message="Pay first.", path="/v1/charges", times=1)
    failed = [each.model for each in sync(Charge, Customer).runs if each.is_failure]
    assert failed == [Charge]
    assert SyncRun.objects.get().status == "failed"
    assert dict(SyncRange.objects.values_list("object_name", "status")) == {
        "test_helpers.test_clock": "done",
        "charge": "failed",
        "customer": "done",
    }
    fake_stripe.requests.clear()
    done = sync(Charge, Customer)
    assert (done.is_resumed, len(ids(Charge)), SyncRun.objects.get().status) == (True, 3, "done")
    assert not fake_stripe.asked("/v1/customers")


def test_a_run_that_was_killed_before_its_end_is_resumed(fake_stripe):
    """All of it was read, but what is gone was not looked for."""
    fake_stripe.add(customer("a"), customer("b"))
    sync(Customer)
    fake_stripe.delete(customer("b")["id"])
    sync(Customer)
    SyncRun.objects.filter(pk=SyncRun.objects.latest("pk").pk).update(
        status="running", leased_until=LONG_AGO
    )
    fake_stripe.requests.clear()
    done = sync(Customer)
    assert (done.is_resumed, SyncRun.objects.count()) == (True, 2)
    assert not fake_stripe.asked("/v1/customers")


def test_a_refused_key_is_a_failure(fake_stripe):
    fake_stripe.key = "sk_test_another"
    with pytest.raises(stripe.AuthenticationError):
        sync(Charge)
    run = SyncRun.objects.get()
    assert (run.status, run.token, run.error) == ("failed", "", "AuthenticationError")


# Two runs


def leased():
    until = timezone.now() + timedelta(minutes=1)
    return {"process": "elsewhere 1", "token": "other", "leased_until": until}


@pytest.fixture
def other():
    """A run of another machine, whose lease has not ended."""
    return SyncRun.objects.create(kind="full", objects_read=["charge", "refund"], **leased())


def test_a_live_run_that_could_be_resumed_keeps_its_lease(fake_stripe):
    """The second run would read the same, so that it finds the row of the first one."""
    fake_stripe.add(*charges(300))
    run = stopped(1, Charge)
    SyncRun.objects.update(status="running", **leased())
    fake_stripe.requests.clear()
    with pytest.raises(AlreadyRunningError, match=f"since {run.started_at:%Y-%m-%d %H:%M:%S} UTC"):
        sync(Charge)
    assert fake_stripe.requests == []
    assert SyncRun.objects.get().process == "elsewhere 1"


def test_of_two_that_resume_one_run_the_later_one_fails(fake_stripe):
    fake_stripe.add(*charges(300))
    run = stopped(1, Charge)
    same = SyncRun.objects.get()
    leases.begin(run, "default")
    with pytest.raises(AlreadyRunningError):
        leases.begin(same, "default")
    assert SyncRun.objects.get().process == processes.this_process()


def test_another_machine_of_the_same_name_is_another_one(fake_stripe, other):
    """Also a container: the number of its process says nothing here."""
    name = processes.this_machine().partition("/")[0]
    SyncRun.objects.update(process=f"{name}/00000000 999999999")
    with pytest.raises(AlreadyRunningError):
        sync(Charge)


@pytest.mark.parametrize("what", ["poll", "deleted"])
def test_a_run_gives_signs_of_life_before_and_after_the_lists(what, fake_stripe, monkeypatch):
    fake_stripe.add(customer("a"), customer("b"))
    sync()
    if what == "deleted":
        for model in (Customer,):
            fake_stripe.delete(customer("b")["id"])
            age(model)
    monkeypatch.setattr(LeasedWork, "work", lambda self: None)
    seen = []
    monkeypatch.setattr(RunLease, "heartbeat", lambda self: seen.append(1))
    if what == "poll":
        sync()
    else:
        lease = RunLease(SyncRun.objects.get(), "default")
        missing.mark_deleted(lease.run, [], "default", lease.heartbeat)
    assert seen


def test_two_runs_of_an_account_do_not_collide(fake_stripe, other):
    with pytest.raises(AlreadyRunningError):
        sync(Charge)
    assert fake_stripe.requests == []
    fake_stripe.add({"id": "gold", "object": "coupon"}, account=ACCOUNT)
    assert not any(each.is_failure for each in sync(Coupon, account=ACCOUNT).runs)


@pytest.mark.parametrize(
    "dead",
    [
        {"leased_until": timezone.now() - timedelta(seconds=2)},
        {"process": f"{processes.this_process().rpartition(' ')[0]} 999999999"},
    ],
)
def test_a_dead_run_gives_its_place_away(dead, fake_stripe, other):
    SyncRun.objects.update(**dead)
    sync(Charge)
    other.refresh_from_db()
    assert (other.status, other.token) == ("interrupted", "")
    assert SyncRun.objects.filter(status="done").count() == 1


def test_whoever_lost_its_place_stops(fake_stripe, monkeypatch):
    class Overtaking(Observer):
        def page(self, run):
            SyncRun.objects.update(token="other")

    monkeypatch.setattr(lease_terms, "BEATS", inf)
    fake_stripe.add(*charges(300))
    with pytest.raises(OvertakenError):
        incremental.sync(SyncRequest((Charge,)), Overtaking())
    assert SyncRun.objects.get().status == "running"


# What is new


def test_after_a_complete_run_only_what_is_new_is_listed(fake_stripe, monkeypatch):
    monkeypatch.setattr(stages, "SHORT", 2)
    fake_stripe.add(*charges(3), customer("a"))
    sync()
    first = SyncRun.objects.get()
    assert MirroredAccount.objects.get().read_until == first.as_of
    fake_stripe.requests.clear()
    new = charge(9, created=int(datetime.now(UTC).timestamp()))
    fake_stripe.add(new)
    fake_stripe.update(charges(1)[0]["id"], amount=7)
    done = sync()
    assert (done.kind, done.since) == ("changes", first.as_of - incremental.OVERLAP)
    [asked] = fake_stripe.asked("/v1/charges")
    assert asked.params["created"] == {"gte": str(int(done.since.timestamp()))}
    [asked] = fake_stripe.asked("/v1/customers")
    assert "created" not in asked.params
    assert len(ids(Charge)) == 4
    assert Charge.objects.get(stripe_id=charges(1)[0]["id"]).amount == 7


def test_without_events_everything_is_listed(fake_stripe):
    fake_stripe.add(*charges(3))
    sync()
    fake_stripe.fail(status=403, message="Not for you.", path="/v1/events")
    assert sync().kind == "full"


@pytest.mark.parametrize(
    "more", [{"full": True}, {"since": datetime.fromtimestamp(START, UTC)}, {"children": True}]
)
def test_what_is_asked_for_is_listed(more, fake_stripe):
    sync()
    assert sync(**more).kind == ("since" if "since" in more else "full")


# What is gone


def age(*models):
    """Have the rows of these models been read long ago."""
    for model in models:
        QuerySet(model).update(as_of=LONG_AGO)


def test_what_is_no_longer_listed_is_asked_for(fake_stripe):
    fake_stripe.add(customer("a"), customer("b"), {"id": "gold", "object": "coupon"})
    sync(Customer, Coupon)
    fake_stripe.delete(customer("b")["id"])
    fake_stripe.delete("gold")
    age(Customer, Coupon)
    fake_stripe.requests.clear()
    done = sync(Customer, Coupon)
    assert done.deleted == 2
    assert (ids(Customer), ids(Coupon)) == ([customer("a")["id"]], [])
    asked = {request.path for request in fake_stripe.requests}
    assert asked == {
        *(CLOCKS, "/v1/customers", f"/v1/customers/{customer('b')['id']}"),
        *("/v1/coupons", "/v1/coupons/gold"),
    }
    assert sync(Customer, Coupon).deleted == 0


def test_what_a_failed_list_lacks_is_left_alone(fake_stripe):
    fake_stripe.add(customer("a"))
    sync(Customer)
    age(Customer)
    fake_stripe.fail(status=402, message="Pay first.", path="/v1/customers")
    sync(Customer)
    assert ids(Customer) == [customer("a")["id"]]
    paths = [request.path for request in fake_stripe.requests]
    assert paths == [CLOCKS, "/v1/customers"] * 2


def test_what_is_gone_and_cannot_be_asked_for_is_a_failure_of_a_resumed_run_too(fake_stripe):
    fake_stripe.add(customer("a"), customer("b"), {"id": "gold", "object": "coupon"})
    sync(Customer, Coupon)
    fake_stripe.delete(customer("b")["id"])
    age(Customer, Coupon)
    fake_stripe.fail(status=402, message="Pay first.", path="/v1/coupons", times=1)
    fake_stripe.fail(status=402, message="Pay first.", path="/v1/customers/*")
    assert any(run.is_failure for run in sync(Customer, Coupon).runs)
    resumed = sync(Customer, Coupon)
    assert resumed.is_resumed
    failed = {run.model: run.report.failures for run in resumed.runs if run.is_failure}
    assert failed.keys() == {Customer}
    assert failed[Customer][0].stripe_id == customer("b")["id"]


def test_what_was_only_hidden_stays(fake_stripe):
    fake_stripe.add(customer("a"))
    sync(Customer)
    age(Customer)
    fake_stripe.answer({"data": []}, path="/v1/customers")
    assert sync(Customer).deleted == 0
    assert ids(Customer) == [customer("a")["id"]]
    assert Customer.objects.get().as_of > LONG_AGO
