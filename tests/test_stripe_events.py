"""``stripe_events``: gaps that webhooks leave are filled, and what failed is tried again."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from stripe_django.models import (
    Account,
    Customer,
    Event,
    EventPoll,
    HandlerRun,
    Home,
    InboxEvent,
    PendingRead,
    Person,
)
from stripe_django.sync import handling, inbox
from stripe_django.webhooks import on

from .rows import row

ACCOUNT = "acct_connected"
LIST = "/v1/events"
URL = "/stripe/webhook/"


class Said:
    """What a call printed, and the error that it ended with."""

    def __init__(self, *arguments):
        out, err = StringIO(), StringIO()
        self.error = None
        try:
            call_command("stripe_events", *arguments, stdout=out, stderr=err)
        except CommandError as error:
            self.error = error
        self.out, self.err = out.getvalue(), err.getvalue()


@pytest.fixture(autouse=True)
def handlers(monkeypatch):
    monkeypatch.setattr(handling, "_handlers", {})


@pytest.fixture
def home():
    """The first sync was a minute ago."""
    made = Home.objects.create(livemode=False)
    Home.objects.update(since=timezone.now() - timedelta(minutes=1))
    return made


def statuses():
    return dict(InboxEvent.objects.order_by("pk").values_list("event_id", "status"))


def balances():
    return dict(Customer.objects.order_by("stripe_id").values_list("stripe_id", "balance"))


def customers(fake, *numbers):
    for number in numbers:
        fake.create("customer", id=f"cus_{number}", balance=number)


def polled(account=""):
    return EventPoll.objects.get(stripe_account=account)


def since_of(request):
    return int(request.params["created"]["gte"])


@pytest.mark.django_db
class TestPoll:
    def test_a_gap_is_filled(self, fake_stripe, home, client, settings):
        settings.STRIPE_DJANGO |= {"WEBHOOK_SECRETS": [fake_stripe.webhook_secret]}
        customers(fake_stripe, 1)
        fake_stripe.webhooks().post(client, URL)
        customers(fake_stripe, 2)
        fake_stripe.webhooks()  # lost on the way
        customers(fake_stripe, 3)
        fake_stripe.webhooks().post(client, URL)
        assert list(balances()) == ["cus_1", "cus_3"]
        said = Said("poll")
        assert said.error is None
        assert said.out == "home account: 3 listed, 1 were missing: 1 applied\n"
        assert balances() == {"cus_1": 1, "cus_2": 2, "cus_3": 3}
        assert Event.objects.count() == 3

    def test_nothing_is_missing_the_second_time(self, fake_stripe, home):
        customers(fake_stripe, 1)
        Said("poll")
        assert Said("poll").out == "home account: 1 listed, none was missing\n"
        assert InboxEvent.objects.get().attempts == 1

    def test_it_goes_on_where_it_was(self, fake_stripe, home):
        Said("poll")
        before = polled().read_until
        assert abs((before - fake_stripe.now).total_seconds()) < 5
        fake_stripe.advance(hours=2)
        Said("poll")
        first, second = fake_stripe.asked(LIST)
        assert since_of(first) == int((Home.objects.get().since - polled_overlap()).timestamp())
        assert since_of(second) == int((before - polled_overlap()).timestamp())
        assert timedelta(hours=1.99) < polled().read_until - before < timedelta(hours=2.01)

    def test_the_first_one_of_a_new_database_begins_now(self, fake_stripe):
        Said("poll")
        [request] = fake_stripe.asked(LIST)
        assert since_of(request) >= time.time() - 310

    def test_an_earlier_beginning(self, fake_stripe, home, settings):
        settings.TIME_ZONE = "UTC"
        fake_stripe.now = fake_stripe.now - timedelta(days=2)
        customers(fake_stripe, 1)
        fake_stripe.advance(days=2)
        Said("poll")
        assert balances() == {}
        before = polled().read_until
        Said("poll", "--since", (fake_stripe.now - timedelta(days=3)).isoformat())
        assert balances() == {"cus_1": 1}
        assert polled().read_until >= before

    def test_a_later_beginning_leaves_no_gap(self, fake_stripe, home):
        Said("poll")
        customers(fake_stripe, 1)
        Said("poll", "--since", (fake_stripe.now + timedelta(days=1)).isoformat())
        assert balances() == {"cus_1": 1}

    def test_handlers_get_the_oldest_first(self, fake_stripe, home):
        seen = []
        on("customer.*")(lambda event, customer: seen.append(event.stripe_id))
        fake_stripe.advance(hours=-20)
        for number in range(130):
            fake_stripe.create("customer", id=f"cus_{number}")
            fake_stripe.advance(minutes=5)
        fake_stripe.now = timezone.now()
        Home.objects.update(since=fake_stripe.now - timedelta(days=1))
        Said("poll")
        assert len(seen) == 130
        assert seen == sorted(seen)

    def test_handlers_get_those_of_one_second_as_they_came(self, fake_stripe, home):
        seen = []
        on("customer.*")(lambda event, customer: seen.append(customer.balance))
        fake_stripe.now = timezone.now()
        customers(fake_stripe, 3, 1, 2)
        Said("poll")
        assert seen == [3, 1, 2]

    @pytest.mark.parametrize("path", [LIST, "/v2/core/events"])
    def test_a_long_gap_is_read_in_parts(self, path, fake_stripe, home):
        Said("poll")
        EventPoll.objects.update(read_until=fake_stripe.now - timedelta(days=1))
        fake_stripe.requests.clear()
        Said("poll")
        spans = [request.params["created"] for request in fake_stripe.asked(path)]
        assert len(spans) == 5
        assert [span["lt"] for span in spans[:-1]] == [span["gte"] for span in spans[1:]]
        assert "lt" not in spans[-1]

    def test_an_interruption_loses_nothing(self, fake_stripe, home):
        Said("poll")
        before = polled().read_until
        customers(fake_stripe, *range(250))
        fake_stripe.fail(status=402, message="No.", path=LIST, after=1, times=1)
        said = Said("poll")
        assert str(said.error).startswith("CardError: ")
        assert polled().read_until == before
        assert set(statuses().values()) == {"received"}
        assert Said("poll").out.startswith("home account: 250 listed, 150 were missing")
        InboxEvent.objects.filter(status="received").update(next_attempt_at=timezone.now())
        Said("poll")
        assert set(statuses().values()) == {"applied"}
        assert len(balances()) == 250

    def test_what_came_ahead_of_time(self, fake_stripe, home):
        """An event of a test clock, which runs ahead of Stripe's time."""
        fake_stripe.advance(days=40)
        customers(fake_stripe, 1)
        fake_stripe.advance(days=-40)
        Said("poll")
        assert statuses() == {Event.objects.get().stripe_id: "applied"}
        assert polled().read_until < fake_stripe.now + timedelta(minutes=1)

    def test_a_failure_fails_the_command(self, fake_stripe, home):
        customers(fake_stripe, 1)
        fake_stripe.create("coupon", id="gold")
        with connection.execute_wrapper(without_customers):
            said = Said("poll")
        assert said.out == "home account: 2 listed, 2 were missing: 1 applied, 1 failed\n"
        assert str(said.error) == "Some of it failed: stripe_events list tells what."
        assert "No room." in Said("list").out
        assert Said("retry", "--all").error is None
        assert balances() == {"cus_1": 1}

    def test_a_connected_account(self, fake_stripe, home):
        fake_stripe.create("customer", id="cus_1", account=ACCOUNT)
        customers(fake_stripe, 2)
        said = Said("poll", "--account", ACCOUNT)
        assert said.out == f"{ACCOUNT}: 1 listed, 1 were missing: 1 applied\n"
        assert Customer.objects.get().stripe_account == ACCOUNT
        assert Event.objects.get().account_id == ACCOUNT
        assert polled(ACCOUNT).read_until
        Said("poll", "--account", ACCOUNT, "--account", "")
        assert Customer.objects.count() == 2

    def test_tasks(self, fake_stripe, home, settings):
        settings.STRIPE_DJANGO |= {"TASKS": "default"}
        customers(fake_stripe, 1)
        assert Said("poll").out.endswith("1 were missing: 1 applied\n")

    def test_json(self, fake_stripe, home):
        customers(fake_stripe, 1)
        said = Said("poll", "--json")
        poll = {"account": "", "listed": 1, "stored": {"applied": 1}, "missed_since": None}
        assert json.loads(said.out) == {"polls": [poll], "relisted": {}}
        assert said.err == "event: 1\n"

    def test_what_is_due_is_tried_again(self, fake_stripe, home):
        inbox.store(event("evt_1"), sent_at=timezone.now())
        InboxEvent.objects.update(status="failed", next_attempt_at=timezone.now())
        Said("poll")
        assert statuses() == {"evt_1": "applied"}

    def test_a_key_that_stripe_refuses(self, fake_stripe, home):
        fake_stripe.key = "sk_test_another"
        assert str(Said("poll").error).startswith("Stripe refuses the key: ")

    def test_a_key_of_another_mode(self, fake_stripe, settings):
        Home.objects.create(livemode=True)
        assert "another mode" in str(Said("poll").error)
        assert fake_stripe.requests == []


def without_customers(execute, sql, *arguments):
    if Customer._meta.db_table in sql:
        raise DatabaseError("No room.")
    return execute(sql, *arguments)


def polled_overlap():
    return timedelta(minutes=5)


@pytest.mark.django_db
class TestHorizon:
    def test_before_it_comes_near(self, fake_stripe, home):
        Said("poll")
        fake_stripe.advance(days=24)
        said = Said("poll")
        assert (said.error, said.err) == (None, "event: 0\n")

    def test_it_comes_near(self, fake_stripe, home):
        Said("poll")
        fake_stripe.advance(days=26, hours=1)
        said = Said("poll")
        assert said.error is None
        assert "the last look was 26 days ago" in said.err
        assert "days ago" not in Said("poll").err

    def test_past_it(self, fake_stripe, home, settings):
        settings.STRIPE_DJANGO |= {"OBJECTS": ["customer", "person"]}
        fake_stripe.add({"id": "cus_1", "object": "customer", "balance": 1})
        Said("poll")
        began = polled().read_until
        fake_stripe.advance(days=31)
        customers(fake_stripe, 2)
        said = Said("poll")
        assert "Events were missed for good" in str(said.error)
        assert f"no longer lists all events since {began:%Y-%m-%d %H:%M} UTC" in said.err
        assert "which --relist does: customer, event, v2.core.event." in said.err
        assert "stripe_sync --children also does what each owner lists: person" in said.err
        assert (balances(), polled().missed_since) == ({"cus_2": 2}, began)
        assert "Events were missed" in str(Said("poll").error)
        assert Said("poll", "--relist").error is None
        assert (balances(), polled().missed_since) == ({"cus_1": 1, "cus_2": 2}, None)
        assert Said("poll").error is None

    def test_a_list_that_fails_leaves_it_open(self, fake_stripe, home, settings):
        settings.STRIPE_DJANGO |= {"OBJECTS": ["customer"]}
        Said("poll")
        fake_stripe.advance(days=31)
        fake_stripe.fail(status=402, path="/v1/customers", times=1)
        assert str(Said("poll", "--relist").error).startswith("Some of it failed")
        assert polled().missed_since
        assert Said("poll", "--relist").error is None


@pytest.mark.django_db
class TestRelisting:
    @pytest.fixture(autouse=True)
    def accounts(self, fake_stripe, home):
        Said("poll")
        row(Account, "acct_home")
        fake_stripe.requests.clear()

    def paths(self, fake):
        return [each.path for each in fake.requests if not each.path.endswith("/events")]

    def test_without_connected_accounts_nothing_is_asked(self, fake_stripe):
        assert Said("poll").error is None
        assert self.paths(fake_stripe) == []
        assert polled().relisted_at is None

    def test_once_a_day(self, fake_stripe):
        made = fake_stripe.create("account", id=ACCOUNT)
        fake_stripe.create("person", account=ACCOUNT)
        said = Said("poll")
        assert said.out.endswith("account: 2 listed again\nperson: 1 listed again\n")
        assert Account.objects.filter(stripe_id=made["id"]).exists()
        assert Person.objects.count() == 1
        done = len(fake_stripe.requests)
        Said("poll")
        assert self.paths(fake_stripe)[-1].endswith("/persons")
        assert len(fake_stripe.requests) == done + 2
        fake_stripe.advance(hours=25)
        assert "person: 1 listed again" in Said("poll").out

    def test_as_often_as_one_likes(self, fake_stripe):
        row(Account, ACCOUNT)
        assert "listed again" not in Said("poll", "--relist-every", "0").out
        assert "listed again" in Said("poll", "--relist-every", "1").out
        fake_stripe.advance(hours=2)
        assert "listed again" in Said("poll", "--relist-every", "1").out

    def test_only_what_is_kept(self, fake_stripe, settings):
        row(Account, ACCOUNT)
        settings.STRIPE_DJANGO |= {"OBJECTS": ["customer"]}
        Said("poll")
        assert self.paths(fake_stripe) == []


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
        inbox.store(payload, sent_at=now)
    inbox.process("evt_1")
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
            (["--dead"], "13", "events: 1 applied"),
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
        assert result.out == f"{said}\nhandlers: none\nreads: none\n"
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

    def test_what_was_erased_is_left_alone(self):
        Event.objects.all()._raw_delete("default")
        assert Said("retry", "--replay").out.startswith("events: none")
        assert statuses()["evt_1"] == "applied"

    def test_a_handler(self):
        failing = [True]

        @on("customer.updated")
        def notify(event, customer):
            assert not failing

        inbox.process("evt_4")
        assert HandlerRun.objects.get().status == "failed"
        failing.clear()
        assert Said("retry").out == "events: none\nhandlers: none\nreads: none\n"
        assert Said("retry", "evt_4").out == "events: none\nhandlers: 1 done\nreads: none\n"
        assert HandlerRun.objects.get().status == "done"

    def test_a_failure_fails_the_command(self):
        change(2, body="no JSON")
        said = Said("retry", "--all")
        assert said.out.startswith("events: 2 applied, 1 failed")
        assert str(said.error).startswith("Some of it failed again")

    def test_an_id_that_is_not_there(self):
        assert str(Said("retry", "evt_5", "evt_1").error) == "Not in the inbox: evt_5."

    def test_too_much_said(self):
        assert "Name events, or choose" in str(Said("retry", "evt_1", "--all").error)
        assert "not allowed with" in str(Said("retry", "--dead", "--all").error)

    def test_json(self):
        said = Said("retry", "--json")
        assert json.loads(said.out) == {"events": {"applied": 1}, "handlers": {}, "reads": {}}


def unmoved(tables):
    """The rows without the time of the last writing, which may move."""
    return [[row | {"synced_at": None} for row in table] for table in tables]


@pytest.mark.django_db
class TestReads:
    def test_they_are_retried_too(self, fake_stripe):
        fake_stripe.add({"id": "cus_1", "object": "customer", "balance": 5})
        row(Customer, "cus_1", as_of=timezone.now() - timedelta(days=1))
        read = PendingRead.objects.create(
            object_name="customer",
            stripe_id="cus_1",
            reason="tie",
            not_before=timezone.now() - timedelta(days=1),
            next_attempt_at=timezone.now() + timedelta(hours=1),
            attempts=1,
            error="Busy.",
        )
        assert Said("retry").out.endswith("reads: none\n")
        assert "failed read customer cus_1 (1 attempts" in Said("list").out
        assert Said("retry", "--all").out.endswith("reads: 1 settled\n")
        assert not PendingRead.objects.filter(pk=read.pk).exists()
        assert balances() == {"cus_1": 5}


@pytest.mark.django_db
@pytest.mark.usefixtures("stored")
class TestList:
    def test_as_text(self):
        again = InboxEvent.objects.get(event_id="evt_2").next_attempt_at
        lines = Said("list").out.splitlines()
        assert lines[:3] == ["events: 1 applied, 1 dead, 2 failed", "handlers: none", "reads: none"]
        assert lines[3:5] == [
            "failed event customer.updated evt_2"
            f" (3 attempts, again at {again:%Y-%m-%d %H:%M:%S} UTC): Busy.",
            "dead event customer.updated evt_3 (12 attempts): and out.",
        ]

    def test_many_are_not_all_shown(self):
        for number in range(5, 30):
            inbox.store(event(f"evt_{number}"), sent_at=timezone.now())
            change(number, status="dead")
        *lines, last = Said("list").out.splitlines()
        assert (len(lines), last) == (23, "and 8 more; --json lists all")

    def test_as_json(self):
        document = json.loads(Said("list", "--json").out)
        failures = document.pop("failures")
        assert document == {
            "events": {"applied": 1, "dead": 1, "failed": 2},
            "handlers": {},
            "reads": {},
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


# Run by its name


@pytest.fixture
def follow(migrated, fake_stripe, settings):
    """Starts a process that follows, on a database of its own."""
    environment = {
        "PATH": os.environ["PATH"],
        "NO_PROXY": "127.0.0.1",
        "STRIPE_SECRET_KEY": fake_stripe.key,
        "STRIPE_API_BASE": settings.STRIPE_DJANGO["API_BASE"],
    }
    command = [sys.executable, "-W", "error", "-m", "stripe_django"]
    options = {"cwd": migrated, "env": environment, "text": True}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    arguments = ["stripe_events", "poll", "--follow", "--interval", "0.2", "--json"]
    processes = []

    def start():
        processes.append(subprocess.Popen([*command, *arguments], **options, **pipes))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_following_until_it_is_asked_to_stop(number, follow, fake_stripe):
    process = follow()
    wait_for(lambda: fake_stripe.asked(LIST))
    customers(fake_stripe, 1)
    told = json.loads(process.stdout.readline())
    assert told["polls"][0]["stored"] == {"applied": 1}
    fake_stripe.fail(status=402, message="No.", path=LIST, times=2)
    assert [process.stderr.readline()[-5:] for _ in range(2)] == [" No.\n"] * 2
    customers(fake_stripe, 2)
    assert json.loads(process.stdout.readline())["polls"][0]["stored"] == {"applied": 1}
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "")
    assert "Traceback" not in err


def test_following_ends_with_a_key_that_stripe_refuses(follow, fake_stripe):
    fake_stripe.key = "sk_test_another"
    process = follow()
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert err.startswith("CommandError: Stripe refuses the key")
