"""A clock that stands still, and a mirror that is there for a year."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stripe_django.models import Home

from .rows import NOW


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now

    def pass_by(self, **time):
        self.now += timedelta(**time)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock)
    return clock


@pytest.fixture
def home():
    home = Home.objects.create(livemode=False)
    Home.objects.update(since=NOW - timedelta(days=400))
    return home
