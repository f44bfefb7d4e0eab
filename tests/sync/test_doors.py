"""Which modules of ``sync`` a charge enters on each way into the database, and in which order."""

import sys
import threading
from contextlib import contextmanager

import pytest

from stripe_django import sync
from stripe_django.models import Charge
from stripe_django.sync.backfill import engine
from stripe_django.sync.mapping.generated import functions
from stripe_django.testing import payload
from tests import posting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_functions():
    """Whatever was mapped before, each payload is of a new shape."""
    functions.forget()


SYNC = "stripe_django.sync."
# Modules at the most; the aim is 18 for a charge that is applied, and 24 for the others.
APPLY, PAGE, WEBHOOK = 30, 35, 37
PACKAGES = {"backfill", "events", "mapping", "repair", "writer"}


class Trace:
    """The modules of ``sync`` whose functions are called, and the packages that are entered again
    while one of their own functions waits for it: ``backfill > writer > backfill``.
    """

    def __init__(self):
        self.modules = set()
        self.again = set()

    def __call__(self, frame, event, _):
        name = frame.f_globals.get("__name__", "")
        if event != "call" or not name.startswith(SYNC):
            return
        self.modules.add(name.removeprefix(SYNC))
        path = self._packages(frame)
        if path[0] in path[1:]:
            self.again.add(" > ".join(reversed(path)))

    @staticmethod
    def _packages(frame):
        """The packages on the stack, the innermost first, each run of one once."""
        path = []
        while frame is not None:
            name = frame.f_globals.get("__name__", "")
            package = name.removeprefix(SYNC).partition(".")[0]
            is_new = name.startswith(SYNC) and package in PACKAGES
            if is_new and path[-1:] != [package]:
                path.append(package)
            frame = frame.f_back
        return path or [""]

    @contextmanager
    def on(self):
        threading.setprofile(self)  # for the workers of a backfill
        sys.setprofile(self)
        try:
            yield self
        finally:
            sys.setprofile(None)
            threading.setprofile(None)


def charge(number):
    return payload("charge", id=f"ch_{number:020}", livemode=False)


def apply(number):
    sync.apply(charge(number))


def test_apply_of_a_charge():
    apply(1)  # what is computed once for each model does not count
    with Trace().on() as trace:
        apply(2)
    assert Charge.objects.count() == 2
    assert not trace.again
    assert len(trace.modules) <= APPLY, " ".join(sorted(trace.modules))


def test_a_page_of_a_backfill(fake_stripe):
    fake_stripe.add(charge(1))
    engine.run([Charge])
    fake_stripe.add(charge(2))
    with Trace().on() as trace:
        engine.run([Charge])
    assert Charge.objects.count() == 2
    assert not trace.again
    assert len(trace.modules) <= PAGE, " ".join(sorted(trace.modules))


def test_a_webhook(endpoint):
    for number in (1, 2):
        body = posting.event(number, "charge.succeeded", charge(number))
        with Trace().on() as trace:
            assert posting.post(body).status_code == 200
    assert Charge.objects.count() == 2
    assert not trace.again
    assert len(trace.modules) <= WEBHOOK, " ".join(sorted(trace.modules))
