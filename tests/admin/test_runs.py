"""The runs of the sync in the admin: which there were, and how far each came."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from stripe_django.admin.overview import runs as overview_runs
from stripe_django.models import ObjectStatistics, SyncRange, SyncRun
from tests.visits import queries

pytestmark = pytest.mark.django_db

HOME = reverse("admin:stripe_django_statistics_machinery")
RUNS = reverse("admin:stripe_django_syncrun_changelist")
NOW = timezone.now()
ODD = "<script>alert(1)</script>"


def page_of(run):
    return reverse("admin:stripe_django_syncrun_change", args=[run.pk])


def run(days_ago=0, **values):
    """One that has ended, after an hour and a half."""
    began = NOW - timedelta(days=days_ago)
    values = {"kind": "full", "status": "done", "started_at": began, "as_of": began} | values
    return SyncRun.objects.create(**{"finished_at": began + timedelta(minutes=90)} | values)


def part(of, name="charge", status="done", **values):
    return SyncRange.objects.create(run=of, object_name=name, kind="span", status=status, **values)


def cells(text):
    """The table's lines as text."""
    lines = re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL)
    found = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.DOTALL) for line in lines)
    return [[re.sub(r"<[^>]*>", "", cell).strip() for cell in line] for line in found]


def line(text, first):
    return next(line for line in cells(text) if line and line[0] == first)


@pytest.fixture
def overseer(client, django_user_model):
    """Logs in somebody who may see the overview and nothing else."""
    user = django_user_model.objects.create_user("overseer", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_statistics"))
    client.force_login(user)
    return client


class TestProgress:
    def test_of_the_last_runs(self, admin_client):
        made = run(stripe_account="acct_1", status="failed")
        part(made, read=12_000, created=10_000, updated=1_500, failed=2)
        part(made, "customer", read=500, created=500)
        part(made, "coupon", "failed", error="No room.")
        part(made, "review", "waiting", read=100)
        part(made, "issuing.card", "unavailable", error="Not for this account.")
        text = admin_client.get(HOME).text
        _, kind, status, _, *others = line(text, "acct_1")
        assert [kind, status] == ["everything", "failed"]
        counts = ["12,600", "10,500", "1,500", "2"]
        assert others == ["1:30:00", "2 of 4", *counts, "No room."]
        assert f'href="{page_of(made)}"' in text
        assert f'href="{RUNS}"' in text

    def test_times_have_utc_on_hover_in_the_list_and_on_the_page(self, admin_client):
        made = run(started_at=datetime(2026, 3, 4, 23, 30, 5, tzinfo=UTC))
        for page in (RUNS, page_of(made)):
            assert 'title="2026-03-04 23:30:05 UTC"' in admin_client.get(page).text

    def test_of_each_object_on_the_page_of_a_run(self, admin_client):
        made = run()
        part(made, read=100, created=90, updated=10)
        part(made, "charge", "failed", read=200, failed=7, error="No room.")
        part(made, "customer", read=5, created=5)
        part(run(), "coupon")
        text = admin_client.get(page_of(made)).text
        assert line(text, "charge") == [
            *("charge", "1 of 2", "300", "90", "10", "7"),
            "No room.",
        ]
        assert line(text, "customer") == ["customer", "1 of 1", "5", "5", "0", "0", ""]
        assert "coupon" not in [name for name, *_ in filter(None, cells(text))]

    def test_a_run_without_parts(self, admin_client):
        made = run(error="AuthenticationError", status="failed", finished_at=NOW)
        assert line(admin_client.get(HOME).text, "own account")[5:] == [
            *("0 of 0", "0", "0", "0", "0"),
            "AuthenticationError",
        ]
        assert admin_client.get(page_of(made)).status_code == 200


@pytest.mark.parametrize(
    ("values", "status", "tone"),
    [
        ({"status": "running"}, "running", "waiting"),
        ({"status": "running", "seen_at": NOW - timedelta(minutes=2)}, "stopped", "bad"),
        ({"status": "interrupted"}, "interrupted", "waiting"),
        ({"status": "done", "seen_at": NOW - timedelta(days=2)}, "done", "good"),
        ({"status": "failed"}, "failed", "bad"),
    ],
)
def test_the_label(admin_client, values, status, tone):
    made = run(**values)
    label = f'<span class="stripe-status stripe-{tone}">{status}</span>'
    for page in (HOME, RUNS, page_of(made)):
        assert label in admin_client.get(page).text


def test_how_long_a_run_took_that_was_killed():
    killed = run(finished_at=None, seen_at=NOW + timedelta(minutes=5))
    assert killed.took == timedelta(minutes=5)


def test_errors_are_text_and_short(admin_client):
    made = run(status="failed", error=ODD)
    part(made, ODD, "failed", error=ODD + "x" * 1_000)
    other = run(status="failed")
    part(other, status="failed", error=ODD + "y" * 1_000)
    for page in (HOME, RUNS, page_of(made), page_of(other)):
        text = admin_client.get(page).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text or page == page_of(other)
        assert "x" * 200 not in text
        assert "y" * 200 not in text


def test_without_the_permission_there_are_no_errors_and_no_links(overseer):
    made = run(status="failed", error="Secret.")
    text = overseer.get(HOME).text
    assert line(text, "own account")[2] == "failed"
    assert not any(hidden in text for hidden in ("Secret.", RUNS, page_of(made)))
    assert [overseer.get(page).status_code for page in (RUNS, page_of(made))] == [403, 403]


def test_nothing_can_be_changed(admin_client):
    made = run()
    assert admin_client.post(page_of(made), {"status": "failed"}).status_code == 403
    delete = reverse("admin:stripe_django_syncrun_delete", args=[made.pk])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403


def test_the_last_ones_are_shown(admin_client):
    runs = [run(stripe_account=f"acct_{number}") for number in range(overview_runs.LAST + 1)]
    found = [line.run for line in overview_runs.last_runs(page_of)]
    assert found == runs[:0:-1]


def test_more_runs_take_no_more_queries(admin_client):
    def fill(count):
        for _ in range(count):
            made = run()
            for name in ("charge", "customer", "coupon"):
                part(made, name)
        return made

    def asked(made):
        return [queries(admin_client, page) for page in (HOME, RUNS, page_of(made))]

    few, many = asked(fill(1)), asked(fill(30))
    with CaptureQueriesContext(connection) as caught:
        list(overview_runs.last_runs(page_of))
    assert many == few
    assert few[1:] == [5, 5]
    assert len(caught) == 2


def test_the_last_sync_of_an_object(admin_client):
    known = ObjectStatistics.objects.create(object_name="charge", rows=1)
    assert line(admin_client.get(HOME).text, "Charges")[-2] == "–"
    known.read_at = datetime(2026, 3, 4, 12, tzinfo=UTC)
    known.save()
    assert line(admin_client.get(HOME).text, "Charges")[-2].startswith("March 4, 2026")
