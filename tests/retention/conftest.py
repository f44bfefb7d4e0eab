from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from stripe_django.models import Home

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now

    def pass_by(self, **time):
        self.now += timedelta(**time)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock)
    return clock


@pytest.fixture
def keep(settings):
    """The setting; days, by what is kept."""

    def keep(**days):
        settings.STRIPE_DJANGO = {**settings.STRIPE_DJANGO, "API_KEY": "", "RETENTION": days}

    return keep


@pytest.fixture
def home(db):
    return Home.objects.create(livemode=False)
