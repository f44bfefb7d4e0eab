"""The rate limit holds for the project's own requests, too."""

import time

import pytest
import stripe

from stripe_django import client
from stripe_django.models import Customer

pytestmark = pytest.mark.django_db


def test_requests_wait_for_the_rate_limit(settings, fake_stripe):
    settings.STRIPE_DJANGO |= {"RATE_LIMIT": 1, "RATE_RESERVE": 0}
    began = time.monotonic()
    for _ in range(5):
        client.v1.customers.create({})
    assert time.monotonic() - began > 2.9
    assert Customer.objects.count() == 5


def test_a_refusal_slows_down_what_follows(settings, fake_stripe):
    settings.STRIPE_DJANGO |= {"RATE_LIMIT": 1000, "RATE_RESERVE": 0, "MAX_NETWORK_RETRIES": 0}
    client.v1.customers.create({})
    fake_stripe.fail(status=429, retry_after=1, times=1)
    with pytest.raises(stripe.RateLimitError):
        client.v1.customers.create({})
    began = time.monotonic()
    client.v1.customers.create({})
    assert time.monotonic() - began > 0.8
