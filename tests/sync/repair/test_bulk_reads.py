"""Many objects that have to be read again: by pages of their list."""

import pytest

from stripe_django import sync
from stripe_django.models import Customer, PendingRead
from stripe_django.sync.events import retry
from stripe_django.sync.repair import bulk_reads

pytestmark = pytest.mark.django_db


def customers(count, name):
    return [
        {"id": f"cus_{number:04}", "object": "customer", "created": number + 1, "name": name}
        for number in range(count)
    ]


def paths(fake):
    return [request.path for request in fake.requests]


def differ(fake, count, *, others=0):
    """Rows that differ from Stripe's objects, and members of a list that say so."""
    new = customers(count, "new")
    fake.add(*new, *customers(count + others, "new")[count:])
    sync.apply(customers(count, "old"), as_of=fake.now)
    fake.advance(seconds=10)
    return sync.apply(new)


def test_many_are_read_by_pages(fake):
    assert differ(fake, 250).counts["refetch"] == 250
    retry.run_due()
    assert paths(fake) == ["/v1/customers"] * 3
    assert Customer.objects.filter(name="new").count() == 250
    assert not PendingRead.objects.exists()


def test_few_are_read_one_by_one(fake):
    differ(fake, bulk_reads.MANY - 1)
    retry.run_due()
    assert len(fake.requests) == bulk_reads.MANY - 1
    assert "/v1/customers" not in paths(fake)
    assert Customer.objects.filter(name="new").count() == bulk_reads.MANY - 1


def test_a_list_that_brings_little_is_left(fake):
    """Of a thousand others, created at the same times; the list has the newest first."""
    others = [
        {"id": f"cus_x{number:04}", "object": "customer", "created": 20} for number in range(1000)
    ]
    differ(fake, 30)
    fake.add(*others)
    retry.run_due()
    assert paths(fake).count("/v1/customers") <= 30 // bulk_reads.WORTH
    assert Customer.objects.filter(name="new").count() == 30
    assert len(fake.requests) <= 30 + 30 // bulk_reads.WORTH


def test_a_list_that_fails_is_no_loss(fake):
    differ(fake, 30)
    fake.fail(status=403, message="No list for you.", path="/v1/customers")
    retry.run_due()
    assert Customer.objects.filter(name="new").count() == 30


def test_a_refuted_snapshot_is_not_read_again(fake):
    stale = customers(40, "as a replica has it")
    differ(fake, 40)
    retry.run_due()
    fake.requests.clear()
    assert sync.apply(stale).counts["refetch"] == 40
    retry.run_due()
    assert len(fake.requests) == 1
    assert sync.apply(stale).counts == {"stale": 40}
    assert not PendingRead.objects.exists()
    assert Customer.objects.filter(name="new").count() == 40
