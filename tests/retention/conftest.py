import pytest

from stripe_django.models import Home
from tests.standing_clock import stand_still


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    return stand_still(monkeypatch)


@pytest.fixture
def keep(settings):
    """The setting; days, by what is kept."""

    def keep(**days):
        settings.STRIPE_DJANGO = {**settings.STRIPE_DJANGO, "API_KEY": "", "RETENTION": days}

    return keep


@pytest.fixture
def home(db):
    return Home.objects.create(livemode=False)
