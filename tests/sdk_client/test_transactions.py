"""Responses and other transactions: locks, processes that end, and two that write one object."""

import threading
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client as Browser
from django.utils import timezone

from stripe_django import client
from stripe_django.models import Customer, InboxEvent, OpenWrite, PendingRead
from stripe_django.sync.events import backlog, retry
from stripe_django.testing import payload
from tests.posting import URL
from tests.threads import needs_threads, together

pytestmark = [pytest.mark.django_db(transaction=True), needs_threads]


@pytest.fixture(autouse=True)
def known(fake_stripe, settings):
    settings.STRIPE_DJANGO["WEBHOOK_SECRETS"] = [fake_stripe.webhook_secret]
    fake_stripe.add(payload("customer", id="cus_1", name="Ann"))
    client.v1.customers.retrieve("cus_1")


class LongTransaction:
    """A request of the project's that calls Stripe, and then takes its time."""

    def __init__(self, name):
        self.name = name
        self.written, self.may_end = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        try:
            with transaction.atomic():
                client.v1.customers.update("cus_1", {"name": self.name})
                self.written.set()
                self.may_end.wait(30)
        finally:
            connections.close_all()

    def __enter__(self):
        self.thread.start()
        assert self.written.wait(10)
        return self

    def __exit__(self, *_):
        self.may_end.set()
        self.thread.join(30)


def test_a_webhook_waits_for_a_second_and_is_stored(fake_stripe):
    with LongTransaction("Bea"):
        fake_stripe.update("cus_1", name="Cid")
        began = time.monotonic()
        responses = fake_stripe.deliver(Browser(), URL)
        assert time.monotonic() - began < 2.5 * len(responses)
        assert {each.status_code for each in responses} == {200}
        assert InboxEvent.objects.exclude(status="applied").exists()
    retry.run(backlog.everything())
    assert Customer.objects.get().name == "Cid"
    assert not InboxEvent.objects.exclude(status="applied").exists()


def test_a_response_waits_for_a_second_and_is_read_later(fake_stripe):
    with LongTransaction("Bea"):
        began = time.monotonic()
        made = client.v1.customers.update("cus_1", {"name": "Cid"})
        assert time.monotonic() - began < 5
        assert made.name == "Cid"
        assert PendingRead.objects.get().reason == "write"
    retry.run(backlog.everything())
    assert Customer.objects.get().name == "Cid"
    assert not PendingRead.objects.exists()


def test_in_a_transaction_of_its_own_it_is_read_later_too(fake_stripe):
    with LongTransaction("Bea"), transaction.atomic():
        client.v1.customers.update("cus_1", {"name": "Cid"})
        assert Customer.objects.count() == 1  # the transaction goes on
    assert OpenWrite.objects.exists() or PendingRead.objects.exists()
    retry.run_due()
    retry.run(backlog.everything())
    assert Customer.objects.get().name == "Cid"


def test_the_lock_time_limit_ends_with_the_response():
    with transaction.atomic():
        before = lock_limit()
        client.v1.customers.update("cus_1", {"name": "Bea"})
        assert lock_limit() == before
    assert lock_limit() == before


def lock_limit():
    settings = {"postgresql": "lock_timeout", "mysql": "innodb_lock_wait_timeout"}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW lock_timeout")
        else:
            cursor.execute(f"SELECT @@SESSION.{settings['mysql']}")
        return cursor.fetchone()


def test_a_rollback_is_noted_before_it_happens(fake_stripe):
    """As by a process that is killed: nothing runs afterwards."""
    transaction.set_autocommit(False)
    try:
        client.v1.customers.update("cus_1", {"name": "Bea"})
        assert in_another_connection(OpenWrite.objects.count) == 1
        transaction.rollback()
    finally:
        transaction.set_autocommit(True)
    assert Customer.objects.get().name == "Ann"
    assert retry.run_due() == 0  # the transaction might still be open
    OpenWrite.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    retry.run_due()
    assert Customer.objects.get().name == "Bea"
    assert not OpenWrite.objects.exists()
    assert not PendingRead.objects.exists()


def test_a_commit_leaves_no_note():
    with transaction.atomic():
        client.v1.customers.update("cus_1", {"name": "Bea"})
        assert in_another_connection(OpenWrite.objects.count) == 1
    assert not OpenWrite.objects.exists()
    assert Customer.objects.get().name == "Bea"


def test_listed_events_wait_for_a_second(fake_stripe):
    fake_stripe.update("cus_1", name="Bea")
    with LongTransaction("Cid"):
        began = time.monotonic()
        assert client.v1.events.list().data
        assert time.monotonic() - began < 5


class TestConnectionsThatFail:
    """What Stripe has done is noted by another connection, and read later."""

    @pytest.fixture(autouse=True)
    def postgresql(self):
        if connection.vendor != "postgresql":
            pytest.skip("other databases fail in other ways")

    @pytest.fixture
    def is_read(self, fake_stripe):
        """After the test."""
        yield
        retry.run_due()
        retry.run(backlog.everything())
        assert Customer.objects.get().name == "Bea"
        assert not OpenWrite.objects.exists()

    @pytest.mark.usefixtures("is_read")
    def test_a_statement_takes_too_long(self):
        with LongTransaction("Cid"):
            execute("SET statement_timeout = '200ms'")
            client.v1.customers.update("cus_1", {"name": "Bea"})
            execute("RESET statement_timeout")

    @pytest.mark.usefixtures("is_read")
    def test_the_transaction_has_failed(self):
        with transaction.atomic():
            with suppress(DatabaseError):
                execute("SELECT 1 / 0")
            client.v1.customers.update("cus_1", {"name": "Bea"})
            transaction.set_rollback(True)

    @pytest.mark.usefixtures("is_read")
    def test_the_connection_is_closed_by_the_server(self):
        process = connection.connection.info.backend_pid
        in_another_connection(lambda: execute(f"SELECT pg_terminate_backend({process}, 5000)"))
        client.v1.customers.update("cus_1", {"name": "Bea"})
        connection.close()

    def test_the_note_cannot_be_removed(self):
        """The functions of the project's own are called after the commit nevertheless."""
        called, noted, may_end = [], threading.Event(), threading.Event()

        def lock():
            with transaction.atomic():
                list(OpenWrite.objects.select_for_update())
                noted.set()
                may_end.wait(30)

        execute("SET lock_timeout = '200ms'")
        thread = threading.Thread(target=lambda: [lock(), connections.close_all()])
        with transaction.atomic():
            client.v1.customers.update("cus_1", {"name": "Bea"})
            transaction.on_commit(lambda: called.append(1))
            thread.start()
            noted.wait(30)
        may_end.set()
        thread.join(30)
        execute("RESET lock_timeout")
        assert called


def execute(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def in_another_connection(step):
    [found] = together(step)
    return found


def test_two_threads_that_write_one_object(fake_stripe):
    for number in range(5):
        together(
            *(
                lambda name=f"{number}{name}": client.v1.customers.update("cus_1", {"name": name})
                for name in "ab"
            )
        )
    retry.run(backlog.everything())
    row = Customer.objects.get()
    assert row.name == fake_stripe.get("cus_1")["name"]
    assert not row.ambiguous
    reads = [each for each in fake_stripe.asked("/v1/customers/cus_1") if each.method == "GET"]
    assert len(reads) <= 1 + 1  # that of the fixture, and one for all conflicts
