import pytest
from django.core.management import call_command
from django.utils import timezone

from stripe_django.health import alerts
from stripe_django.models import Home, MirroredAccount, SyncRun

TOKEN = "a long and random text ü"


@pytest.fixture
def token(settings):
    settings.STRIPE_DJANGO = {**settings.STRIPE_DJANGO, "HEALTH_TOKEN": TOKEN}


@pytest.fixture
def mirror(endpoint, db):
    """A mirror that was synced and polled a moment ago."""
    now = timezone.now()
    Home.objects.create(livemode=False)
    MirroredAccount.objects.create(stripe_account="", read_until=now, synced_at=now)
    SyncRun.objects.create(kind="full", status="done", as_of=now, finished_at=now)


@pytest.fixture
def synced(fake_stripe, settings, no_handlers, db):
    """The same by ``stripe_sync``."""
    settings.STRIPE_DJANGO |= {"OBJECTS": ["customer"]}
    fake_stripe.now = timezone.now().timestamp()
    fake_stripe.create("customer", id="cus_1")
    call_command("stripe_sync", verbosity=0)


@pytest.fixture
def polled_before(request, db):
    """Set how long ago the last poll was."""
    if "synced" not in request.fixturenames:
        request.getfixturevalue("mirror")

    def poll(ago):
        MirroredAccount.objects.filter(stripe_account="").update(read_until=timezone.now() - ago)

    return poll


@pytest.fixture(autouse=True)
def look_at_once(monkeypatch):
    monkeypatch.setattr(alerts, "_looked_at", {})
