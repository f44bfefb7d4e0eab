"""A mirror of a small business, and ways to damage it."""

import pytest
from django.core.management import call_command
from django.db.models import QuerySet

from stripe_django.testing import FakeStripe, payload


def rows(model, *ids):
    """Rows as anybody's SQL may change them."""
    found = QuerySet(model)
    return found.filter(stripe_id__in=ids) if ids else found


@pytest.fixture
def stripe():
    fake = FakeStripe()
    for number in range(12):
        fake.add(payload("customer", id=f"cus_{number}", email=f"{number}@example.com"))
        fake.add(payload("charge", id=f"ch_{number}", created=1_700_000_000 + number))
    fake.add(payload("coupon", id="gold"), payload("dispute", id="dp_1"))
    with fake.installed():
        call_command("stripe_sync", verbosity=0, json=True)
        fake.requests.clear()
        yield fake
