"""Each class of difference is found and repaired, and nothing else is a difference."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stripe_django import sync
from stripe_django.models import (
    Charge,
    Coupon,
    Customer,
    Dispute,
    Verification,
)
from stripe_django.signals import verification_finished
from stripe_django.testing import payload
from stripe_django.verification import objects, sampling, suspects

from .conftest import START, Document, Said, fill, rows

pytestmark = pytest.mark.django_db

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
DELETED = {"as_of": LONG_AGO, "as_of_from": None, "deleted_at": LONG_AGO + timedelta(days=9)}


def charges(stripe):
    return [request for request in stripe.requests if request.path.startswith("/v1/charges")]


def gone(stripe, id):
    stripe.delete(id, stub=False)
    stripe.webhooks()


def as_of_another_account(model):
    return lambda stripe: rows(model, "ch_3").update(stripe_account="acct_other")


def superfluous_item(stripe):
    """An item that the subscription does not have at Stripe."""
    item = payload("subscription_item", id="si_other", subscription="sub_1")
    sync.apply(item, as_of=timezone.now() - timedelta(minutes=9))


PLANTED = {
    "charge ch_1: missing": lambda stripe: rows(Charge, "ch_1").delete(),
    "customer cus_2: missing": lambda stripe: rows(Customer, "cus_2").update(as_of=None),
    "charge ch_2: gone": lambda stripe: gone(stripe, "ch_2"),
    "customer cus_1: gone": lambda stripe: stripe.delete("cus_1"),
    "charge ch_4: older: amount": lambda stripe: stripe.update("ch_4", amount=123_456),
    "coupon gold: older: extra": lambda stripe: stripe.update("gold", new_key="of tomorrow"),
    "charge ch_5: different: amount": lambda stripe: rows(Charge, "ch_5").update(amount=1),
    "charge ch_6: different: metadata": lambda stripe: rows(Charge, "ch_6").update(
        metadata={"a": "b"}
    ),
    "charge ch_7: different: extra": lambda stripe: rows(Charge, "ch_7").update(
        extra={"key": "damaged"}
    ),
    "customer cus_3: wrongly_deleted": lambda stripe: rows(Customer, "cus_3").update(**DELETED),
    "charge ch_3: wrong_account": as_of_another_account(Charge),
    "charge ch_8: ambiguous": lambda stripe: rows(Charge, "ch_8").update(ambiguous=True),
    "dispute dp_1: members: balance_transaction": lambda stripe: rows(
        Dispute.balance_transaction.through
    ).delete(),
    "subscription sub_1: members: items": superfluous_item,
}


class TestDifferences:
    def test_there_are_none(self, stripe):
        said = Said()
        assert said.error is None
        assert said.found == set()
        assert Said("--sample", "1").error is None

    @pytest.mark.parametrize("expected", PLANTED)
    def test_each_is_found_and_repaired(self, expected, stripe):
        PLANTED[expected](stripe)
        found = Said("--all")
        assert found.found == {expected}
        assert str(found.error) == "1 difference from Stripe."
        repaired = Said("--all", "--repair")
        assert (repaired.error, repaired.found) == (None, {expected})
        again = Said("--all")
        assert (again.error, again.found) == (None, set())

    def test_a_sample_finds_them_too(self, stripe, monkeypatch):
        monkeypatch.setattr(objects, "PAGE", 0)  # so that no table is small
        for plant in PLANTED.values():
            plant(stripe)
        # What is missing is in pages of the list, and all rows are in the sample.
        said = Said("--sample", "12", "--repair")
        assert said.found == {*PLANTED}
        assert {*Verification.objects.values_list("method", flat=True)} == {"sample"}
        assert Said("--all").found == set()

    def test_rows_are_as_a_sync_would_have_them(self, stripe):
        before = {each.stripe_id: each.to_stripe() for each in Charge.objects.all()}
        rows(Charge, "ch_1", "ch_2").delete()
        rows(Charge, "ch_3").update(amount=7, currency="xxx", metadata={})
        Said("--all", "--repair")
        assert {each.stripe_id: each.to_stripe() for each in Charge.objects.all()} == before

    def test_what_comes_on_request_only_is_compared_if_the_row_has_it(self, stripe):
        stripe.create("customer", id="cus_new", tax={"automatic_tax": "supported"})
        [webhook] = stripe.webhooks()
        sync.apply(webhook.event)
        rows(Customer, "cus_1").update(tax={"automatic_tax": "damaged"})
        assert Said("--all").found == {"customer cus_1: different: tax"}

    def test_a_row_of_another_account_with_this_id_stays(self, stripe):
        """Stripe has no such charge for this key, which says nothing about another account's."""
        gone(stripe, "ch_1")
        rows(Charge, "ch_1").update(stripe_account="acct_other")
        assert Said("--all", "--repair").found == set()
        assert Charge.objects.get(stripe_id="ch_1").is_alive

    def test_a_connected_account(self, stripe):
        stripe.add(payload("account", id="acct_1"))
        stripe.add(payload("coupon", id="gold"), account="acct_1")
        said = Document("--account", "acct_1", "--repair")
        assert said["objects"]["coupon"]["differences"] == {"missing": 1}
        assert Coupon.objects.of("acct_1").get().api_id == "gold"
        assert Verification.objects.filter(stripe_account="acct_1").count() == 5

    def test_since(self, stripe):
        rows(Charge, "ch_1", "ch_9").delete()
        gone(stripe, "ch_2")
        since = datetime.fromtimestamp(START + 5, UTC).isoformat()
        assert Said("--all", "--since", since).found == {"charge ch_9: missing"}
        assert Document("--since", since)["objects"]["charge"]["rows"] == 6


class Meanwhile:
    """What the endpoint applies while a verification runs, before its next statement.

    Requests come from threads without a database: they only leave it here.
    """

    def __init__(self, stripe):
        self.stripe, self.waiting = stripe, []

    def deliver(self):
        self.waiting += [(each.event, None) for each in self.stripe.webhooks()]

    def __call__(self, execute, *given):
        waiting, self.waiting = self.waiting, []
        for each, as_of in waiting:
            sync.apply(each, as_of=as_of)
        return execute(*given)


class TestFalseAlarms:
    """A row may be behind Stripe, or ahead of a read, for a moment."""

    @pytest.fixture
    def meanwhile(self, stripe, monkeypatch):
        monkeypatch.setattr(suspects, "LATER", 0.0)
        found = Meanwhile(stripe)
        with connection.execute_wrapper(found):
            yield found

    def test_an_event_that_comes_after_the_read(self, stripe, meanwhile):
        stripe.update("ch_1", amount=123_456)
        stripe.create("charge", id="ch_new")
        stripe.delete("cus_1")

        def deliver(request):
            if request.path.count("/") == 3:  # a second look
                meanwhile.deliver()

        stripe.before_answers(deliver)
        said = Document("--all")
        assert (said.error, said["differences"]) == (None, 0)
        assert Charge.objects.filter(stripe_id="ch_new").exists()

    def test_an_event_that_comes_before_an_older_read(self, stripe, meanwhile):
        """The list comes from a replica that lags behind."""
        newer = stripe.get("ch_1") | {"amount": 123_456}

        def overtake(request):
            if request.path == "/v1/charges":
                meanwhile.waiting.append((newer, stripe.now + timedelta(seconds=2)))
            elif request.path == "/v1/charges/ch_1":
                stripe.add(newer)

        stripe.before_answers(overtake)
        said = Document("--all")
        assert (said.error, said["differences"]) == (None, 0)
        assert stripe.asked("/v1/charges/ch_1")

    def test_an_object_that_changes_all_the_time(self, stripe, meanwhile):
        amounts = iter(range(1_000_000, 2_000_000))

        def change(request):
            meanwhile.deliver()
            stripe.update("ch_1", amount=next(amounts))

        stripe.before_answers(change)
        said = Document("--all", "--repair")
        assert (said.error, said["differences"]) == (None, 0)
        assert len(stripe.asked("/v1/charges/ch_1")) > 2

    def test_a_row_that_no_event_reaches(self, stripe, meanwhile):
        """The same without anything that is under way: then it is a difference."""
        stripe.update("ch_1", amount=123_456)
        stripe.webhooks()
        assert Said("--all").found == {"charge ch_1: older: amount"}

    def test_a_time_in_the_future_excuses_nothing(self, stripe):
        future = timezone.now() + timedelta(days=1)
        rows(Charge, "ch_1").update(as_of=future, as_of_from=None, as_of_source="", digest="x")
        rows(Charge, "ch_1").update(amount=1)
        assert Said("--all", "--repair").found == {"charge ch_1: different: amount"}
        assert Said("--all").found == set()


class TestWhatStripeRefuses:
    def test_one_list(self, stripe):
        stripe.fail(status=403, message="Not with this key.", path="/v1/charges")
        rows(Customer, "cus_1").delete()
        said = Said("--all")
        assert "customer cus_1: missing" in said.found
        assert "charge" in str(said.error)
        states = dict(Verification.objects.values_list("object_name", "status"))
        assert states["charge"] == "unavailable"
        assert {*states.values()} == {"unavailable", "done"}

    def test_single_objects(self, stripe):
        stripe.fail(status=500, message="Broken.", path="/v1/charges/ch_1")
        rows(Charge, "ch_1", "ch_2").update(amount=1)
        stripe_says = Said("--all")
        assert "charge ch_2: different: amount" in stripe_says.found
        assert "failed: charge ch_1: cannot be read" in stripe_says.err
        assert "1 object could not be compared." in str(stripe_says.error)

    def test_a_key(self, stripe, settings):
        stripe.fail(status=401, message="Revoked.")
        assert "Stripe rejects the key" in str(Said("--all").error)
        assert Verification.objects.filter(status="interrupted").count() == 1

    def test_an_object_without_a_list(self, stripe):
        assert "comes inside" in str(Said(names=["subscription_item"]).error)
        assert "stripe_events poll" in str(Said(names=["event"]).error)
        assert stripe.requests == []


class Killed(BaseException):
    """Ends a process without any of its clean-up."""


class TestResuming:
    @pytest.fixture
    def killed(self, stripe, monkeypatch):
        """A run that was killed after some pages of charges."""
        stripe.add(*(payload("charge", id=f"ch_{n}", created=START + n) for n in range(12, 520)))
        fill("charge")
        rows(Charge, "ch_1", "ch_300", "ch_500").delete()
        gone(stripe, "ch_10")
        monkeypatch.setattr(objects, "SAVE_EVERY", 0.0)
        saved = []

        def die(self, row):
            saved.append(row.verified)
            if row.object_name == "charge" and row.verified >= 200:
                raise Killed

        with monkeypatch.context() as patch:
            patch.setattr("stripe_django.management.output.verify.LineObserver.progressed", die)
            with pytest.raises(Killed):
                Said("--all")
        stripe.requests.clear()
        return stripe

    def test_it_resumes_where_it_was(self, killed):
        row = Verification.objects.get(status="running")
        assert (row.object_name, row.finished_at) == ("charge", None)
        assert 200 <= row.verified < 500
        Verification.objects.update(seen_at=LONG_AGO)
        said = Document("--all")
        assert said["resumed"] is True
        expected = {"missing": 3, "gone": 1}
        assert said["objects"]["charge"]["differences"] == expected
        assert said["objects"]["charge"]["verified"] == 520
        lists = [each for each in killed.requests if each.path == "/v1/charges"]
        assert len(lists) < 5
        assert Verification.objects.exclude(status="done").count() == 0

    def test_not_while_it_runs(self, killed):
        assert Document("--all")["resumed"] is False

    def test_not_with_other_options(self, killed):
        Verification.objects.update(seen_at=LONG_AGO)
        assert Document("--all", "--repair")["resumed"] is False
        assert Document("--all", "--no-resume")["resumed"] is False

    def test_a_second_process_does_not_take_it_over(self, killed):
        Verification.objects.filter(status="running").update(seen_at=timezone.now())
        Verification.objects.exclude(status="running").update(seen_at=LONG_AGO)
        assert Document("--all")["resumed"] is False


class TestResults:
    def test_a_row_for_each_object(self, stripe):
        rows(Charge, "ch_1").delete()
        rows(Charge, "ch_2").update(amount=1)
        Said("--all")
        row = Verification.objects.get(object_name="charge")
        assert (row.method, row.status, row.rows, row.verified) == ("all", "done", 11, 12)
        assert row.differences == {"missing": 1, "different": 1}
        assert sorted(row.examples, key=lambda each: each["id"]) == [
            {"object": "charge", "id": "ch_1", "difference": "missing", "columns": []},
            {"object": "charge", "id": "ch_2", "difference": "different", "columns": ["amount"]},
        ]
        assert (row.count, row.remaining, row.repaired, row.progress) == (2, 2, 0, None)

    def test_the_newest_of_each_object(self, stripe):
        Said("--all")
        Said("--all", names=["charge"])
        unfinished = Verification.objects.create(object_name="charge", status="running")
        newest = {each.object_name: each for each in Verification.objects.latest_by_object()}
        assert sorted(newest) == ["charge", "coupon", "customer", "dispute", "subscription"]
        done = Verification.objects.filter(object_name="charge").exclude(pk=unfinished.pk)
        assert newest["charge"] == done.latest("pk")

    def test_a_signal(self, stripe):
        received = []

        def receive(sender, verification, **kwargs):
            received.append((sender, verification.object_name, verification.remaining))

        verification_finished.connect(receive)
        rows(Charge, "ch_1").delete()
        Said("--all")
        verification_finished.disconnect(receive)
        assert (Verification, "charge", 1) in received
        assert len(received) == 5

    def test_it_shows_no_value_of_an_object(self, stripe):
        rows(Customer, "cus_1").update(email="somebody@example.com")
        said = Said("--all", "--json")
        assert "somebody" not in said.out + said.err
        assert not Verification.objects.filter(examples__icontains="somebody").exists()


class TestCosts:
    def test_queries(self, stripe):
        Said("--all", names=["charge"])  # which also learns the account
        with CaptureQueriesContext(connection) as sent:
            Said("--all", names=["charge"])
        stripe.add(*(payload("charge", id=f"ch_{n}", created=START + n) for n in range(12, 100)))
        fill("charge")
        with CaptureQueriesContext(connection) as more:
            Said("--all", names=["charge"])
        assert len(more) == len(sent)

    def test_requests(self, stripe):
        Document("--all")
        assert len(stripe.requests) == 6  # with that of the account, which is not known yet
        stripe.requests.clear()
        gone(stripe, "ch_1")
        Document("--all")
        # The row that no list shows is read by its id, twice.
        assert len(stripe.requests) == 7

    def test_a_sample_reads_each_row_and_a_page(self, stripe, monkeypatch):
        monkeypatch.setattr(objects, "PAGE", 0)
        Document("--sample", "5")
        assert len(charges(stripe)) == 6


class TestSamples:
    def test_the_size_gives_the_confidence(self):
        assert sampling.size_for(1_000) == 2_995
        assert sampling.one_in_for(2_995) == 1_000
        assert sampling.one_in_for(300) == 100
        assert [(1 - 1 / 1_000) ** size > 0.05 for size in (2_994, 2_995)] == [True, False]

    def test_every_row_has_the_same_chance(self, stripe):
        rows(Charge, "ch_5", "ch_6", "ch_7").delete()
        keys = [*Charge.objects.values_list("pk", flat=True)]
        drawn = [key for _ in range(300) for key in sampling.random_keys(Charge.objects.all(), 3)]
        assert {*drawn} == {*keys}
        assert all(60 < drawn.count(key) < 140 for key in keys)

    def test_few_rows_among_many_keys(self, stripe):
        for number, row in enumerate(rows(Charge).order_by("-pk")):
            rows(Charge).filter(pk=row.pk).update(id=row.pk + 10_000_000 * (12 - number))
        keys = sampling.random_keys(Charge.objects.all(), 4)
        assert len({*keys}) == 4
