"""Statements that are tried again after a deadlock."""

import time
from threading import Event

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stripe_django.models import InboxEvent
from stripe_django.sync.database import retries
from tests.threads import needs_threads, together

pytestmark = [needs_threads, pytest.mark.django_db(transaction=True)]


def test_an_update_is_tried_again_after_a_deadlock():
    for number in range(20):
        InboxEvent.objects.create(event_id=f"evt_{number}", sent_at=timezone.now())
    first, *others = InboxEvent.objects.order_by("pk").values_list("pk", flat=True)
    is_locked = Event()

    def theirs():
        """Of two transactions in a deadlock, that with fewer changes is the one that is ended."""
        with transaction.atomic():
            InboxEvent.objects.filter(pk__in=others).update(reason="theirs")
            is_locked.set()
            time.sleep(0.5)
            InboxEvent.objects.filter(pk=first).update(reason="theirs")

    def ours():
        rows = InboxEvent.objects.filter(pk__in=[first, others[0]])
        assert is_locked.wait(10)
        with CaptureQueriesContext(connection) as queries:
            assert retries.update(rows, reason="ours") == 2
        return len(queries)

    assert together(theirs, ours) == [None, 2]
    reasons = InboxEvent.objects.order_by("pk").values_list("reason", flat=True)
    assert list(reasons[:3]) == ["ours", "ours", "theirs"]
