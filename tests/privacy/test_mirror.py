"""Rows under a policy: which version wins, what they say of it, and what stands beside them."""

from datetime import UTC, datetime

import pytest
import stripe
from django.db import DatabaseError
from django.db.models import F
from django.test import override_settings

from stripe_django import sync
from stripe_django.exceptions import PrivacyError
from stripe_django.models import Charge, Customer, Event, HandlerRun, InboxEvent
from stripe_django.privacy.configured import hash_of as hash_of_setting
from stripe_django.privacy.error_text import HIDDEN, described, without_messages
from stripe_django.privacy.treatments import hashed
from stripe_django.sync.events import handlers, processor, store
from stripe_django.sync.privacy.apply import apply
from tests.posting import customer, event, post

from .policies import HASHED, KEY, NEW_KEY, under

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_handlers")]

JANE = {"email": "jane@example.com", "name": "Jane", "description": None, "phone": "+49 731 1"}


def jane(number=1, **more):
    return event(number, obj=customer(**(JANE | more)))


def row():
    return Customer.objects.get()


def hash_of(text, key=KEY):
    return hashed(text, key.encode())


# Which version wins


BOTH = [("minimal", None), (HASHED, hash_of(JANE["email"]))]


@pytest.mark.parametrize(("policy", "email"), BOTH)
def test_an_event_of_the_same_second_under_the_first_policy_is_the_same_content(policy, email):
    sync.apply(jane())
    with under(policy):
        result = sync.apply({**jane(), "id": "evt_2"})
    assert result.counts["conflicting"] == 0
    assert not row().ambiguous
    assert row().email == email


def test_so_it_is_under_a_new_key_of_the_hashes_while_the_former_one_is_known():
    with under(HASHED):
        sync.apply(jane())
    with under(HASHED, NEW_KEY, KEY):
        result = sync.apply({**jane(), "id": "evt_2"})
    assert result.counts["conflicting"] == 0
    assert row().email == hash_of(JANE["email"], NEW_KEY)


@pytest.mark.parametrize("policy", ["minimal", HASHED])
def test_what_differs_in_the_same_second_is_a_conflict_under_a_policy_too(policy):
    sync.apply(jane())
    with under(policy):
        result = sync.apply({**jane(balance=7), "id": "evt_2"})
    assert result.counts["conflicting"] == 1
    assert row().ambiguous


def test_a_changed_address_is_a_change_though_it_is_hashed():
    with under(HASHED):
        sync.apply(jane())
        result = sync.apply(jane(2, email="new@example.com"))
    assert result.counts["updated"] == 1
    assert row().email == hash_of("new@example.com")


def test_newer_content_is_written_under_the_policy_in_force_and_older_content_is_not():
    sync.apply(jane(5))
    with under("minimal"):
        assert sync.apply(jane(3)).counts["stale"] == 1
        assert row().email == JANE["email"]
        assert sync.apply(jane(7)).counts["updated"] == 1
    assert row().email is None
    assert row().as_of == datetime.fromtimestamp(1_700_000_007, UTC)


def test_the_same_content_still_advances():
    with under("minimal"):
        sync.apply(jane(1))
        assert sync.apply(jane(5)).counts["unchanged"] == 1
        assert sync.apply(jane(3, balance=2)).counts["stale"] == 1


# What rows say


def test_a_row_names_what_it_lacks():
    with under(HASHED):
        sync.apply(jane(description="a friend"))
    assert row().withheld == {"email": "hash", "description": "drop"}
    assert row().to_stripe()["email"] == hash_of(JANE["email"])
    sync.apply(jane(2, stripe_id="cus_2"))
    assert Customer.objects.get(stripe_id="cus_2").withheld == {}


def test_rows_can_be_joined_by_a_hashed_address():
    with under(HASHED):
        sync.apply(jane())
        charge = {"id": "ch_1", "object": "charge", "customer": "cus_1"}
        sync.apply(event(2, obj={**charge, "receipt_email": "JANE@example.com"}))
        assert Charge.objects.filter(receipt_email=hash_of_setting("Jane@example.com")).exists()
    assert Charge.objects.filter(receipt_email=F("customer__email")).exists()


def test_a_snapshot_is_under_the_policy_in_force():
    sync.apply(jane())
    with under("minimal"):
        found = Customer.objects.with_snapshot(at=datetime.now(UTC)).get().snapshot
    assert found.balance == 1
    assert found.email is None


# What stands beside rows


def test_the_body_of_an_event_that_waits_is_withheld_and_applied_alike():
    with under("minimal", APPLY_LATER=True):
        post(jane())
        assert "jane" not in InboxEvent.objects.get().body
        processor.process("evt_1")
    later = row().digest
    Customer.objects.all()._raw_delete("default")
    with under("minimal"):
        sync.apply(jane())
    assert row().digest == later


def test_apply_withholds_from_what_waits_and_from_errors():
    store.store(jane(), sent_at=datetime.now(UTC))
    failed = f"ValueError: no {JANE['email']}"
    InboxEvent.objects.update(reason=failed)
    HandlerRun.objects.create(event_id="evt_1", handler="a.b", error=TRACEBACK)
    with under("minimal"):
        applied = apply()
        assert (applied.bodies, applied.errors) == (1, 2)
        assert apply().errors == 0
    [stored] = InboxEvent.objects.all()
    assert "jane" not in stored.body
    assert stored.reason == "ValueError: (message withheld by PRIVACY)"
    assert "jane" not in HandlerRun.objects.get().error
    assert 'File "handlers.py", line 3, in welcome' in HandlerRun.objects.get().error


TRACEBACK = f"""Traceback (most recent call last):
  File "handlers.py", line 3, in welcome
    raise ValueError(f"no {{email}}")
ValueError: no
  {JANE["email"]}
"""


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("OBJECTS leaves out charge.", "OBJECTS leaves out charge."),
        ("UnknownObjectError: No model for 'x'.", "UnknownObjectError: No model for 'x'."),
        (
            "customer cus_1: DataError: jane",
            "customer cus_1: DataError: (message withheld by PRIVACY)",
        ),
        ("myapp.NotFoundError: jane", f"myapp.NotFoundError: {HIDDEN}"),
    ],
)
def test_a_stored_error_keeps_its_class(stored, shown):
    assert without_messages(stored) == without_messages(shown) == shown


def test_an_error_of_a_handler_is_stored_without_its_message():
    @handlers.on("customer.updated")
    def fail(event, obj):
        raise LookupError(f"nobody has {JANE['email']}") from ValueError(JANE["name"])

    with under("minimal"):
        post(jane())
    [run] = HandlerRun.objects.all()
    assert "LookupError: (message withheld by PRIVACY)" in run.error
    assert "in fail" in run.error
    assert JANE["email"] not in run.error


def test_errors_of_others_are_described_by_their_codes():
    refused = stripe.InvalidRequestError(
        "No jane", "email", code="resource_missing", http_status=404
    )
    assert "No jane" in described(refused)
    with under("minimal"):
        found = described(refused)
        assert found.startswith("InvalidRequestError: (message withheld by PRIVACY)")
        assert "404 resource_missing" in found
        assert described(DatabaseError(1406, "jane")).endswith("1406")
        assert described(PrivacyError("a sentence")) == "PrivacyError: a sentence"


# A policy that cannot be followed


@pytest.mark.parametrize("setting", ["maximal", {"*": {"emails": "lose"}}])
def test_nothing_is_stored_under_a_policy_that_is_not_understood(setting):
    with under(setting):
        assert post(jane()).status_code == 503
        with pytest.raises(PrivacyError):
            sync.apply(jane())
    assert not InboxEvent.objects.exists()
    assert not Event.objects.exists()


def test_nor_without_a_key_to_hash_with():
    from django.conf import settings

    values = {**settings.STRIPE_DJANGO, "PRIVACY": HASHED}
    with override_settings(STRIPE_DJANGO=values), pytest.raises(PrivacyError, match="PRIVACY_KEYS"):
        sync.apply(jane())
    assert not Customer.objects.exists()
