"""Deliver events in several threads, beside another process that does the same: for
``tests.child``. What is printed is the responses' statuses.
"""

import sys
from datetime import timedelta

from django.contrib.auth.models import Group

from stripe_django.models import PendingRead
from stripe_django.sync.events import retry
from stripe_django.webhooks import on

from .conftest import Watching
from .posting import LONG_AGO, START, customer, event, post, thin
from .threads import together

OBJECTS, THREADS = 8, 3


def payloads(number):
    """An object's events: two of one second in which they disagree, one before, and a thin one."""
    name = f"cus_{number}"
    told = [
        event(second, obj=customer(balance, name), id=f"evt_{number}_{balance}")
        for balance, second in enumerate((1, 2, 2))
    ]
    return [*told, thin(number, related=(name, "customer"))]


def handle(event, row):
    """Look, then write: as handlers do."""
    Group.objects.filter(name=event.stripe_id).first()
    Group.objects.create(name=event.stripe_id)


def main():
    retry.PAUSE = float("inf")
    on("*")(handle)
    with Watching().installed() as fake:
        fake.now = START + 100
        fake.add(*(customer(7, f"cus_{number}") for number in range(OBJECTS)))
        print("ready", flush=True)
        sys.stdin.readline()
        found = together(*[deliver] * THREADS)
        # What no request had the time to read, or left to one that had none left; and then the
        # reads that confirm the others, since Stripe shows what no event did.
        for _ in range(2):
            fake.now += timedelta(seconds=20)
            PendingRead.objects.filter(claimed_at=None).update(next_attempt_at=LONG_AGO)
            retry.run_due()
    print(sorted({status for statuses in found for status in statuses}))


def deliver():
    return [post(each).status_code for number in range(OBJECTS) for each in payloads(number)]
