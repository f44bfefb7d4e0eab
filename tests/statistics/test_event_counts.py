"""The events of each hour."""

from collections import Counter, defaultdict
from datetime import timedelta
from random import Random

import pytest

from stripe_django import statistics
from stripe_django.models import EventHour, InboxEvent
from tests.standing_clock import NOW

from .rows import A_DAY, inbox_event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "home")]


def by_hour():
    return {
        hour.hour: {
            status: count for status in InboxEvent.Status.values if (count := getattr(hour, status))
        }
        for hour in EventHour.objects.all()
    }


def test_hours_are_those_of_the_slow_way(clock):
    random, slow = Random(1), defaultdict(Counter)
    for number in range(300):
        received_at = NOW - timedelta(minutes=random.randrange(3_000))
        status = random.choice(InboxEvent.Status.values)
        inbox_event(number, received_at, status=status)
        slow[received_at.replace(minute=0)][status] += 1
    statistics.refresh()
    assert by_hour() == slow


def test_what_is_open_is_looked_at_again(clock):
    event = inbox_event(1, NOW - 30 * A_DAY, status="failed")
    statistics.refresh()
    InboxEvent.objects.filter(pk=event.pk).update(status="applied")
    clock.pass_by(minutes=5)
    statistics.refresh()
    assert by_hour() == {NOW - 30 * A_DAY: {"applied": 1}}


def test_what_was_applied_and_fails_once_more_is_noticed_within_a_day(clock):
    event = inbox_event(1, NOW)
    statistics.refresh()
    InboxEvent.objects.filter(pk=event.pk).update(status="dead")
    clock.pass_by(days=1)
    statistics.refresh()
    assert by_hour() == {NOW: {"dead": 1}}


def test_an_event_that_was_committed_late_is_counted(clock):
    late = [inbox_event(number, NOW) for number in range(3)][1]
    InboxEvent.objects.filter(pk=late.pk).delete()
    statistics.refresh()
    late.save(force_insert=True)
    InboxEvent.objects.filter(pk=late.pk).update(received_at=NOW)
    inbox_event(3, NOW)
    statistics.refresh()
    assert by_hour() == {NOW: {"applied": 4}}
