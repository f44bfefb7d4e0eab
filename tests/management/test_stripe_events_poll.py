"""``stripe_events poll``: gaps that webhooks leave are filled."""

import json
import signal
import socket
import time
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from stripe_django.models import Account, Customer, Event, Home, InboxEvent, MirroredAccount, Person
from stripe_django.sync.events import store
from stripe_django.webhooks import on
from tests.polls import (
    ACCOUNT,
    Said,
    balances,
    customers,
    follow,
    home,
    polled,
    since_of,
    statuses,
    wait_for,
)
from tests.posting import event
from tests.rows import row

__all__ = ["follow", "home"]

pytestmark = pytest.mark.usefixtures("no_handlers")

LIST = "/v1/events"
URL = "/stripe/webhook/"


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
        assert said.out == "own account: 3 listed, 1 was missing: 1 applied\n"
        assert balances() == {"cus_1": 1, "cus_2": 2, "cus_3": 3}
        assert Event.objects.count() == 3

    def test_nothing_is_missing_the_second_time(self, fake_stripe, home):
        customers(fake_stripe, 1)
        Said("poll")
        assert Said("poll").out == "own account: 1 listed, none was missing\n"
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
        MirroredAccount.objects.update(read_until=fake_stripe.now - timedelta(days=1))
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
        assert Said("poll").out.startswith("own account: 250 listed, 150 were missing")
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

    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_an_account_that_is_refused_stops_no_other(self, fake_stripe, home, place):
        sellers = [fake_stripe.create("account")["id"] for _ in range(2)]
        for name in sellers:
            fake_stripe.create("customer", account=name)
        names = [*sellers[:place], "acct_1Disconnected000", *sellers[place:]]
        said = Said("poll", *(each for name in names for each in ("--account", name)))
        found = Customer.objects.values_list("stripe_account", flat=True)
        assert set(found) == set(sellers)
        heading, error = str(said.error).split("\n")
        assert heading == "1 of 3 accounts could not be polled:"
        assert error.startswith("acct_1Disconnected000: ")
        assert not any(name in str(said.error) for name in sellers)
        assert said.out.count("1 was missing: 1 applied") == 2

    def test_a_failure_fails_the_command(self, fake_stripe, home):
        customers(fake_stripe, 1)
        fake_stripe.create("coupon", id="gold")
        with connection.execute_wrapper(without_customers):
            said = Said("poll")
        assert said.out == "own account: 2 listed, 2 were missing: 1 applied, 1 failed\n"
        assert str(said.error) == "1 failed: see stripe_events list."
        assert "No room." in Said("list").out
        assert Said("retry", "--all").error is None
        assert balances() == {"cus_1": 1}

    def test_a_connected_account(self, fake_stripe, home):
        fake_stripe.create("customer", id="cus_1", account=ACCOUNT)
        customers(fake_stripe, 2)
        said = Said("poll", "--account", ACCOUNT)
        assert said.out == f"{ACCOUNT}: 1 listed, 1 was missing: 1 applied\n"
        assert Customer.objects.get().stripe_account == ACCOUNT
        assert Event.objects.get().account_id == ACCOUNT
        assert polled(ACCOUNT).read_until
        Said("poll", "--account", ACCOUNT, "--account", "")
        assert Customer.objects.count() == 2

    def test_tasks(self, fake_stripe, home, settings):
        settings.STRIPE_DJANGO |= {"TASKS": "default"}
        customers(fake_stripe, 1)
        assert Said("poll").out.endswith("1 was missing: 1 applied\n")

    def test_json(self, fake_stripe, home):
        customers(fake_stripe, 1)
        said = Said("poll", "--json")
        poll = {"account": "", "listed": 1, "stored": {"applied": 1}, "missed_since": None}
        assert json.loads(said.out) == {"polls": [poll], "relisted": {}, "errors": {}}
        assert said.err == "event: 1\n"

    def test_what_is_due_is_tried_again(self, fake_stripe, home):
        store.store(event(1), sent_at=timezone.now())
        InboxEvent.objects.update(status="failed", next_attempt_at=timezone.now())
        Said("poll")
        assert statuses() == {"evt_1": "applied"}

    def test_a_key_that_stripe_refuses(self, fake_stripe, home):
        fake_stripe.key = "sk_test_another"
        assert str(Said("poll").error).startswith("Stripe rejects the key: ")

    def test_a_key_of_another_mode(self, fake_stripe, settings):
        Home.objects.create(livemode=True)
        said = Said("poll")
        assert str(said.error).startswith("The key belongs to another mode")
        assert (said.out, fake_stripe.requests) == ("", [])

    def test_without_a_network(self, home, settings):
        """One line, once."""
        with socket.create_server(("127.0.0.1", 0)) as unused:
            address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        own = {"API_BASE": address, "MAX_NETWORK_RETRIES": 0}
        settings.STRIPE_DJANGO = {**settings.STRIPE_DJANGO, **own}
        said = Said("poll")
        assert str(said.error).startswith(f"{address} cannot be reached: ")
        assert "\n" not in str(said.error)
        assert (said.out, said.err) == ("", "")


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
        assert (said.error, said.err) == (None, "")

    def test_it_comes_near(self, fake_stripe, home):
        Said("poll")
        fake_stripe.advance(days=26, hours=1)
        said = Said("poll")
        assert said.error is None
        assert "the last poll was 26 days ago" in said.err
        assert "days ago" not in Said("poll").err

    def test_past_it(self, fake_stripe, home, settings):
        settings.STRIPE_DJANGO |= {"OBJECTS": ["customer", "person"]}
        fake_stripe.add({"id": "cus_1", "object": "customer", "balance": 1})
        Said("poll")
        began = polled().read_until
        fake_stripe.advance(days=31)
        customers(fake_stripe, 2)
        said = Said("poll")
        assert "Events were lost" in str(said.error)
        assert f"no longer lists all events since {began:%Y-%m-%d %H:%M} UTC" in said.err
        assert "with --relist: customer, event, v2.core.event." in said.err
        assert "stripe_sync --children lists those of each parent: person" in said.err
        assert (balances(), polled().missed_since) == ({"cus_2": 2}, began)
        assert "Events were lost" in str(Said("poll").error)
        assert Said("poll", "--relist").error is None
        assert (balances(), polled().missed_since) == ({"cus_1": 1, "cus_2": 2}, None)
        assert Said("poll").error is None

    def test_a_list_that_fails_leaves_it_open(self, fake_stripe, home, settings):
        settings.STRIPE_DJANGO |= {"OBJECTS": ["customer"]}
        Said("poll")
        fake_stripe.advance(days=31)
        fake_stripe.fail(status=402, path="/v1/customers", times=1)
        assert str(Said("poll", "--relist").error).startswith("1 failed")
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
        made = fake_stripe.create("account", id=ACCOUNT, event="account.updated")
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


# Run by its name


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
    assert err.startswith("CommandError: Stripe rejects the key")
