"""What cannot be measured leaves the other indicators, and their alerts, as they are."""

import time
from collections import defaultdict

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stripe_django.health import alerts, measurement
from stripe_django.health.indicators import INDICATORS
from stripe_django.health.measurement import report
from stripe_django.models import Alert, Verification

from .test_page import get
from .test_report import dead_event

pytestmark = pytest.mark.django_db

on_sqlite = pytest.mark.skipif(django_settings.DATABASE != "sqlite", reason="plans are its own")


@pytest.fixture
def without_verifications(mirror):
    """A table that queries refuse to read, in the transaction of the test."""
    if connection.vendor == "mysql":
        pytest.skip("its DDL ends the transaction")
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {Verification._meta.db_table} RENAME TO moved_away")


def unmeasured():
    return [each.name for each in report().indicators if not each.is_measured]


def test_one_that_cannot_be_read(without_verifications, token):
    dead_event()
    found = report()
    assert [each.name for each in found.indicators] == [*INDICATORS]
    assert unmeasured() == ["verification", "verified"]
    # How old the last verification is, is not judged.
    assert [each.name for each in found.unhealthy] == ["dead_lettered", "verification"]
    response = get()
    assert response.status_code == 503
    shown = response.json()["indicators"]["verification"]
    assert shown["text"].startswith("It could not be measured: ")
    assert "moved_away" not in str(shown)
    assert "--repair" not in shown["advice"]
    assert response.json()["indicators"]["database"]["healthy"]


@pytest.mark.parametrize("raised_at", [None, timezone.now()])
def test_the_other_alerts(without_verifications, caplog, raised_at):
    Alert.objects.create(name="verification", raised_at=raised_at)
    dead_event()
    alerts.look(every=0)
    raised = dict(Alert.objects.values_list("name", "raised_at"))
    assert raised["dead_lettered"]
    assert raised["verification"] == raised_at
    said = [each.event for each in caplog.records]
    assert said == ["watch_failed", "watch_failed", "alert_raised"]


def test_what_alerts_are_about_comes_first(mirror, monkeypatch):
    monkeypatch.setattr(measurement, "SECONDS", 1.0)

    def be_slow(execute, sql, *given):
        if "objectstatistics" in sql:
            time.sleep(1.1)
        return execute(sql, *given)

    with connection.execute_wrapper(be_slow):
        assert unmeasured() == ["sync", "verified"]


def test_there_is_no_time_at_all(mirror, monkeypatch):
    dead_event()
    monkeypatch.setattr(measurement, "SECONDS", -1.0)
    alerts.look(every=0)
    assert Alert.objects.count() == 0
    monkeypatch.setattr(measurement, "SECONDS", 60.0)
    alerts.look(every=0)
    assert Alert.objects.get().name == "dead_lettered"


@on_sqlite
def test_results_are_found_by_indexes(mirror):
    with CaptureQueriesContext(connection) as sent:
        report()
    steps = defaultdict(list)
    with connection.cursor() as cursor:
        for sql in (each["sql"] for each in sent):
            for name in ("verification", "syncrun"):
                if sql.startswith("SELECT") and f"stripe_django_{name}" in sql:
                    cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
                    few = "SCAN U0" if 'mirroredaccount" U0' in sql else ""  # the accounts
                    steps[name] += [each for *_, each in cursor.fetchall() if each != few]
    assert [*steps["syncrun"]] == [
        "SEARCH stripe_django_syncrun USING INDEX stripe_django_sync_ended"
        " (stripe_account=? AND status=?)"
    ]
    read = [each for each in steps["verification"] if each.startswith(("SCAN", "SEARCH"))]
    assert read
    assert [each for each in read if "INDEX" not in each and "PRIMARY KEY" not in each] == []


def test_results_are_read_without_their_examples(mirror):
    Verification.objects.create(
        **{"run": "r", "object_name": "charge", "method": "all", "status": "done"},
        **{"differences": {"missing": 1}, "finished_at": timezone.now()},
    )
    with CaptureQueriesContext(connection) as sent:
        assert not report().get("verification").is_healthy
    assert not any("examples" in each["sql"] for each in sent)
