"""What the tests of ``stripe_events`` have in common."""

import os
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from stripe_django.models import Customer, Home, InboxEvent, MirroredAccount

from . import said

ACCOUNT = "acct_connected"


class Said(said.Said):
    command = ("stripe_events",)


@pytest.fixture
def home():
    """The first sync was a minute ago."""
    made = Home.objects.create(livemode=False)
    Home.objects.update(since=timezone.now() - timedelta(minutes=1))
    return made


def statuses():
    return dict(InboxEvent.objects.order_by("pk").values_list("event_id", "status"))


def balances():
    return dict(Customer.objects.order_by("stripe_id").values_list("stripe_id", "balance"))


def customers(fake, *numbers):
    for number in numbers:
        fake.create("customer", id=f"cus_{number}", balance=number)


def polled(account=""):
    return MirroredAccount.objects.get(stripe_account=account)


def since_of(request):
    return int(request.params["created"]["gte"])


@pytest.fixture
def follow(migrated, fake_stripe, settings):
    """Starts a process that follows, on a database of its own."""
    environment = {
        "PATH": os.environ["PATH"],
        "NO_PROXY": "127.0.0.1",
        "STRIPE_SECRET_KEY": fake_stripe.key,
        "STRIPE_API_BASE": settings.STRIPE_DJANGO["API_BASE"],
    }
    command = [sys.executable, "-W", "error", "-m", "stripe_django"]
    options = {"cwd": migrated, "env": environment, "text": True}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    arguments = ["stripe_events", "poll", "--follow", "--interval", "0.2", "--json"]
    processes = []

    def start():
        processes.append(subprocess.Popen([*command, *arguments], **options, **pipes))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
