"""The page of the machinery: what it shows, to whom, and with how many queries."""

import re
from datetime import UTC, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from stripe_django import statistics
from stripe_django.models import (
    Charge,
    EventHour,
    InboxEvent,
    ObjectStatistics,
    Statistics,
)
from tests.pages import text_of
from tests.rows import row

pytestmark = pytest.mark.django_db

MOST = 15  # queries for one page


def page_of(client):
    return client.get(reverse("admin:stripe_django_statistics_machinery"))


@pytest.fixture
def filled(db):
    now = timezone.now()
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    Statistics.objects.create(refreshed_at=now)
    ObjectStatistics.objects.create(object_name="charge", rows=1_234_567, ambiguous=1_001)
    keys = {"first_event": 1, "last_event": 9}
    EventHour.objects.create(hour=hour, applied=4_321, failed=7, dead=2, **keys)
    EventHour.objects.create(hour=hour - timedelta(days=90), dead=3, **keys)
    for number in range(3):
        InboxEvent.objects.create(
            event_id=f"evt_{number}",
            status="failed" if number else "applied",
            sent_at=now - timedelta(seconds=20),
            finished_at=None if number else now,
            next_attempt_at=now if number else None,
        )


def test_the_figures_are_there(admin_client, filled):
    text = text_of(page_of(admin_client))
    for expected in (
        "Charges 1,234,567 1,001",
        "Failed, will be retried 2",
        "Dead-lettered 5",
        "Usual lag 20.0 s",
        "4,321",
    ):
        assert expected in text


def test_the_figures_lead_to_the_lists(admin_client, filled):
    content = page_of(admin_client).content.decode()
    inbox = reverse("admin:stripe_django_inboxevent_changelist")
    assert f'href="{inbox}?status__exact=failed"' in content
    assert f'href="{inbox}?status__exact=dead"' in content
    assert f'href="{reverse("admin:stripe_django_charge_changelist")}"' in content


@pytest.mark.parametrize("ambiguous", [0, 3])
def test_what_to_run_about_rows_ambiguous(admin_client, ambiguous):
    ObjectStatistics.objects.create(object_name="charge", rows=5, ambiguous=ambiguous)
    assert ("stripe_sync --ambiguous" in text_of(page_of(admin_client))) == bool(ambiguous)


def test_a_fresh_install_is_told_what_to_run(admin_client):
    text = text_of(page_of(admin_client))
    assert "There are no statistics yet" in text
    assert "stripe_sync" in text


def test_it_has_a_permission_of_its_own(client, django_user_model, filled):
    user = django_user_model.objects.create_user("finance", is_staff=True)
    client.force_login(user)
    assert page_of(client).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_statistics"))
    page = page_of(client)
    assert page.status_code == 200
    assert reverse("admin:stripe_django_charge_changelist") not in page.content.decode()
    assert reverse("admin:stripe_django_inboxevent_changelist") not in page.content.decode()


def test_queries(client, django_user_model, filled):
    user = django_user_model.objects.create_user("finance", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_statistics"))
    client.force_login(user)
    with CaptureQueriesContext(connection) as sent:
        page_of(client)
    told = [each["sql"] for each in sent]
    assert len(told) <= MOST, "\n".join(told)
    # The menu of the admin asks whether tables have rows at all.
    figures = [sql for sql in told if "EXISTS" not in sql and "pg_class" not in sql]
    assert not re.search(r"stripe_django_(charge|refund|subscription|event)\W", str(figures))


def test_after_a_count_it_shows_what_is_there(admin_client):
    row(Charge, "ch_1", created=timezone.now(), status="succeeded", stripe_account="")
    statistics.refresh()
    assert "Charges 1" in text_of(page_of(admin_client))
