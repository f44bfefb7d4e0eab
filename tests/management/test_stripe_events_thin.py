"""``stripe_events poll`` and thin events, which are in a list of their own."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from stripe_django.models import (
    Customer,
    Event,
    Home,
    InboxEvent,
    MirroredAccount,
    V2CoreAccount,
    V2CoreEvent,
)
from stripe_django.testing.fake.clock import written
from stripe_django.webhooks import on
from tests.polls import ACCOUNT, Said, balances, customers, follow, home, polled, statuses, wait_for
from tests.posting import thin

__all__ = ["follow", "home"]

pytestmark = pytest.mark.usefixtures("no_handlers")

LIST, OTHER_LIST = "/v2/core/events", "/v1/events"


def happened(fake, number=1, *, after=0.0, **more):
    """A thin event about a customer of the fake, so many seconds from its time."""
    moment = fake.now + timedelta(seconds=after)
    return fake.add(thin(number, **{"created": written(moment), **more}))


def names(fake, *numbers, **place):
    for number in numbers:
        fake.create("v2.core.account", id=f"acct_{number}", display_name=f"Ann {number}", **place)


@pytest.mark.django_db
class TestPoll:
    def test_a_gap_is_filled(self, fake_stripe, home, client, settings):
        settings.STRIPE_DJANGO |= {"WEBHOOK_SECRETS": [fake_stripe.webhook_secret]}
        names(fake_stripe, 1)
        fake_stripe.webhooks().post(client, "/stripe/webhook/")
        names(fake_stripe, 2)
        customers(fake_stripe, 3)
        fake_stripe.webhooks()  # lost on the way
        fake_stripe.requests.clear()
        said = Said("poll")
        assert (said.error, said.err) == (None, "event: 3\n")
        assert said.out == "own account: 3 listed, 2 were missing: 2 applied\n"
        found = V2CoreAccount.objects.values_list("stripe_id", "display_name")
        assert dict(found) == {"acct_1": "Ann 1", "acct_2": "Ann 2"}
        assert (balances(), V2CoreEvent.objects.count()) == ({"cus_3": 3}, 2)
        asked = [request.path for request in fake_stripe.requests]
        assert asked == [LIST, OTHER_LIST, "/v2/core/accounts/acct_2"]
        assert Said("poll").out == "own account: 3 listed, none was missing\n"
        assert len(fake_stripe.requests) == 5

    def test_both_lists_are_asked_for_the_same_time(self, fake_stripe, home):
        Said("poll")
        [one], [other] = fake_stripe.asked(LIST), fake_stripe.asked(OTHER_LIST)
        since = home_since() - timedelta(minutes=5)
        assert one.params["created"] == {"gte": written(since)}
        assert other.params["created"] == {"gte": str(int(since.timestamp()))}

    def test_all_pages_are_read(self, fake_stripe, home):
        fake_stripe.add({"id": "cus_1", "object": "customer", "balance": 7})
        for number in range(130):
            happened(fake_stripe, number, related_object=None)
        assert Said("poll").out.startswith("own account: 130 listed, 130 were missing")
        first, second = fake_stripe.asked(LIST)
        assert second.params["created"] == first.params["created"]
        assert V2CoreEvent.objects.count() == 130

    def test_the_oldest_of_both_come_first(self, fake_stripe, home):
        seen = []
        on("*")(lambda event, _: seen.append(event.stripe_id))
        fake_stripe.add({"id": "cus_9", "object": "customer"})
        fake_stripe.now = (timezone.now() - timedelta(seconds=50)).replace(microsecond=0)
        for number in (1, 2, 3):
            customers(fake_stripe, number)
            happened(fake_stripe, number, after=0.5, related=("cus_9", "customer"))
            fake_stripe.advance(seconds=1)
        Said("poll")
        told = Event.objects.order_by("created").values_list("stripe_id", flat=True)
        thin_ones = [f"evt_thin_{number}" for number in (1, 2, 3)]
        assert seen == [each for pair in zip(told, thin_ones, strict=True) for each in pair]

    def test_an_interruption_in_the_second_list_loses_nothing(self, fake_stripe, home):
        Said("poll")
        before = polled().read_until
        names(fake_stripe, 1)
        fake_stripe.fail(status=402, message="No.", path=OTHER_LIST, times=1)
        assert str(Said("poll").error).startswith("CardError: ")
        assert polled().read_until == before
        assert set(statuses().values()) == {"received"}
        InboxEvent.objects.update(next_attempt_at=timezone.now())
        assert Said("poll").error is None
        assert set(statuses().values()) == {"applied"}

    def test_a_failure_of_the_first_list_is_one(self, fake_stripe, home):
        Said("poll")
        before = polled().read_until
        fake_stripe.fail(status=402, message="No.", path=LIST, times=1)
        assert str(Said("poll").error).startswith("CardError: ")
        assert polled().read_until == before

    def test_a_connected_account(self, fake_stripe, home):
        fake_stripe.add({"id": "cus_1", "object": "customer", "balance": 7}, account=ACCOUNT)
        fake_stripe.add(thin(1, created=written(fake_stripe.now)), account=ACCOUNT)
        said = Said("poll", "--account", ACCOUNT)
        assert said.out == f"{ACCOUNT}: 1 listed, 1 was missing: 1 applied\n"
        assert Customer.objects.get().stripe_account == ACCOUNT
        assert V2CoreEvent.objects.get().context == ACCOUNT

    def test_one_without_a_time_is_stored_too(self, fake_stripe, home):
        body = {"data": [thin(1, created=None, related_object=None)], "next_page_url": None}
        fake_stripe.answer(body, path=LIST)
        assert Said("poll").error is None
        assert statuses() == {"evt_thin_1": "ignored"}


def home_since():
    return Home.objects.get().since.replace(microsecond=0)


@pytest.mark.django_db
class TestWithoutTheSecondVersion:
    @pytest.mark.parametrize("status", [400, 403, 404])
    def test_it_is_no_failure_and_said_once(self, status, fake_stripe, home):
        Said("poll")
        MirroredAccount.objects.update(read_until=fake_stripe.now - timedelta(days=1))
        fake_stripe.requests.clear()
        fake_stripe.fail(status=status, path=LIST)
        customers(fake_stripe, 1)
        said = Said("poll")
        assert (said.error, balances()) == (None, {"cus_1": 1})
        assert said.out == "own account: 1 listed, 1 was missing: 1 applied\n"
        assert said.err.count(f"own account: {LIST} cannot be listed with this key") == 1
        assert (len(fake_stripe.asked(LIST)), len(fake_stripe.asked(OTHER_LIST))) == (1, 5)
        assert polled().read_until > fake_stripe.now - timedelta(minutes=1)

    def test_the_first_version_is_for_everybody(self, fake_stripe, home):
        fake_stripe.fail(status=403, message="Not for you.", path=OTHER_LIST)
        assert str(Said("poll").error).endswith("Not for you.")


@pytest.mark.django_db
class TestTwins:
    """A thin event with a ``snapshot_event``: that one holds what this one names."""

    @pytest.fixture
    def twins(self, fake_stripe, home):
        """A customer's creation, told twice."""
        customers(fake_stripe, 1)
        told = fake_stripe.webhooks()[0].event
        happened(fake_stripe, after=0.5, snapshot_event=told["id"])
        return told["id"]

    def test_nothing_is_read_for_what_was_applied(self, fake_stripe, twins):
        called = []
        on("*")(lambda event, customer: called.append((event.stripe_id, customer.balance)))
        assert Said("poll").out.endswith("2 were missing: 1 applied, 1 ignored\n")
        assert [request.path for request in fake_stripe.requests] == [LIST, OTHER_LIST]
        assert called == [(twins, 1), ("evt_thin_1", 1)]
        row = Customer.objects.get()
        assert (row.balance, row.as_of_kind, row.ambiguous) == (1, "event", False)
        ignored = InboxEvent.objects.get(event_id="evt_thin_1")
        assert ignored.reason == f"Its object was applied with {twins}."
        assert (ignored.object_name, ignored.object_id) == ("customer", "cus_1")
        assert V2CoreEvent.objects.get().snapshot_event_id == twins

    @pytest.mark.parametrize("status", ["received", "failed", "dead"])
    def test_what_is_not_applied_is_read(self, status, fake_stripe, twins):
        Said("poll")
        fake_stripe.requests.clear()
        later = timezone.now() + timedelta(hours=1)
        InboxEvent.objects.filter(event_id=twins).update(status=status, next_attempt_at=later)
        Said("retry", "--replay", "evt_thin_1")
        assert [request.path for request in fake_stripe.requests] == ["/v1/customers/cus_1"]
        assert Customer.objects.get().as_of_kind == "read"

    def test_the_other_order_does_not_change_it_either(self, fake_stripe, twins):
        fake_stripe.fail(status=500, retry_after=0, path=OTHER_LIST)
        fake_stripe.update("cus_1", balance=5)
        fake_stripe.advance(seconds=30)
        Said("poll")
        InboxEvent.objects.update(next_attempt_at=timezone.now())
        Said("retry")
        assert balances() == {"cus_1": 5}
        fake_stripe.recover()
        Said("poll")
        assert balances() == {"cus_1": 5}
        assert set(statuses().values()) == {"applied"}


def test_following(follow, fake_stripe):
    fake_stripe.fail(status=404, path=LIST, times=2)
    process = follow()
    wait_for(lambda: len(fake_stripe.asked(LIST)) > 2)
    names(fake_stripe, 1)
    told = json.loads(process.stdout.readline())
    assert told["polls"][0]["stored"] == {"applied": 1}
    process.terminate()
    _, err = process.communicate(timeout=30)
    assert err.count("cannot be listed with this key") == 1
