"""Rows that events leave ambiguous, and the reads that settle them."""

import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from stripe_django import sync
from stripe_django.api import request_limit
from stripe_django.models import Customer, Event, Invoice, InvoiceLineItem, PendingRead
from stripe_django.sync.backoff import ATTEMPTS
from stripe_django.sync.erasure.rows import erase as erase_row
from stripe_django.sync.events import backlog, retry
from stripe_django.sync.repair import conflicts, pending_reads
from tests.posting import START, at, customer, event, make_due, post, reasons, states

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]


def tie(*balances, number=1, **signing):
    """Events of one second that disagree."""
    for balance in balances:
        payload = event(number, obj=customer(balance), id=f"evt_{number}_{balance}")
        assert post(payload, **signing).status_code == 200


def state():
    row = Customer.objects.get()
    return row.balance, row.as_of_kind, row.ambiguous


def pending():
    return list(PendingRead.objects.values("object_name", "stripe_id", "reason", "attempts"))


def test_a_tie_is_settled_by_a_read(fake):
    fake.add(customer(2))
    tie(1, 2)
    assert (state(), pending()) == ((2, "read", False), [])
    assert at(98) < Customer.objects.get().as_of <= at(100)
    assert [request.path for request in fake.requests] == ["/v1/customers/cus_1"]


def test_one_read_is_enough_for_all_events_of_a_second(fake):
    fake.add(customer(2))
    tie(*range(1, 9))
    assert (state(), len(fake.requests)) == ((2, "read", False), 1)
    assert set(states().values()) == {"applied"}


@pytest.mark.parametrize("numbers", [(1, 2, 3), (3, 1, 2), (1, 1, 1)])
def test_nothing_is_read_without_a_tie(fake, numbers):
    fake.add(customer(2))
    for turn, number in enumerate(numbers):
        post(event(number, id=f"evt_{turn}"))
    assert (state(), fake.requests) == ((max(numbers), "event", False), [])


def test_without_a_key_the_ambiguity_stays_and_shows(fake, settings):
    settings.STRIPE_DJANGO |= {"API_KEY": ""}
    tie(1, 2)
    assert (state(), pending()) == ((2, "event", True), [])
    assert (retry.run_due(), fake.requests) == (0, [])


def test_an_event_that_comes_again_does_not_tie_with_itself(fake):
    """Its ``pending_webhooks`` counts down as endpoints confirm it."""
    fake.add(customer(2))
    for left in (3, 2):
        post(event(1, pending_webhooks=left))
    for left in (1, 3, 0, 2):
        counts = sync.apply(event(1, pending_webhooks=left)).counts
        assert set(counts) <= {"updated", "unchanged"}
    assert (Event.objects.get().ambiguous, Customer.objects.get().ambiguous) == (False, False)
    assert (pending(), fake.requests) == ([], [])


def test_a_read_tells_how_many_endpoints_are_left(fake):
    post(event(1, pending_webhooks=2))
    fake.add(event(1, pending_webhooks=0))
    told = sync.refresh(Event.objects.get())
    assert (told.pending_webhooks, told.as_of_kind) == (0, "read")
    sync.apply(event(1, pending_webhooks=1))
    assert Event.objects.get().pending_webhooks == 0


def test_a_newer_event_ends_the_ambiguity_too(fake):
    tie(1, 2)
    post(event(3))
    assert state() == (3, "event", False)


def test_a_read_that_fails_is_seen_and_tried_again(fake):
    fake.add(customer(2))
    fake.fail(status=500, times=2)
    tie(1, 2)
    read = PendingRead.objects.get()
    assert (state(), read.attempts, read.not_before) == ((2, "event", True), 1, at(2))
    assert "fake responds with 500" in read.error
    assert 5 < (read.next_attempt_at - timezone.now()).total_seconds() < 15
    assert retry.run_due() == 0
    for left in (1, 0):
        make_due()
        assert retry.run_due() == 1
        assert PendingRead.objects.count() == left
    assert state() == (2, "read", False)


def test_no_read_is_retried_for_ever(fake):
    fake.fail(status=500)
    tie(1, 2)
    for _ in range(2 * ATTEMPTS):
        make_due()
        retry.run_due()
    read = PendingRead.objects.get()
    assert (read.attempts, read.next_attempt_at) == (ATTEMPTS, None)
    assert Customer.objects.get().ambiguous
    assert backlog.counts()["refetches"] == {"dead": 1}


def test_a_new_conflict_is_read_although_the_last_read_is_dead(fake):
    test_no_read_is_retried_for_ever(fake)
    request_limit.reset()
    fake.recover()
    fake.add(customer(4))
    tie(3, 4, number=2)
    assert (state(), pending()) == ((4, "read", False), [])


def test_a_read_of_a_process_that_died_is_done_later(fake):
    fake.add(customer(2))
    fake.meanwhile.append(sys.exit)
    with pytest.raises(SystemExit):
        tie(1, 2)
    assert (retry.run_due(), state()) == (0, (2, "event", True))
    make_due()
    assert (retry.run_due(), state(), pending()) == (1, (2, "read", False), [])


@pytest.mark.parametrize("stub", [True, False])
def test_what_is_gone_is_marked_as_deleted(fake, stub):
    fake.add(customer(2))
    fake.delete("cus_1", stub=stub)
    tie(1, 2)
    row = Customer.objects.get()
    assert at(98) < row.deleted_at <= at(100)
    assert (row.is_alive, row.ambiguous, row.as_of) == (False, False, at(1))
    assert (retried(fake), Customer.objects.get().is_alive) == ([], False)


def test_events_that_come_after_the_deletion_ask_nothing(fake):
    fake.add(customer(2))
    fake.delete("cus_1", stub=False)
    post(event(1))
    sync.refresh(Customer.objects.get())
    tie(1, 2)
    assert (Customer.objects.get().ambiguous, pending(), len(fake.requests)) == (False, [], 1)


def test_a_deletion_within_the_second_ambiguous_is_read(fake):
    """The id may have been used again in that second."""
    fake.add(customer(2))
    post(event(kind="customer.deleted", id="evt_gone"))
    tie(2)
    assert (state(), len(fake.requests)) == ((2, "read", False), 1)
    assert Customer.objects.get().is_alive


def test_an_erased_row_is_not_read(fake):
    fake.fail(status=500)
    tie(1, 2)
    erase_row(Customer.objects.get())
    make_due()
    assert (retry.run_due(), pending(), len(fake.requests)) == (0, [], 1)


def test_what_the_project_no_longer_keeps_is_not_read(fake, settings):
    fake.fail(status=500)
    tie(1, 2)
    settings.STRIPE_DJANGO |= {"OBJECTS": ["charge"]}
    make_due()
    assert (retry.run_due(), pending(), len(fake.requests)) == (1, [], 1)


@pytest.mark.parametrize("ahead", [0, -5, 5])
def test_it_is_read_when_its_second_has_ended_at_stripe(running, ahead):
    """A second read is for a clock here that does not run as Stripe's does, or a short wait."""
    running.add(customer(2))
    running.advance(seconds=ahead)
    second = int(running.now.timestamp())
    tie(1, 2, 3, number=second - START, at=second)
    assert (state(), pending()) == ((2, "read", False), [])
    assert 1 <= len(running.requests) <= pending_reads.TURNS
    assert second + 1 <= Customer.objects.get().as_of.timestamp() < second + 6


def test_a_second_that_does_not_end_is_left_for_later(fake, monkeypatch):
    fake.add(customer(2))
    monkeypatch.setattr(pending_reads, "LONGEST_WAIT", timedelta(0))
    tie(1, 2, number=100)
    assert (Customer.objects.get().ambiguous, len(fake.requests)) == (True, pending_reads.TURNS)
    assert "before the ambiguous second had ended" in PendingRead.objects.get().error
    fake.advance(seconds=10)
    make_due()
    assert (retry.run_due(), state()) == (1, (2, "read", False))


def test_a_tie_of_meanwhile_is_not_lost(fake):
    def later():
        tie(3, 4, number=100)
        fake.update("cus_1", balance=4)
        fake.advance(seconds=10)

    fake.add(customer(2))
    fake.meanwhile.append(later)
    tie(1, 2)
    assert (state(), pending()) == ((4, "read", False), [])
    assert 2 <= len(fake.requests) <= 2 * pending_reads.TURNS


def lines(*numbers, has_more=False):
    data = [{"id": f"il_{n:020}", "object": "line_item", "amount": n} for n in numbers]
    url = "/v1/invoices/in_1/lines"
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def test_a_list_of_which_only_the_beginning_came_is_completed(fake):
    invoice = {"id": "in_1", "object": "invoice", "total": 5}
    fake.add({**invoice, "lines": lines(*range(25))})
    shown = {**invoice, "lines": lines(*range(10), has_more=True)}
    post(event(obj=shown, kind="invoice.updated"))
    assert (InvoiceLineItem.objects.alive().count(), pending()) == (25, [])
    assert Invoice.objects.get().as_of_kind == "read"


def test_without_a_key_such_a_list_stays_as_it_came(fake, settings):
    settings.STRIPE_DJANGO |= {"API_KEY": ""}
    post(event(obj={"id": "in_1", "object": "invoice", "lines": lines(1, 2, has_more=True)}))
    assert (InvoiceLineItem.objects.count(), pending()) == (2, [])


@pytest.fixture
def ahead(fake, settings):
    """Deliver an event from years after its delivery."""
    settings.STRIPE_DJANGO |= {"WEBHOOK_TOLERANCE": 10**9}
    fake.add(customer(2))
    return lambda: post(event(10**9, id="evt_ahead"), at=START + 50)


def test_what_is_dated_after_its_delivery_is_read(ahead):
    post(event(2))
    ahead()
    assert (state(), pending()) == ((2, "read", False), [])
    assert states() == {"evt_2": "applied", "evt_ahead": "applied"}


def test_until_the_read_it_changes_nothing(fake, ahead):
    post(event(1))
    fake.fail(status=500, times=1)
    ahead()
    assert (state(), pending()[0]["reason"]) == ((1, "event", False), "ahead")
    make_due()
    assert (retry.run_due(), state()) == (1, (2, "read", False))


def test_without_a_key_it_waits_for_one(ahead, settings):
    settings.STRIPE_DJANGO |= {"API_KEY": ""}
    ahead()
    assert states() == {"evt_ahead": "failed"}
    assert "MissingKeyError" in reasons()["evt_ahead"]
    assert not Customer.objects.exists()


def test_a_read_that_shows_neither_snapshot_is_confirmed_by_a_later_one(fake):
    """It may have come from a replica that lags; another one shows what is true."""
    fake.add(customer(7))
    tie(1, 2)
    assert state() == (7, "read", False)
    [read] = pending()
    assert (read["reason"], len(fake.requests)) == ("confirm", 1)
    fake.update("cus_1", balance=2)
    fake.advance(seconds=30)
    make_due()
    assert (retry.run_due(), state(), pending()) == (1, (2, "read", False), [])


def test_a_frozen_row_is_read_after_an_event(fake):
    fake.add(customer(2))
    far = fake.now + timedelta(days=1)
    sync.apply(customer(1), as_of=far)
    post(event(50, obj=customer(2)))
    assert (state(), pending(), len(fake.requests)) == ((2, "read", False), [], 1)
    assert Customer.objects.get().as_of < far


def test_what_another_read_has_resolved_is_not_read_again(fake):
    fake.add(customer(2))
    for balance in (1, 2):
        sync.apply(event(1, obj=customer(balance), id=f"evt_{balance}"))
    assert (Customer.objects.get().ambiguous, len(pending())) == (True, 1)
    sync.refresh(Customer.objects.get())
    make_due()
    assert (retry.run_due(), pending(), len(fake.requests)) == (1, [], 1)


def test_a_read_that_another_event_needs_is_not_taken_for_done(fake):
    """A conflict is resolved by any later read; what a test clock has dated needs its own."""
    fake.add(customer(2))
    for balance in (1, 2):
        sync.apply(event(1, obj=customer(balance), id=f"evt_{balance}"))
    sync.refresh(Customer.objects.get())
    fake.update("cus_1", balance=9)
    fake.advance(seconds=10)
    sync.apply(event(2, obj=customer(9, test_clock="clock_1"), id="evt_3"))
    make_due()
    retry.run_due()
    assert Customer.objects.get().balance == 9


def conflict(*balances):
    """Events of one second that disagree, applied by the project: the refetch waits."""
    for balance in balances:
        sync.apply(event(1, obj=customer(balance), id=f"evt_{balance}"))


def retried(fake, seconds=30):
    """The waiting refetches are done; returns why others wait then."""
    fake.advance(seconds=seconds)
    make_due()
    retry.run_due()
    return [read["reason"] for read in pending()]


def test_so_is_one_for_a_member_that_shows_neither(fake):
    """Neither what the row was, nor what the member of a list said."""
    sync.apply(event(1))
    sync.apply([customer(2)])
    fake.add(customer(7))
    assert (retried(fake), state()) == (["confirm"], (7, "read", False))
    fake.update("cus_1", balance=1)
    assert (retried(fake), state()) == ([], (1, "read", False))


def test_a_member_that_is_refuted_needs_one_read(fake):
    sync.apply(event(1))
    sync.apply([customer(2)])
    fake.add(customer(1))
    assert (retried(fake), state(), len(fake.requests)) == ([], (1, "read", False), 1)


def test_it_is_confirmed_although_a_member_differs_as_well(fake):
    conflict(1, 2)
    sync.apply([customer(3)])
    fake.add(customer(7))
    assert (retried(fake), state()) == (["confirm"], (7, "read", False))


def test_a_conflict_before_the_confirmation_needs_its_own(fake):
    fake.add(customer(7))
    tie(1, 2)
    fake.update("cus_1", balance=8)
    fake.advance(seconds=10)
    before = len(fake.requests)
    tie(3, 4, number=105)  # which waits for no confirmation of what was read before
    assert len(fake.requests) == before + 1
    assert [each["reason"] for each in pending()] == ["confirm"]
    assert (retried(fake), state()) == ([], (8, "read", False))


def test_a_deletion_that_only_the_refetch_shows_is_confirmed(fake):
    """A replica that lags has no object that was created a moment ago."""
    tie(1, 2)
    assert (Customer.objects.get().is_alive, pending()[0]["reason"]) == (False, "confirm")
    fake.add(customer(2))
    assert (retried(fake), state()) == ([], (2, "read", False))
    assert Customer.objects.get().is_alive


def test_a_deletion_that_was_told_is_not(fake):
    conflict(1, 2)
    sync.apply(event(1, "customer.deleted", customer(2), id="evt_gone"))
    assert (retried(fake), Customer.objects.get().is_alive) == ([], False)


def test_what_the_row_was_before_the_request_counts_no_more(fake):
    """An event came meanwhile, of which the replica that responds does not know."""
    sync.apply(event(1))
    sync.apply([customer(5)])
    fake.add(customer(1))
    fake.meanwhile.append(lambda: sync.apply(event(2)))
    assert (retried(fake), state()) == (["confirm"], (1, "read", False))
    fake.update("cus_1", balance=2)
    assert (retried(fake), state()) == ([], (2, "read", False))


def test_many_reads_by_a_list_are_confirmed_too(fake):
    names = [f"cus_{number}" for number in range(30)]
    sync.apply([customer(1, name) for name in names], as_of=fake.now)
    sync.apply([customer(2, name) for name in names])
    fake.add(*(customer(7 if name == "cus_3" else 2, name) for name in names))
    assert (retried(fake), PendingRead.objects.get().stripe_id) == (["confirm"], "cus_3")
    assert {request.path for request in fake.requests} == {"/v1/customers"}


def test_what_is_dated_after_its_delivery_is_confirmed_too(fake, ahead):
    """If the read shows neither what the event says nor what the row was."""
    fake.update("cus_1", balance=7)
    ahead()
    assert (state(), pending()[0]["reason"]) == ((7, "read", False), "confirm")


def test_so_is_one_that_only_the_reading_of_all_ambiguous_rows_shows(fake):
    conflict(1, 2)
    conflicts.resolve([Customer])
    assert (Customer.objects.get().is_alive, pending()[0]["reason"]) == (False, "confirm")
    fake.add(customer(2))
    assert (retried(fake), state()) == ([], (2, "read", False))
