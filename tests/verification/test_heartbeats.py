"""A verification that waits, for whatever, is not taken over by another process."""

import threading
import time
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stripe_django.models import Charge, Verification
from stripe_django.signals import verification_finished
from stripe_django.verification import heartbeat, objects, run

from .conftest import Said, rows
from .test_stripe_verify import LONG_AGO, gone

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_haste(monkeypatch):
    monkeypatch.setattr(heartbeat, "EVERY", 0.05)
    monkeypatch.setattr(run, "DEAD", timedelta(seconds=0.4))


def is_taken_over():
    return run._take_over(Verification.objects.all())


def test_while_it_waits_for_a_second_look(stripe, in_haste, monkeypatch):
    taken, sleep = [], time.sleep

    def sleep_and_try(seconds):
        sleep(seconds)
        if threading.current_thread() is threading.main_thread():
            taken.append(is_taken_over())

    rows(Charge, "ch_1").delete()
    monkeypatch.setattr(time, "sleep", sleep_and_try)
    said = Said("--all", "--grace", "1", names=["charge"])
    assert said.found == {"charge ch_1: missing"}
    assert taken
    assert not any(taken)


@pytest.mark.parametrize("path", ["/v1/charges", "/v1/charges/ch_1"])
def test_while_stripe_is_slow(stripe, in_haste, path):
    def be_slow(request):
        if request.path == path:
            time.sleep(0.5)

    gone(stripe, "ch_1")
    stripe.before_answers(be_slow)
    with CaptureQueriesContext(connection) as sent:
        Said("--all", names=["charge"])
    updates = [each["sql"] for each in sent if "UPDATE" in each["sql"] and "seen_at" in each["sql"]]
    assert len([sql for sql in updates if "progress" not in sql]) >= 5


def test_while_it_begins(stripe, monkeypatch):
    """The objects before may have taken hours."""
    taken, begin = [], objects.ObjectVerification._begin

    def try_and_begin(self):
        Verification.objects.exclude(status="running").update(seen_at=LONG_AGO)
        taken.append(is_taken_over())
        begin(self)

    monkeypatch.setattr(objects.ObjectVerification, "_begin", try_and_begin)
    Said("--all", names=["charge", "coupon"])
    assert taken == [False, False]
    started = Verification.objects.values_list("started_at", flat=True)
    assert all(isinstance(each, datetime) for each in started)


def test_between_two_objects(stripe):
    taken = []

    def try_it(sender, verification, **kwargs):
        Verification.objects.filter(status="waiting").update(seen_at=LONG_AGO)
        taken.append(is_taken_over())

    verification_finished.connect(try_it)
    Said("--all", names=["charge", "coupon"])
    verification_finished.disconnect(try_it)
    assert taken == [False, False]
