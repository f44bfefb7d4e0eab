"""A database that takes no writes for a while, or goes away: Stripe's retry or ours completes."""

from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from stripe_django.models import Customer, InboxEvent
from stripe_django.sync import home
from stripe_django.sync.events import retry
from tests.posting import event, heard, make_due, post, rows, states

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("endpoint")]

COMPLETE = {"InboxEvent": 1, "Event": 1, "Customer": 1, "Home": 1}

SHORT_WAIT = {
    "postgresql": "SET lock_timeout = '100ms'",
    "mysql": "SET SESSION lock_wait_timeout = 1",
    "sqlite": "PRAGMA busy_timeout = 100",
}
LOCK = {
    "postgresql": ("BEGIN", "LOCK TABLE {} IN ACCESS EXCLUSIVE MODE"),
    "mysql": ("LOCK TABLES {} WRITE",),
    "sqlite": ("BEGIN IMMEDIATE",),  # of the whole database
}
READ_ONLY = {
    "postgresql": ("SET default_transaction_read_only = on", "RESET default_transaction_read_only"),
    "mysql": ("SET SESSION TRANSACTION READ ONLY", "SET SESSION TRANSACTION READ WRITE"),
    "sqlite": ("PRAGMA query_only = 1", "PRAGMA query_only = 0"),
}

needs_server = pytest.mark.skipif(connection.vendor == "sqlite", reason="of servers")


def execute(*statements, on=connection):
    with on.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def another():
    """Somebody else's connection to the same database."""
    other = connection.copy()
    try:
        yield other
    finally:
        other.connection.rollback()  # a database in memory is not closed
        other.close()


def lock(model, other):
    execute(SHORT_WAIT[connection.vendor])
    table = connection.ops.quote_name(model._meta.db_table)
    execute(*(each.format(table) for each in LOCK[connection.vendor]), on=other)


def assert_a_retry_completes_it():
    assert rows() == {}
    assert post(event()).status_code == 200
    assert rows() == COMPLETE
    assert states() == {"evt_1": "applied"}


def test_while_nothing_may_be_written_stripe_has_to_try_again():
    off, on = READ_ONLY[connection.vendor]
    execute(off)
    assert [post(event()).status_code for _ in range(2)] == [503, 503]
    execute(on)
    assert_a_retry_completes_it()


def test_while_the_inbox_is_locked_stripe_has_to_try_again():
    with another() as other:
        lock(InboxEvent, other)
        assert post(event()).status_code == 503
    assert_a_retry_completes_it()


def test_inside_a_transaction_nothing_would_be_stored_yet():
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        post(event())
    assert_a_retry_completes_it()


@needs_server
def test_while_there_is_no_server_stripe_has_to_try_again(monkeypatch):
    connection.close()
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "PORT", "1")
        assert [post(event()).status_code for _ in range(2)] == [503, 503]
    assert_a_retry_completes_it()


@needs_server
def test_what_cannot_be_applied_at_once_is_stored_and_written_later():
    home.set_mode("default", livemode=False)
    with another() as other:
        lock(Customer, other)
        assert post(event()).status_code == 200
    make_due()
    assert (retry.run_due(), rows(), states()) == (1, COMPLETE, {"evt_1": "applied"})


def test_what_is_locked_once_the_event_is_stored_is_written_later():
    # Nothing is known of home, so that the event is stored first, and applied afterwards.
    with another() as other, heard(lambda event: event.attempts or lock(Customer, other)):
        assert post(event()).status_code == 200
    assert states() != {"evt_1": "applied"}
    make_due()
    assert (retry.run_due(), rows(), states()) == (1, COMPLETE, {"evt_1": "applied"})


@needs_server
def test_a_connection_that_dies_once_the_event_is_stored_loses_nothing():
    kill = {"postgresql": "SELECT pg_terminate_backend({})", "mysql": "KILL {}"}[connection.vendor]
    own = {"postgresql": "pg_backend_pid()", "mysql": "connection_id()"}[connection.vendor]
    with connection.cursor() as cursor, another() as other:
        cursor.execute(f"SELECT {own}")
        [session] = cursor.fetchone()
        with heard(lambda event: execute(kill.format(session), on=other)):
            assert post(event()).status_code == 200
    connection.close()
    assert states() in ({"evt_1": "received"}, {"evt_1": "failed"})
    assert not Customer.objects.exists()
    make_due()
    assert (retry.run_due(), rows(), states()) == (1, COMPLETE, {"evt_1": "applied"})
