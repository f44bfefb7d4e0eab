"""A month of traffic, scaled down; ``python -m benchmarks retention`` has it at full size."""

import os

import pytest

from stripe_django.models import Event, HandlerRun, Home, InboxEvent, Invoice
from stripe_django.webhooks import on

from . import traffic

pytestmark = pytest.mark.django_db

RATE = int(os.environ.get("EVENTS_A_DAY", 10))


@pytest.fixture
def month(settings, clock, no_handlers):
    settings.STRIPE_DJANGO = {"API_KEY": "", "RETENTION": traffic.KEEP}
    Home.objects.create(livemode=False)
    on(traffic.HANDLED)(lambda event, row: None)
    return traffic.Month(RATE, 30, clock.now)


def test_tables_grow_to_their_bound(month):
    month.fill_inbox()
    month.run()
    for model, bound in month.bounds().items():
        assert 0.8 * bound <= model.objects.count() <= bound, model.__name__
    inbox = [day["InboxEvent"] for day in month.sizes]
    assert max(inbox) <= month.bounds()[InboxEvent]
    young = month.now - traffic.KEEP["events"] * traffic.A_DAY
    assert Event.objects.filter(created__gte=young).count() == RATE * traffic.KEEP["events"]
    assert HandlerRun.objects.filter(status="done").count() == HandlerRun.objects.count()
    known = Invoice.objects.with_snapshot(at=month.now)
    assert known.exclude(snapshot_event=None).count() == Invoice.objects.count() > 0
