"""The metrics of each state of the mirror, as OpenTelemetry's SDK receives them."""

from datetime import timedelta
from pathlib import Path

import pytest
import stripe
from django.utils import timezone

import stripe_django
from stripe_django import sync, webhooks
from stripe_django.api.client import Client
from stripe_django.health.measurement import report
from stripe_django.models import (
    Home,
    InboxEvent,
    MirroredAccount,
    SyncRun,
)
from stripe_django.sync.events import batches, retry, store
from stripe_django.telemetry import metrics
from stripe_django.telemetry.metrics import ALL
from tests import posting
from tests.health.test_database_down import at_port, closed_port  # noqa: F401

pytestmark = pytest.mark.django_db

OUTCOME = "stripe_django.outcome"


def values(points, *names):
    """The value of each point, or the number of its measurements, by these attributes."""
    return {
        tuple(point.attributes.get(name) for name in names): getattr(point, "value", None)
        if hasattr(point, "value")
        else point.count
        for point in points
    }


def gauges(found, name):
    [attribute] = {key for point in found[name] for key in point.attributes}
    return {key: value for (key,), value in values(found[name], attribute).items()}


def test_a_delivery(measured, endpoint):
    @webhooks.on("customer.updated")
    def handle(event, row):
        pass

    posting.post(posting.event(2, obj={}))  # after the first one, the mode is known
    measured()
    created = int((timezone.now() - timedelta(minutes=5)).timestamp())
    posting.post({**posting.event(), "created": created})
    found = measured()
    by = ("stripe_django.event.type", OUTCOME)
    assert values(found["stripe_django.events"], *by) == {("customer.updated", "applied"): 1}
    [lag] = found["stripe_django.event.lag"]
    assert 300 <= lag.sum < 310
    assert values(found["stripe_django.apply.duration"], OUTCOME) == {("applied",): 1}
    status = values(found["stripe_django.delivery.duration"], "http.response.status_code")
    assert status == {(200,): 1}
    assert values(found["stripe_django.handler.duration"], OUTCOME) == {("done",): 1}


def test_events_that_fail(measured, endpoint):
    posting.post(posting.event())
    event_id = store.store(posting.event(2), sent_at=timezone.now())
    InboxEvent.objects.filter(event_id=event_id).update(body="[]")
    measured()
    batches.process([event_id])
    InboxEvent.objects.filter(event_id=event_id).update(
        attempts=11, next_attempt_at=posting.LONG_AGO
    )
    retry.run_due()
    assert values(measured()["stripe_django.events"], OUTCOME) == {("failed",): 1, ("dead",): 1}


@pytest.mark.django_db(transaction=True)
def test_rows_once_they_are_committed(measured, endpoint):
    sync.apply(posting.customer(), as_of=posting.at(1))
    sync.apply(posting.customer(2), as_of=posting.at(2))
    sync.apply(posting.customer(), as_of=posting.at(1))
    by = ("stripe_django.object", OUTCOME)
    found = values(measured()["stripe_django.rows"], *by)
    assert found == {
        ("customer", "created"): 1,
        ("customer", "updated"): 1,
        ("customer", "stale"): 1,
    }


def test_requests_and_429s(measured, fake_stripe, settings):
    settings.STRIPE_DJANGO |= {"MAX_NETWORK_RETRIES": 0}
    Client().page("/v1/customers", {})
    fake_stripe.fail(status=429)
    measured()
    with pytest.raises(stripe.RateLimitError):
        Client().page("/v1/customers", {})
    by = ("http.request.method", "url.template", "http.response.status_code", "error.type")
    found = values(measured()["stripe_django.request.duration"], *by)
    assert found == {("GET", "/v1/customers", 429, "RateLimitError"): 1}


class TestHealth:
    """The states that the health page and stripe_status are asserted for, too."""

    @pytest.fixture(autouse=True)
    def mirror(self, request, endpoint):
        now = timezone.now()
        Home.objects.create(livemode=False)
        MirroredAccount.objects.create(stripe_account="", read_until=now, synced_at=now)
        SyncRun.objects.create(kind="full", status="done", as_of=now, finished_at=now)

    def measure(self, measured):
        measured()
        report()
        return measured()

    def test_healthy(self, measured):
        found = self.measure(measured)
        assert set(gauges(found, "stripe_django.healthy").values()) == {1}
        nothing = {"events": 0, "handlers": 0, "refetches": 0}
        assert gauges(found, "stripe_django.backlog") == nothing
        assert gauges(found, "stripe_django.dead_lettered") == nothing
        assert gauges(found, "stripe_django.indicator.age")["poll"] < 60
        rows = {"backlog": 0, "dead_lettered": 0, "missed": 0, "verification": 0}
        assert gauges(found, "stripe_django.indicator.rows") == rows

    def test_what_was_measured_long_ago_is_left_out(self, measured, monkeypatch):
        """Another process may have found something else since, and alerts would not end."""
        report()
        assert measured()["stripe_django.healthy"]
        monkeypatch.setattr(metrics, "FRESH", 0.0)
        assert not measured()["stripe_django.healthy"]

    def test_lagging(self, measured):
        at = timezone.now() - timedelta(hours=1)
        event = InboxEvent.objects.create(
            event_id="evt_1", type="a", sent_at=at, next_attempt_at=timezone.now()
        )
        InboxEvent.objects.filter(pk=event.pk).update(received_at=at)
        found = self.measure(measured)
        assert gauges(found, "stripe_django.healthy")["waiting"] == 0
        assert 3600 <= gauges(found, "stripe_django.indicator.age")["waiting"] < 3610
        assert gauges(found, "stripe_django.backlog")["events"] == 1

    def test_dead_lettered(self, measured):
        now = timezone.now()
        InboxEvent.objects.create(event_id="evt_1", type="a", status="dead", sent_at=now)
        found = self.measure(measured)
        assert gauges(found, "stripe_django.healthy")["dead_lettered"] == 0
        assert gauges(found, "stripe_django.dead_lettered")["events"] == 1

    def test_a_poll_too_old(self, measured):
        MirroredAccount.objects.update(read_until=timezone.now() - timedelta(days=26))
        found = self.measure(measured)
        assert gauges(found, "stripe_django.healthy")["poll"] == 0
        assert gauges(found, "stripe_django.indicator.age")["poll"] >= 26 * 86_400


@pytest.mark.parametrize("at_port", ["postgresql"], indirect=True)
def test_a_database_that_is_down(measured, closed_port):  # noqa: F811
    measured()
    report()
    found = measured()
    assert gauges(found, "stripe_django.healthy") == {"database": 0}


def test_every_metric_is_recorded_somewhere():
    """By its constant, which only a module that records it names."""
    package = Path(stripe_django.__file__).parent
    text = "".join(path.read_text() for path in package.rglob("*.py") if path.name != "metrics.py")
    constants = [name for name, each in vars(metrics).items() if each in ALL and name != "ALL"]
    assert len(constants) == len(ALL)
    assert [name for name in constants if f"metrics.{name}" not in text] == []
