"""Rows that the statistics are of."""

from datetime import timedelta

from django.db.models import QuerySet

from stripe_django.models import Customer, InboxEvent, ObjectStatistics
from tests.standing_clock import NOW

A_DAY = timedelta(days=1)
AN_HOUR = timedelta(hours=1)


def put(rows):
    for row in rows:
        row.synced_at = NOW
    return QuerySet(type(rows[0])).bulk_create(rows)


def change(row, **values):
    QuerySet(type(row)).filter(stripe_id=row.stripe_id).update(**values)


def remove(row):
    QuerySet(type(row)).filter(stripe_id=row.stripe_id).delete()


def customers(count, start=0):
    return put([Customer(stripe_id=f"cus_{start + number}") for number in range(count)])


def inbox_event(number, received_at, **values):
    values = {"status": "applied", "object_name": "charge", "sent_at": received_at} | values
    event = InboxEvent(event_id=f"evt_{number}", **values)
    event.save()
    InboxEvent.objects.filter(pk=event.pk).update(received_at=received_at)
    return event


def of(name):
    return ObjectStatistics.objects.get(object_name=name)
