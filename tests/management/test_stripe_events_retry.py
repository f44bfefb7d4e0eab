"""``stripe_events retry`` and ``list``: what failed is tried again, and is told."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import load_command_class
from django.utils import timezone

from stripe_django.models import Customer, Event, HandlerRun, InboxEvent, PendingRead
from stripe_django.sync.events import processor, store
from stripe_django.webhooks import on
from tests.polls import Said, balances, statuses
from tests.rows import row

pytestmark = pytest.mark.usefixtures("no_handlers")


def event(event_id, balance=1, customer="cus_1", at=1_700_000_000):
    return {
        "id": event_id,
        "object": "event",
        "type": "customer.updated",
        "created": at,
        "livemode": False,
        "data": {"object": {"id": customer, "object": "customer", "balance": balance}},
    }


@pytest.fixture
def stored(settings):
    """Four events: applied, failed and not due, dead, and failed and due."""
    settings.STRIPE_DJANGO = {"API_KEY": ""}
    now = timezone.now()
    for number in (1, 2, 3, 4):
        payload = event(f"evt_{number}", customer=f"cus_{number}", at=1_700_000_000 + number)
        store.store(payload, sent_at=now)
    processor.process("evt_1")
    later = now + timedelta(hours=1)
    change(2, status="failed", next_attempt_at=later, attempts=3, reason="Busy.")
    change(3, status="dead", next_attempt_at=None, attempts=12, reason="Over\nand out.")
    change(4, status="failed", next_attempt_at=now)


def change(number, **values):
    InboxEvent.objects.filter(event_id=f"evt_{number}").update(**values)


@pytest.mark.django_db
@pytest.mark.usefixtures("stored")
class TestRetry:
    @pytest.mark.parametrize(
        ("arguments", "applied", "said"),
        [
            ([], "14", "events: 1 applied"),
            (["--all"], "1234", "events: 3 applied"),
            (["--dead-lettered"], "13", "events: 1 applied"),
            (["evt_2"], "12", "events: 1 applied"),
            (["evt_2", "evt_3"], "123", "events: 2 applied"),
            (["evt_1"], "1", "events: none"),
            (["evt_1", "--replay"], "1", "events: 1 applied"),
            (["--replay"], "1", "events: 1 applied"),
        ],
    )
    def test_what_is_tried(self, arguments, applied, said):
        result = Said("retry", *arguments)
        assert result.error is None
        assert result.out == f"{said}\nhandlers: none\nrefetches: none\n"
        found = {key.removeprefix("evt_") for key, each in statuses().items() if each == "applied"}
        assert found == set(applied)
        assert set(balances()) == {f"cus_{number}" for number in applied}

    def test_replaying_everything_changes_nothing(self):
        seen = []
        on("customer.*")(lambda event, customer: seen.append(event.stripe_id))
        Said("retry", "--all")
        everything = [list(model.objects.order_by("pk").values()) for model in (Customer, Event)]
        assert len(seen) == 3
        Said("retry", "--replay", "evt_2", "evt_3", "evt_4")
        again = [list(model.objects.order_by("pk").values()) for model in (Customer, Event)]
        assert unmoved(again) == unmoved(everything)
        assert len(seen) == 3

    def test_handlers_that_a_replay_runs_are_told_of(self):
        Said("retry", "--all")

        @on("customer.*")
        def fail(event, customer):
            assert customer.stripe_id != "cus_2"

        said = Said("retry", "--replay")
        assert said.out == "events: 4 applied\nhandlers: 3 done, 1 failed\nrefetches: none\n"
        assert str(said.error).startswith("1 failed again")

    def test_what_was_erased_is_left_alone(self):
        Event.objects.all()._raw_delete("default")
        assert Said("retry", "--replay").out.startswith("events: none")
        assert statuses()["evt_1"] == "applied"

    def test_a_handler(self):
        failing = [True]

        @on("customer.updated")
        def notify(event, customer):
            assert not failing

        processor.process("evt_4")
        assert HandlerRun.objects.get().status == "failed"
        failing.clear()
        assert Said("retry").out == "events: none\nhandlers: none\nrefetches: none\n"
        assert Said("retry", "evt_4").out == "events: none\nhandlers: 1 done\nrefetches: none\n"
        assert HandlerRun.objects.get().status == "done"

    def test_a_failure_fails_the_command(self):
        change(2, body="no JSON")
        said = Said("retry", "--all")
        assert said.out.startswith("events: 2 applied, 1 failed")
        assert str(said.error).startswith("1 failed again")

    def test_an_id_that_is_not_there(self):
        assert str(Said("retry", "evt_5", "evt_1").error) == "Not in the inbox: evt_5."

    def test_too_much_said(self):
        assert "Name events, or choose" in str(Said("retry", "evt_1", "--all").error)
        assert "not allowed with" in str(Said("retry", "--dead-lettered", "--all").error)

    def test_json(self):
        said = Said("retry", "--json")
        assert json.loads(said.out) == {"events": {"applied": 1}, "handlers": {}, "refetches": {}}


def unmoved(tables):
    """The rows without the time of the last writing, which may move."""
    return [[row | {"synced_at": None} for row in table] for table in tables]


@pytest.mark.django_db
class TestReads:
    def test_they_are_retried_too(self, fake_stripe):
        fake_stripe.add({"id": "cus_1", "object": "customer", "balance": 5})
        row(Customer, "cus_1", as_of=timezone.now() - timedelta(days=1), livemode=False)
        read = PendingRead.objects.create(
            object_name="customer",
            stripe_id="cus_1",
            reason="conflict",
            not_before=timezone.now() - timedelta(days=1),
            next_attempt_at=timezone.now() + timedelta(hours=1),
            attempts=1,
            error="Busy.",
        )
        assert Said("retry").out.endswith("refetches: none\n")
        assert "failed refetch customer cus_1 (1 attempts" in Said("list").out
        assert Said("retry", "--all").out.endswith("refetches: 1 resolved\n")
        assert not PendingRead.objects.filter(pk=read.pk).exists()
        assert balances() == {"cus_1": 5}


@pytest.mark.django_db
@pytest.mark.usefixtures("stored")
class TestList:
    def test_as_text(self):
        again = InboxEvent.objects.get(event_id="evt_2").next_attempt_at
        lines = Said("list").out.splitlines()
        assert lines[:3] == [
            "events: 1 applied, 1 dead, 2 failed",
            "handlers: none",
            "refetches: none",
        ]
        assert lines[3:5] == [
            "failed event customer.updated evt_2"
            f" (3 attempts, again at {again:%Y-%m-%d %H:%M:%S} UTC): Busy.",
            "dead event customer.updated evt_3 (12 attempts): and out.",
        ]

    def test_many_are_not_all_shown(self):
        for number in range(5, 30):
            store.store(event(f"evt_{number}"), sent_at=timezone.now())
            change(number, status="dead")
        *lines, last = Said("list").out.splitlines()
        assert (len(lines), last) == (23, "and 8 more; --json lists all")

    def test_as_json(self):
        document = json.loads(Said("list", "--json").out)
        failures = document.pop("failures")
        assert document == {
            "events": {"applied": 1, "dead": 1, "failed": 2},
            "handlers": {},
            "refetches": {},
        }
        assert [failure["event_id"] for failure in failures] == ["evt_2", "evt_3", "evt_4"]
        assert failures[1] == {
            "kind": "event",
            "name": "customer.updated",
            "event_id": "evt_3",
            "status": "dead",
            "attempts": 12,
            "next_attempt_at": None,
            "reason": "Over\nand out.",
        }


@pytest.mark.parametrize("what", ["poll", "apply", "retry", "list"])
def test_a_sub_command_takes_djangos_options(what):
    command = load_command_class("stripe_django", "stripe_events")
    parser = command.create_parser("manage.py", "stripe_events")
    given = ["--settings", "x.y", "--pythonpath", "/z", "--traceback", "--no-color", "-v", "2"]
    after, before = parser.parse_args([what, *given]), parser.parse_args([*given, what])
    assert after == before
    assert (after.settings, after.verbosity, after.traceback) == ("x.y", 2, True)
    assert parser.parse_args([what]).verbosity == 1


@pytest.mark.skipif(settings.DATABASE != "sqlite", reason="the same with every database")
def test_the_settings_behind_a_sub_command_are_those_of_the_command(tmp_path):
    (tmp_path / "its_own.py").write_text("raise SystemExit('read')")
    command = [sys.executable, "-m", "django", "stripe_events", "poll", "--settings", "its_own"]
    options = {"cwd": tmp_path, "capture_output": True, "text": True, "check": False}
    done = subprocess.run([*command, "--pythonpath", str(tmp_path)], **options)
    assert done.stderr == "read\n"


@pytest.mark.parametrize(
    ("option", "given"),
    [("--interval", each) for each in ("0", "-1", "nan", "inf", "soon")]
    + [("--relist-every", each) for each in ("-1", "nan", "inf", "daily")],
)
def test_a_number_that_makes_no_sense(option, given):
    error = str(Said("poll", f"{option}={given}").error)
    assert f"argument {option}: {given!r} is not a number from 0" in error
