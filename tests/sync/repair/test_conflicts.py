"""``stripe_sync --ambiguous``: every ambiguous row is read, and those that stay so are counted."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from stripe_django import sync
from stripe_django.models import Card, Charge, Customer, DisputeEvidence, PendingRead
from tests import said
from tests.rows import row

pytestmark = pytest.mark.django_db

WHEN = timezone.now() - timedelta(days=1)


class Said(said.Said):
    command = ("stripe_sync", "--ambiguous")

    @property
    def table(self):
        header, *lines = [line.split() for line in self.out.splitlines()]
        assert header == ["object", "resolved", "accepted", "ambiguous"]
        return {name: tuple(map(int, counted)) for name, *counted in lines}


def ambiguous(model, stripe_id, **values):
    known = {"livemode": False, "as_of": WHEN, "as_of_kind": "event", "ambiguous": True}
    return row(model, stripe_id, **known | values)


def test_two_events_of_one_second(fake_stripe):
    fake_stripe.add({"id": "cus_1", "object": "customer", "balance": 2})
    for number, balance in enumerate((1, 2)):
        payload = {"id": "cus_1", "object": "customer", "balance": balance}
        event = {"id": f"evt_{number}", "object": "event", "type": "customer.updated"}
        sync.apply({**event, "created": int(WHEN.timestamp()), "data": {"object": payload}})
    assert Customer.objects.get().ambiguous
    said = Said()
    assert said.error is None
    assert said.table == {"customer": (1, 0, 0)}
    assert said.err == "customer: 1\n"
    assert (Customer.objects.get().ambiguous, Customer.objects.get().balance) == (False, 2)
    assert Said().out == "No row is ambiguous.\n"


def test_what_stays_ambiguous_is_counted(fake_stripe):
    fake_stripe.add({"id": "ch_1", "object": "charge"})
    ambiguous(Charge, "ch_1")
    ambiguous(Charge, "ch_2")
    fake_stripe.fail(status=402, message="Pay first.", path="/v1/charges/ch_2")
    ambiguous(Customer, "cus_1", livemode=True)  # no key of this mode can see it
    ambiguous(DisputeEvidence, "dp_1")  # has no address of its own
    said = Said()
    assert said.table == {"charge": (1, 0, 1), "dispute_evidence": (0, 1, 0)}
    assert str(said.error) == "1 object failed."
    assert "failed: charge ch_2: CardError: " in said.err
    assert Charge.objects.filter(ambiguous=True).count() == 1


def test_what_was_deleted_meanwhile_has_no_content_to_read(fake_stripe):
    ambiguous(Customer, "cus_1")
    assert Said().table == {"customer": (1, 0, 0)}
    assert not Customer.objects.get().is_alive
    fake_stripe.requests.clear()
    assert Said().out == "No row is ambiguous.\n"
    assert fake_stripe.requests == []


def test_what_may_have_been_deleted_is_read(fake_stripe):
    """The id may have been used again in the second of the deletion."""
    fake_stripe.add({"id": "cus_1", "object": "customer"})
    ambiguous(Customer, "cus_1", deleted_at=WHEN)
    assert Said().table == {"customer": (1, 0, 0)}
    assert Customer.objects.get().is_alive


def test_only_some_of_it(fake_stripe):
    fake_stripe.create("charge", id="ch_1", account="acct_1")
    fake_stripe.add({"id": "cus_1", "object": "customer"})
    ambiguous(Charge, "ch_1", stripe_account="acct_1")
    ambiguous(Customer, "cus_1")
    ambiguous(Card, "card_1", customer_id="cus_1")
    assert Said("charge").table == {"charge": (1, 0, 0)}
    assert Said("--account", "acct_1").out == "No row is ambiguous.\n"
    assert "card" in Said("card").table
    assert str(Said("unicorn").error).startswith("Not in scope: unicorn. The nearest names: ")


def test_since_makes_no_sense(fake_stripe):
    assert "--ambiguous reads all ambiguous rows" in str(Said("--since", "2026-01-01").error)


def test_reads_that_are_due(fake_stripe):
    fake_stripe.add({"id": "cus_1", "object": "customer", "balance": 2})
    row(Customer, "cus_1", as_of=WHEN, balance=1, livemode=False)
    now = timezone.now()
    known = {"object_name": "customer", "stripe_id": "cus_1", "reason": "list"}
    PendingRead.objects.create(**known, not_before=WHEN, next_attempt_at=now)
    assert Said().error is None
    assert Customer.objects.get().balance == 2
    assert not PendingRead.objects.exists()


def test_many(fake_stripe):
    fake_stripe.add(*({"id": f"cus_{n:03}", "object": "customer"} for n in range(120)))
    for number in range(120):
        ambiguous(Customer, f"cus_{number:03}")
    assert Said().table == {"customer": (120, 0, 0)}


def test_json(fake_stripe):
    fake_stripe.add({"id": "cus_1", "object": "customer"})
    ambiguous(Customer, "cus_1")
    assert json.loads(Said("--json").out) == {
        "objects": {"customer": {"resolved": 1, "accepted": 0, "ambiguous": 0}},
        "failures": [],
    }


def test_without_a_key(settings, monkeypatch):
    monkeypatch.delenv("STRIPE_SECRET_KEY", raising=False)
    settings.STRIPE_DJANGO = {"API_KEY": ""}
    ambiguous(Customer, "cus_1")
    assert "STRIPE_SECRET_KEY" in str(Said().error)


def test_an_ordinary_run_tells_of_ambiguity(fake_stripe):
    """An event of the second in which a list was read may be newer than that, or older."""
    fake_stripe.now = second = timezone.now().replace(microsecond=0)
    fake_stripe.add({"id": "cus_0", "object": "customer"})
    sync.fetch(Customer, "cus_0")  # tells what time it is
    fake_stripe.add({"id": "cus_1", "object": "customer", "balance": 2})
    known = {"as_of": second, "as_of_kind": "event", "livemode": False, "balance": 1}
    row(Customer, "cus_1", **known, digest="other")
    out = StringIO()
    call_command("stripe_sync", "customer", stdout=out)
    assert Customer.objects.get(ambiguous=True).stripe_id == "cus_1"
    assert out.getvalue().splitlines()[-1] == "1 rows are ambiguous: --ambiguous resolves them."
