import pytest

from stripe_django.testing import FakeStripe
from tests.fleets import OWN, US


@pytest.fixture
def fake(settings):
    settings.STRIPE_DJANGO = OWN
    fake = FakeStripe(key="sk_test_home")
    with fake.installed():
        yield fake


@pytest.fixture
def everything(fake, settings):
    settings.STRIPE_DJANGO = {**settings.STRIPE_DJANGO, "OBJECTS": []}


@pytest.fixture
def us(fake, settings):
    account = fake.account(US, key="sk_test_us")
    entry = {"ACCOUNT": US, "API_KEY": "sk_test_us", "WEBHOOK_SECRETS": [account.webhook_secret]}
    settings.STRIPE_DJANGO = {**OWN, "ACCOUNTS": {"us": entry}}
    return account
