"""``FOLLOW_SDK``: responses to calls of the SDK's modules are written to the mirror, too."""

import pytest
import stripe
from stripe._http_client import UrllibClient

from stripe_django.models import Customer, PendingRead
from stripe_django.sdk_client import module_level
from stripe_django.testing import FakeStripe

pytestmark = pytest.mark.django_db


class OwnClient(stripe.RequestsClient):
    """An HTTP client that the project has made."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def request(self, *args, **options):
        self.count += 1
        return super().request(*args, **options)


@pytest.fixture(autouse=True)
def sdk(fake_stripe, settings, monkeypatch):
    monkeypatch.setattr(stripe, "api_key", fake_stripe.key)
    monkeypatch.setattr(stripe, "api_base", settings.STRIPE_DJANGO["API_BASE"])
    monkeypatch.setattr(stripe, "default_http_client", None)
    instance = stripe._api_requestor._APIRequestor._instance
    monkeypatch.setattr(stripe._api_requestor._APIRequestor, "_instance", None)
    yield
    stripe._api_requestor._APIRequestor._instance = instance


def test_calls_of_the_modules():
    module_level.follow()
    made = stripe.Customer.create(name="Ann")
    assert Customer.objects.get().name == "Ann"
    stripe.Customer.modify(made.id, name="Bea")
    assert Customer.objects.get().name == "Bea"
    made.delete()
    assert not Customer.objects.get().is_alive


def test_within_the_fake():
    module_level.follow()
    with FakeStripe().installed():
        stripe.Customer.create(name="Ann")
    assert Customer.objects.get().name == "Ann"


def test_without_it_nothing_is_written():
    stripe.Customer.create(name="Ann")
    assert not Customer.objects.exists()


def test_a_client_of_the_projects_own_still_sends(monkeypatch):
    own = OwnClient()
    monkeypatch.setattr(stripe, "default_http_client", own)
    module_level.follow()
    module_level.follow()
    stripe.Customer.create(name="Ann")
    assert own.count == 1
    assert Customer.objects.get().name == "Ann"


def test_a_client_whose_headers_are_in_lower_case(monkeypatch):
    monkeypatch.setattr(stripe, "default_http_client", UrllibClient())
    module_level.follow()
    made = stripe.Customer.create(name="Ann")
    stripe.Customer.modify(made.id, name="Bea")
    row = Customer.objects.get()
    assert row.name == "Bea"
    assert "req_" in row.as_of_source
    assert not PendingRead.objects.exists()


@pytest.mark.parametrize("is_on", [True, False])
def test_the_setting_is_read_when_django_starts(is_on, settings, monkeypatch):
    from django.apps import apps

    settings.STRIPE_DJANGO["FOLLOW_SDK"] = is_on
    calls = []
    monkeypatch.setattr(module_level, "follow", lambda: calls.append(1))
    apps.get_app_config("stripe_django").ready()
    assert len(calls) == is_on
