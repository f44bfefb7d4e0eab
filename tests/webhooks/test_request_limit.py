"""What a request with an event reads from Stripe: little, and nothing after a failure."""

import time
from datetime import timedelta

import pytest
from django.core import checks
from django.utils import timezone

from stripe_django import tasks
from stripe_django.api import request_limit
from stripe_django.api.client import Client
from stripe_django.exceptions import ReadLimitError
from stripe_django.models import Customer, InboxEvent, PendingRead, RetrySchedule
from stripe_django.sync.events import request_reads, retry, store
from stripe_django.webhooks import on
from tests.posting import at, customer, event, make_due, post, states, thin
from tests.threads import together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]


def tie(name="cus_1"):
    for balance in (1, 2):
        payload = event(1, obj=customer(balance, name), id=f"evt_{name}_{balance}")
        assert post(payload).status_code == 200


def test_one_failure_is_enough_for_a_minute(fake, monkeypatch):
    fake.fail(status=500)
    tie("cus_1")
    tie("cus_2")
    post(thin(related=("cus_3", "customer")))
    assert len(fake.requests) == 1
    fake.recover()
    for number in (1, 2, 3):
        fake.add(customer(2, f"cus_{number}"))
    monkeypatch.setattr(request_limit, "_paused_until", time.monotonic())
    tie("cus_4")
    assert len(fake.requests) == 2
    make_due()
    retry.run_due()
    known = Customer.objects.filter(stripe_id__in=["cus_1", "cus_2", "cus_3"])
    assert known.filter(balance=2, ambiguous=False).count() == 3
    assert not PendingRead.objects.filter(stripe_id__in=["cus_1", "cus_2"]).exists()


def test_a_request_is_sent_once(fake, settings):
    settings.STRIPE_DJANGO |= {"MAX_NETWORK_RETRIES": 5}
    fake.fail(status=500)
    tie()
    assert len(fake.requests) == 1


def test_a_hanging_api_costs_little(fake):
    fake.hang()
    began = time.monotonic()
    tie()
    assert time.monotonic() - began < request_limit.SECONDS + 1
    assert PendingRead.objects.get().attempts == 1


def test_handlers_are_within_the_limit_too(fake):
    @on("*")
    def read_much(event, row):
        with request_limit.request_limit(0):
            Client().retrieve("/v1/customers/cus_1")

    post(event())
    assert fake.requests == []
    with pytest.raises(ReadLimitError), request_limit.request_limit(0):
        Client().retrieve("/v1/customers/cus_1")
    fake.add(customer(7))
    assert Client().retrieve("/v1/customers/cus_1").objects


def test_one_request_reads_at_a_time():
    found = []

    def step(number):
        found.append((number, request_reads._is_reading))
        if number == 0:
            together(*(lambda each=each: request(each) for each in (1, 2)))
            found.append("first")

    def request(number):
        with request_limit.request_limit():
            request_reads.run(step, number)

    request(0)
    assert found[:2] == [(0, True), "first"]
    assert sorted(found[2:]) == [(1, True), (2, True)]
    assert not request_reads._is_reading


@pytest.fixture
def due(monkeypatch):
    """An event that is due, and a process that has not looked for a while."""
    store.store(event(1, obj=customer(1, "cus_due"), id="evt_due"), sent_at=at(1))
    make_due()
    monkeypatch.setattr(retry, "_looked_at", {"default": time.monotonic() - retry.PAUSE})


@pytest.mark.parametrize(
    ("ago", "expected"), [(None, "applied"), (1, "received"), (3700, "applied")]
)
def test_requests_retry_only_if_nothing_else_does(due, ago, expected):
    if ago is not None:
        RetrySchedule.objects.create(ran_at=timezone.now() - timedelta(seconds=ago))
    post(event(2))
    assert states()["evt_due"] == expected


@pytest.mark.parametrize(
    "step", [lambda: tasks.retry_due(1), retry.run_scheduled, retry.note_schedule]
)
def test_commands_and_tasks_store_that_they_ran(step):
    step()
    step()
    assert timezone.now() - RetrySchedule.objects.get().ran_at < timedelta(minutes=1)


def warnings():
    found = checks.run_checks(tags=["database"], databases=["default"])
    return [each.id for each in found if each.id == "stripe_django.W021"]


def test_a_project_without_a_schedule_is_warned():
    assert warnings() == []
    post(event())
    assert InboxEvent.objects.exists()
    assert warnings() == ["stripe_django.W021"]
    retry.note_schedule()
    assert warnings() == []
    RetrySchedule.objects.update(ran_at=timezone.now() - timedelta(days=2))
    assert warnings() == ["stripe_django.W021"]
