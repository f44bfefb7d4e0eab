"""``stripe_privacy erase``, ``lift`` and ``resume``."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from stripe_django import sync
from stripe_django.models import Charge, Customer, Home
from stripe_django.sync.erasure import tombstones
from tests.posting import customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]

PERSON = "ada.person@example.com"


@pytest.fixture(autouse=True)
def stored():
    Home.objects.create(livemode=False)
    for account in ("", "acct_1"):
        charge = {"id": f"ch_{account}", "object": "charge", "receipt_email": PERSON}
        sync.apply([customer(email=PERSON), charge | {"customer": "cus_1"}], account=account)


def run(*args):
    out = io.StringIO()
    call_command("stripe_privacy", *args, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def emails():
    return dict(Customer.objects.values_list("stripe_account", "email"))


def receipts():
    return dict(Charge.objects.values_list("stripe_account", "receipt_email"))


def test_it_erases_and_lifts():
    report = (
        "charge            1 rows            1 values\n"
        "customer          1 rows            1 values\n"
    )
    assert run("erase", "cus_1", "--dry-run") == report + "2 values would be removed from 2 rows.\n"
    assert emails() == {"": PERSON, "acct_1": PERSON}
    assert run("erase", "cus_1", "--no-input") == report + "2 values removed from 2 rows.\n"
    assert emails() == {"acct_1": PERSON}
    assert run("erase", "cus_1", "--no-input") == "0 values removed from 0 rows.\n"
    assert run("lift", "cus_1") == "cus_1 is stored with personal data again, from now on.\n"
    with pytest.raises(CommandError, match="cus_1 is not erased"):
        run("lift", "cus_1")


def test_of_another_account_as_a_document():
    document = json.loads(run("erase", "cus_1", "--account", "acct_1", "--no-input", "--json"))
    assert document == {
        "customer": "acct_1:test:cus_1",
        "dry_run": False,
        "done": True,
        "rows": {"charge": 1, "customer": 1},
        "values": {"charge": 1, "customer": 1},
    }
    assert emails() == {"": PERSON}


def test_it_does_nothing_unless_that_is_confirmed(monkeypatch):
    monkeypatch.setattr("builtins.input", lambda question: "no")
    with pytest.raises(CommandError, match="Nothing was erased"):
        run("erase", "cus_1")
    assert emails()[""] == PERSON


def test_what_is_unfinished_is_resumed():
    tombstones.begin("cus_1", "default")  # and then the process was killed
    assert (emails(), receipts()) == ({"acct_1": PERSON}, {"": PERSON, "acct_1": PERSON})
    assert json.loads(run("resume", "--json")) == {"finished": 1}
    assert receipts() == {"": None, "acct_1": PERSON}
    assert run("resume") == "0 erasures finished.\n"
