"""What a project sees that follows the mirror: every change, and at last the latest state."""

import random
import threading

import pytest
from django.db import connections, transaction

from stripe_django import sync
from stripe_django.exceptions import ChangeCursorError, ChangeFeedOffError
from stripe_django.models import (
    Change,
    ChangeFeed,
    Charge,
    Customer,
    Event,
    Home,
    InvoiceLineItem,
    NewChange,
)
from stripe_django.sync import change_feed
from stripe_django.sync.change_feed import BATCH, Cursor, Reader, changes, number
from stripe_django.sync.erasure.rows import erase as erase_row
from stripe_django.testing import payload
from tests.api.test_client import with_settings
from tests.posting import at, customer, event, post
from tests.threads import needs_threads, together

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def followed(settings):
    settings.STRIPE_DJANGO = {**settings.STRIPE_DJANGO, "API_KEY": "", "CHANGE_FEED": True}


def applied(number, balance=1, second=1, **more):
    return sync.apply(customer(balance, f"cus_{number}", **more), as_of=at(second)).row


class Follower:
    """A project with a copy of the mirror, which it can only fill from the feed."""

    def __init__(self):
        self.cursor, self.copy, self.seen = "", {}, []

    def follow(self, *objects):
        for each in changes(self.cursor, objects=objects):
            shown = (each.row.to_stripe(), each.is_alive) if each.row else None
            self.copy[each.stripe_id] = shown
            self.seen.append(each.stripe_id)
            self.cursor = each.cursor
        seen, self.seen = self.seen, []
        return seen


def mirror():
    models = (Customer, Charge, Event, InvoiceLineItem)
    return {
        row.stripe_id: (row.to_stripe(), row.is_alive)
        for model in models
        for row in model.objects.all()
    }


def test_first_all_rows_and_then_what_changes():
    follower = Follower()
    applied(1), applied(2)
    assert follower.follow() == ["cus_1", "cus_2"]
    assert follower.follow() == []
    applied(2, balance=5, second=2)
    assert follower.follow() == ["cus_2"]
    assert follower.copy == mirror()


def test_a_row_that_changes_often_comes_once():
    follower = Follower()
    for second in range(1, 6):
        applied(1, balance=second, second=second)
        number("default")
    assert Change.objects.count() == 1
    follower.follow()
    for second in range(6, 9):
        applied(1, balance=second, second=second)
    assert follower.follow() == ["cus_1"]
    assert follower.copy == mirror()


def test_what_changes_nothing_is_no_change():
    applied(1)
    follower = Follower()
    follower.follow()
    applied(1, second=5)
    applied(1, balance=9, second=0)
    assert follower.follow() == []


def test_deleted_and_alive_again():
    follower = Follower()
    applied(1)
    follower.follow()
    sync.apply({"id": "cus_1", "object": "customer", "deleted": True}, as_of=at(3))
    assert follower.follow() == ["cus_1"]
    assert follower.copy["cus_1"][1] is False
    applied(1, second=9)
    assert follower.follow() == ["cus_1"]
    assert follower.copy == mirror()


def test_another_account():
    follower = Follower()
    charge = payload("charge", id="ch_1")
    sync.apply(charge, as_of=at(1))
    follower.follow()
    sync.apply(charge, as_of=at(2), account="acct_1")
    assert "ch_1" in follower.follow()
    assert Charge.objects.get().stripe_account == "acct_1"


def test_members_that_left_their_list():
    invoice = payload("invoice", id="in_1", status="draft")
    lines = [payload("line_item", id=f"il_{each}", invoice="in_1") for each in (1, 2)]
    follower = Follower()

    def apply_with(*members, second):
        listed = {"object": "list", "data": list(members), "has_more": False, "url": "/v1/x"}
        sync.apply(invoice | {"lines": listed}, as_of=at(second))

    apply_with(*lines, second=1)
    follower.follow()
    apply_with(lines[0], second=2)
    assert {"in_1", lines[1]["id"]} <= {each.rpartition("/")[2] for each in follower.follow()}
    assert not follower.copy[InvoiceLineItem.objects.get(deleted_at=at(2)).stripe_id][1]


def test_erased(endpoint, settings):
    with_settings(settings, CHANGE_FEED=True)
    post(event())
    follower = Follower()
    assert set(follower.follow()) == {"cus_1", "evt_1"}
    erase_row(Customer.objects.get())
    assert set(follower.follow()) == {"cus_1", "evt_1"}
    assert follower.copy == {"cus_1": None, "evt_1": None}


def test_only_some_objects():
    follower = Follower()
    sync.apply(payload("charge", id="ch_1"))
    applied(1)
    assert follower.follow("customer") == ["cus_1"]
    assert set(Follower().follow("customer", "charge")) == {"cus_1", "ch_1"}
    applied(1, balance=2, second=2)
    assert follower.follow("charge") == []


def test_each_cursor_resumes_after_its_row():
    for number_ in range(1, 6):
        applied(number_)
    whole = [(each.stripe_id, each.cursor) for each in changes()]
    for place, (_, cursor) in enumerate(whole):
        rest = [each.stripe_id for each in changes(cursor)]
        assert rest[: len(whole) - place - 1] == [name for name, _ in whole[place + 1 :]]


def test_more_than_one_batch(settings):
    count = 2 * BATCH + 3
    sync.apply([customer(1, f"cus_{each}") for each in range(count)])
    follower = Follower()
    assert len(set(follower.follow())) == count
    sync.apply([customer(2, f"cus_{each}") for each in range(count)], as_of=at(50))
    assert len(set(follower.follow())) == count
    assert follower.copy == mirror()
    assert follower.follow() == []


def test_a_reader_moves_past_what_it_does_not_want():
    reader = Reader(objects=["charge"])
    assert reader.read() == []
    before = Cursor.parse(reader.cursor).position
    applied(1)
    assert reader.read() == []
    assert Cursor.parse(reader.cursor).position > before


def test_without_the_setting_nothing_is_noted(settings):
    with_settings(settings, CHANGE_FEED=False)
    applied(1)
    assert not NewChange.objects.exists()
    with pytest.raises(ChangeFeedOffError, match="CHANGE_FEED"):
        next(changes())


@pytest.mark.parametrize("cursor", ["soon", "a:b", "1:2:3", ":::", "00000000:0", "00000000:9"])
def test_a_cursor_of_another_feed_is_refused(cursor):
    applied(1)
    with pytest.raises(ChangeCursorError):
        list(changes(cursor))


def test_a_cursor_of_a_later_backup_is_refused():
    follower = Follower()
    applied(1)
    follower.follow()
    ChangeFeed.objects.update(position=0)
    with pytest.raises(ChangeCursorError, match="restored"):
        follower.follow()


def test_changes_are_numbered_though_nobody_reads_them(settings):
    applied(1), applied(1, balance=2, second=2)
    change_feed.maintain("default")
    assert (NewChange.objects.count(), Change.objects.count()) == (0, 1)
    follower = Follower()
    follower.follow()
    with_settings(settings, CHANGE_FEED=False)
    change_feed.maintain("default")
    with_settings(settings, CHANGE_FEED=True)
    with pytest.raises(ChangeCursorError):
        follower.follow()


def test_what_is_rolled_back_is_no_change():
    follower = Follower()
    applied(1)
    follower.follow()
    with transaction.atomic():
        applied(2)
        transaction.set_rollback(True)
    assert follower.follow() == []


# Transactions at the same time


@pytest.fixture
def committed():
    """What threads commit is removed; to empty all tables would take longer."""
    yield
    together(remove_all)


def remove_all():
    for model in (Customer, Change, NewChange, ChangeFeed, Home):
        model._base_manager.all()._raw_delete("default")


@needs_threads
@pytest.mark.usefixtures("committed")
def test_a_transaction_that_began_earlier_and_commits_later():
    has_written, may_commit = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            applied(1)
            has_written.set()
            assert may_commit.wait(10)

    def quick():
        follower = Follower()
        try:
            assert has_written.wait(10)
            applied(2)
            first = follower.follow()
        finally:
            may_commit.set()
        thread.join(10)
        return first, follower.follow(), follower.copy == mirror()

    def run_slow():
        try:
            slow()
        finally:
            connections.close_all()

    together(lambda: applied(0))
    thread = threading.Thread(target=run_slow)
    thread.start()
    [(first, second, is_same)] = together(quick)
    assert (first, second, is_same) == (["cus_0", "cus_2"], ["cus_1"], True)


@needs_threads
@pytest.mark.usefixtures("committed")
def test_two_processes_do_not_give_the_same_position():
    has_numbered, is_done = threading.Event(), threading.Event()
    together(lambda: (applied(0), number("default")))

    def slow():
        with transaction.atomic():
            applied(1)
            number("default")
            has_numbered.set()
            is_done.wait(0.3)

    def quick():
        assert has_numbered.wait(10)
        applied(2)
        number("default")
        is_done.set()

    together(slow, quick)
    [positions] = together(lambda: list(Change.objects.values_list("position", flat=True)))
    assert sorted(positions) == [1, 2, 3]


@needs_threads
@pytest.mark.usefixtures("committed")
def test_many_writers_and_followers_that_are_killed():
    is_over = threading.Event()
    together(lambda: applied(0))

    def write(seed):
        chance = random.Random(seed)
        for second in range(1, 13):
            with transaction.atomic():
                for number_ in sorted(chance.sample(range(8), 3)):
                    applied(number_, balance=second * 100 + seed, second=60 * second + seed)
        if seed == 3:
            is_over.set()

    def follow(seed):
        chance, follower = random.Random(seed), Follower()
        while not is_over.is_set():
            before, copy = follower.cursor, dict(follower.copy)
            follower.follow()
            if chance.random() < 0.3:  # its process died before the cursor was stored
                follower.cursor, follower.copy = before, copy
        return follower

    steps = [lambda seed=seed: write(seed) for seed in (1, 2, 3)]
    *_, one, other = together(*steps, lambda: follow(7), lambda: follow(8))

    def rest():
        for follower in (one, other):
            follower.follow()
            assert follower.copy == mirror()

    together(rest)
