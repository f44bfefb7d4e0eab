"""A clock that stands still, and a mirror that is there for a year."""

from datetime import timedelta

import pytest

from stripe_django.models import Home
from tests.standing_clock import NOW, stand_still


@pytest.fixture
def clock(monkeypatch):
    return stand_still(monkeypatch)


@pytest.fixture
def home():
    home = Home.objects.create(livemode=False)
    Home.objects.update(since=NOW - timedelta(days=400))
    return home
