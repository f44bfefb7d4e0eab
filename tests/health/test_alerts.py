"""Alerts: raised once and ended once, whichever process looks, with a signal and a mail."""

import threading
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.utils import timezone

from stripe_django import signals, tasks
from stripe_django.api.request_limit import request_limit
from stripe_django.health import alerts
from stripe_django.models import Alert, HandlerRun, InboxEvent, Verification
from stripe_django.sync.backoff import ATTEMPTS
from stripe_django.sync.events import retry
from tests import posting

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def mails(mirror, settings):
    settings.STRIPE_DJANGO |= {"MAIL_ADMINS": True}
    settings.ADMINS = [("Operator", "operator@example.com")]
    return mail.outbox


class Failing(EmailBackend):
    def send_messages(self, messages):
        raise OSError("connection refused by smtp.example.com")


def dead(number=1, **more):
    now = timezone.now()
    values = {"type": "customer.updated", "status": "dead", "sent_at": now, "finished_at": now}
    return InboxEvent.objects.create(event_id=f"evt_{number}", **values | more)


def look():
    alerts.look(every=0)


def raised():
    return {each.name for each in Alert.objects.exclude(raised_at=None)}


def test_nothing_is_wrong(mails):
    look()
    assert (raised(), mails, Alert.objects.count()) == (set(), [], 0)


def test_one_mail_until_it_has_recovered(mails):
    dead(1, reason="IntegrityError: Key (email)=(ann@example.com) exists")
    look()
    [sent] = mails
    assert sent.subject == "[Django] Stripe: 1 event is dead-lettered"
    assert sent.to == ["operator@example.com"]
    assert sent.body.startswith("1 event is dead-lettered. See why with stripe_events list")
    assert "ann" not in sent.body
    dead(2)
    look()
    assert len(mails) == 1
    InboxEvent.objects.all().delete()
    look()
    assert (raised(), len(mails)) == (set(), 1)
    dead(3)
    look()
    assert len(mails) == 2


def test_without_the_setting_there_is_no_mail_but_an_alert(mails, settings):
    settings.STRIPE_DJANGO |= {"MAIL_ADMINS": False}
    dead()
    look()
    assert (raised(), mails) == ({"dead_lettered"}, [])
    settings.STRIPE_DJANGO |= {"MAIL_ADMINS": True}
    look()
    assert len(mails) == 1


@pytest.mark.parametrize(("ago", "expected"), [(24 * DAY, set()), (25 * DAY, {"poll_horizon"})])
def test_the_horizon_of_polls(mails, polled_before, ago, expected):
    polled_before(ago)
    found = []
    signals.poll_horizon_near.connect(receiver := lambda indicator, **_: found.append(indicator))
    look()
    look()
    signals.poll_horizon_near.disconnect(receiver)
    assert raised() == expected
    assert len(mails) == len(found) == len(expected)
    assert all(each.name == "poll" and each.value == ago.total_seconds() for each in found)


def test_a_verification_that_differs(mails):
    found = []
    signals.verification_differs.connect(receiver := lambda indicator, **_: found.append(indicator))
    result = Verification.objects.create(
        **{"run": "r", "object_name": "charge", "method": "all", "status": "done"},
        **{"differences": {"missing": 2}, "finished_at": timezone.now()},
    )
    look()
    look()
    signals.verification_differs.disconnect(receiver)
    assert [each.text for each in found] == ["2 differences from Stripe are left: charge."]
    assert len(mails) == 1
    Verification.objects.filter(pk=result.pk).update(repaired=2)
    look()
    assert raised() == set()


def test_a_mail_that_cannot_be_sent_is_sent_later(mails, settings, caplog):
    settings.EMAIL_BACKEND = f"{__name__}.Failing"
    dead()
    look()
    alert = Alert.objects.get()
    assert (alert.attempts, alert.mailed_at, alert.claimed_at) == (1, None, None)
    assert alert.next_attempt_at > timezone.now()
    assert [each.event for each in caplog.records] == ["alert_raised", "alert_not_mailed"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    look()
    assert mails == []  # not yet
    Alert.objects.update(next_attempt_at=timezone.now())
    look()
    assert len(mails) == 1
    assert Alert.objects.get().mailed_at


def test_a_process_that_died_of_the_mail(mails):
    dead()
    look()
    Alert.objects.update(
        mailed_at=None, claimed_at=timezone.now(), next_attempt_at=posting.LONG_AGO
    )
    look()
    assert len(mails) == 2


def test_mails_end(mails, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Failing"
    dead()
    for _ in range(ATTEMPTS + 3):
        look()
        Alert.objects.exclude(next_attempt_at=None).update(next_attempt_at=timezone.now())
    assert Alert.objects.get().attempts == ATTEMPTS


def test_a_process_looks_once_a_minute(mails):
    alerts.look()
    dead()
    alerts.look()
    assert mails == []


@pytest.mark.parametrize(
    "work", [lambda: tasks.retry_due(1.0), lambda: tasks.look_after()], ids=["task", "command"]
)
def test_the_work_that_retries_looks(mails, work):
    dead()
    work()
    assert len(mails) == 1


@pytest.mark.skipif(django_settings.DATABASE == "sqlite", reason="one thread at a time there")
@pytest.mark.django_db(transaction=True)
def test_of_many_processes_one_sends(mails):
    dead()
    barrier, found = threading.Barrier(6), []
    signals.event_dead_lettered.connect(found.append)

    def process():
        barrier.wait()
        look()
        connection.close()

    threads = [threading.Thread(target=process) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mails) == 1


@pytest.mark.skipif(django_settings.DATABASE == "sqlite", reason="one thread at a time there")
@pytest.mark.django_db(transaction=True)
def test_a_request_does_not_wait_for_the_mail(mails, monkeypatch):
    began, may_send = threading.Event(), threading.Event()
    send = EmailBackend.send_messages

    def slow(self, messages):
        began.set()
        may_send.wait(10)
        return send(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", slow)
    dead()
    with request_limit():
        look()
    assert began.wait(10)
    assert mails == []
    may_send.set()
    for thread in threading.enumerate():
        if thread.name == "stripe_django_mail":
            thread.join(10)
    assert len(mails) == 1
    assert Alert.objects.get().mailed_at


class TestSignals:
    """Each is sent once for each event, run or refetch that is dead-lettered."""

    @pytest.fixture
    def heard(self):
        found = []

        def receiver(signal, **what):
            [found.append((key, each)) for key, each in what.items() if key in NAMES]

        names = ("event_dead_lettered", "handler_dead_lettered", "refetch_dead_lettered")
        for name in names:
            getattr(signals, name).connect(receiver)
        yield found
        for name in names:
            getattr(signals, name).disconnect(receiver)

    def test_an_event(self, endpoint, heard):
        event = dead(1, status="failed", attempts=ATTEMPTS - 1, finished_at=None)
        InboxEvent.objects.update(body="[]", next_attempt_at=posting.LONG_AGO)
        retry.run_due()
        assert InboxEvent.objects.get().status == "dead"
        assert heard == [("event", event)]

    def test_what_kills_processes(self, endpoint, heard):
        now = timezone.now()
        killed = {"attempts": ATTEMPTS, "claimed_at": now, "next_attempt_at": posting.LONG_AGO}
        event = dead(1, status="failed", finished_at=None, **killed)
        run = HandlerRun.objects.create(event_id="evt_1", handler="a", **killed)
        read = posting.PendingRead.objects.create(
            object_name="charge", stripe_id="ch_1", not_before=now, **killed
        )
        retry.run_due()
        retry.run_due()
        assert heard == [("event", event), ("run", run), ("read", read)]

    def test_a_handler(self, endpoint, heard):
        dead(1, status="applied")
        run = HandlerRun.objects.create(
            event_id="evt_1",
            handler="gone",
            attempts=ATTEMPTS - 1,
            next_attempt_at=posting.LONG_AGO,
        )
        retry.run_due()
        assert heard == [("run", run)]


NAMES = ("event", "run", "read")
