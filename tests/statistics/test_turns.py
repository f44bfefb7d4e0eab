"""One process at a time updates what is due, and the command that does."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from stripe_django import statistics
from stripe_django.models import Customer, Statistics
from tests.standing_clock import NOW

from .rows import customers, of, remove

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "home")]


def test_one_process_at_a_time():
    with statistics.taken(1, timedelta()) as turn:
        assert turn
        assert not statistics.refresh()
    assert statistics.refresh()


def test_a_process_that_is_gone_does_not_keep_the_turn(clock):
    Statistics.objects.create(pk=1, claimed_until=NOW + timedelta(minutes=10))
    assert not statistics.refresh()
    clock.pass_by(minutes=11)
    assert statistics.refresh()


def test_not_more_often_than_it_is_asked_to(clock):
    assert statistics.refresh()
    clock.pass_by(seconds=59)
    assert not statistics.refresh(every=statistics.EVERY)
    clock.pass_by(seconds=1)
    assert statistics.refresh(every=statistics.EVERY)


def test_a_failure_leaves_the_turn_to_others_and_is_logged(caplog):
    def fail(turn):
        raise OperationalError("no")
        yield

    statistics.keep(seconds=1, parts=[fail])
    assert "could not be updated" in caplog.text
    assert statistics.refresh()


def test_what_is_not_due_costs_little():
    customers(25)
    statistics.refresh()
    with CaptureQueriesContext(connection) as sent:
        statistics.refresh()
    assert len(sent) <= 16, [each["sql"] for each in sent]


def test_it_counts_what_is_due(capsys):
    rows = customers(3)
    call_command("stripe_statistics")
    remove(rows[0])
    call_command("stripe_statistics")
    assert of("customer").rows == 3
    call_command("stripe_statistics", "--recount")
    assert of("customer").rows == 2
    assert "up to date" in capsys.readouterr().out


def test_it_says_that_another_process_is_at_it():
    with statistics.taken(1, timedelta()), pytest.raises(CommandError, match="Another process"):
        call_command("stripe_statistics")


def test_a_sync_counts_what_it_brought(fake_stripe):
    fake_stripe.create("customer", email="ann@example.com")
    call_command("stripe_sync", "customer")
    assert of("customer").rows == Customer.objects.count() > 0
