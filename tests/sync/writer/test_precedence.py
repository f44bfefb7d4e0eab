"""The guard: which of several snapshots of one object wins, without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from stripe_django.models import Charge, Event, Subscription
from stripe_django.sync.mapping.rows import COPY, MIXED, TIMELESS, Moment, Rank, Row
from stripe_django.sync.mapping.schema import final_states, schema_for
from stripe_django.sync.writer.precedence import Outcome, State, decide

START = datetime(2026, 1, 1, tzinfo=UTC)
CREATED, UPDATED, UNCHANGED = Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED
STALE, CONFLICTING, REFETCH = Outcome.STALE, Outcome.CONFLICTING, Outcome.REFETCH


def at(seconds):
    return START + timedelta(seconds=seconds)


def snapshot(moment, digest, **kwargs):
    return Row(Charge, "ch_1", "", moment, digest, "{}", [], **kwargs)


def event(second, content, rank=Rank.EVENT):
    return snapshot(Moment(at(second), rank), content)


def created(second, content):
    return event(second, content, Rank.CREATED)


def deletion(second, content):
    """A deletion event, which shows the object as it was last."""
    moment = Moment(at(second), Rank.DELETION, deleted=True)
    return snapshot(moment, content, deleted_at=at(second))


def stub(second):
    """A deletion that brings nothing but the id."""
    return snapshot(Moment(at(second), Rank.READ), "stub", has_content=False, deleted_at=at(second))


def read(second, content):
    return snapshot(Moment(at(second), Rank.READ), content)


def copy(content):
    return snapshot(COPY, content)


def state(content, second=None, kind="event", *, ambiguous=False, deleted=None, source=""):
    as_of = None if second is None else at(second)
    deleted_at = None if deleted is None else at(deleted)
    kind = "" if as_of is None else kind
    return State(None, as_of, kind, content, ambiguous, deleted_at, as_of_source=source)


def applied(*rows):
    """The outcomes and the end, which are the same one by one and in one batch."""
    seen, outcomes = None, []
    for row in rows:
        decision = decide(seen, [row])
        seen, outcomes = decision.state, outcomes + decision.outcomes
    batch = decide(None, rows)
    assert (batch.state, batch.outcomes) == (seen, outcomes)
    return outcomes, seen


def is_alive(end):
    return end.deleted_at is None or (end.as_of is not None and end.as_of > end.deleted_at)


def test_the_first_snapshot_creates():
    assert applied(event(5, "a")) == ([CREATED], state("a", 5))


def test_a_newer_one_updates():
    assert applied(event(5, "a"), event(6, "b")) == ([CREATED, UPDATED], state("b", 6))


def test_an_older_one_is_stale():
    assert applied(event(6, "b"), event(5, "a")) == ([CREATED, STALE], state("b", 6))


def test_the_same_content_still_moves_the_time():
    assert applied(event(5, "a"), event(7, "a")) == ([CREATED, UNCHANGED], state("a", 7))


def test_so_a_late_event_from_in_between_loses():
    end = applied(event(5, "a"), event(7, "a"), event(6, "b"))
    assert end == ([CREATED, UNCHANGED, STALE], state("a", 7))


def test_the_same_event_again_changes_nothing():
    decision = decide(state("a", 5), [event(5, "a")])
    assert (decision.outcomes, decision.is_write, decision.is_touch) == ([UNCHANGED], False, False)


def test_two_events_of_one_second_tie():
    end = applied(event(5, "a"), event(5, "b"))
    assert end == ([CREATED, CONFLICTING], state("b", 5, ambiguous=True))


def test_a_read_outranks_an_event_of_its_second():
    expected = state("b", 5.7, "read", ambiguous=True)
    assert applied(event(5, "a"), read(5.7, "b")) == ([CREATED, CONFLICTING], expected)
    assert applied(read(5.7, "b"), event(5, "a")) == ([CREATED, CONFLICTING], expected)


def test_a_read_and_an_event_of_one_second_that_agree():
    """What follows is compared with both, so only by the second."""
    expected = state("a", 5.7, "read", source=MIXED)
    assert applied(event(5, "a"), read(5.7, "a")) == ([CREATED, UNCHANGED], expected)
    assert applied(read(5.7, "a"), event(5, "a")) == ([CREATED, UNCHANGED], expected)


def test_a_read_and_an_event_of_two_seconds():
    assert applied(event(5, "a"), read(6.1, "b"))[1] == state("b", 6.1, "read")
    assert applied(read(5.9, "a"), event(6, "b"))[1] == state("b", 6)
    assert applied(event(6, "b"), read(5.9, "a"))[1] == state("b", 6)


def test_reads_are_ordered_within_a_second():
    expected = state("b", 5.4, "read")
    assert applied(read(5.3, "a"), read(5.4, "b")) == ([CREATED, UPDATED], expected)
    assert applied(read(5.4, "b"), read(5.3, "a")) == ([CREATED, STALE], expected)


def test_two_reads_of_one_moment_tie():
    end = applied(read(5.3, "a"), read(5.3, "b"))
    assert end == ([CREATED, CONFLICTING], state("b", 5.3, "read", ambiguous=True))


def test_created_loses_to_an_update_of_its_second():
    expected = state("b", 5, ambiguous=True)
    assert applied(created(5, "a"), event(5, "b")) == ([CREATED, CONFLICTING], expected)
    assert applied(event(5, "b"), created(5, "a")) == ([CREATED, CONFLICTING], expected)


def test_an_update_loses_to_a_deletion_of_its_second():
    expected = state("b", 5, ambiguous=True, deleted=5)
    assert applied(event(5, "a"), deletion(5, "b")) == ([CREATED, CONFLICTING], expected)
    assert applied(deletion(5, "b"), event(5, "a")) == ([CREATED, CONFLICTING], expected)


@pytest.mark.parametrize(("newer", "end"), [(event(6, "c"), "event"), (read(6.2, "c"), "read")])
def test_a_newer_snapshot_clears_the_ambiguity(newer, end):
    outcomes, after = applied(event(5, "a"), event(5, "b"), newer)
    assert outcomes == [CREATED, CONFLICTING, UPDATED]
    assert (after.digest, after.as_of_kind, after.ambiguous) == ("c", end, False)


def test_the_content_ambiguous_seen_later_clears_the_ambiguity():
    end = applied(event(5, "a"), event(5, "b"), read(6, "b"))
    assert end == ([CREATED, CONFLICTING, UNCHANGED], state("b", 6, "read"))


def test_a_read_of_the_ambiguous_second_does_not_clear_the_ambiguity():
    expected = state("a", 5.8, "read", ambiguous=True)
    assert applied(read(5.2, "a"), event(5, "b"), read(5.8, "a"))[1] == expected
    assert applied(read(5.2, "z"), event(5, "b"), read(5.8, "a"))[1] == expected


def test_an_older_snapshot_does_not_clear_the_ambiguity():
    end = applied(event(5, "a"), event(5, "b"), event(4, "c"))
    assert end == ([CREATED, CONFLICTING, STALE], state("b", 5, ambiguous=True))


def test_a_copy_creates_a_row_without_a_time():
    assert applied(copy("a")) == ([CREATED], state("a"))


def test_any_snapshot_is_newer_than_a_copy():
    assert applied(copy("a"), event(5, "b")) == ([CREATED, UPDATED], state("b", 5))
    assert applied(copy("a"), event(5, "a")) == ([CREATED, UNCHANGED], state("a", 5))


@pytest.mark.parametrize("first", [copy("a"), event(5, "a"), stub(5)])
def test_a_copy_never_changes_a_row(first):
    (decision,) = [decide(decide(None, [first]).state, [copy("b")])]
    assert (decision.outcomes, decision.is_write, decision.is_touch) == ([STALE], False, False)
    assert decision.state == decide(None, [first]).state


def test_a_copy_of_the_same_content_is_no_news():
    assert applied(event(5, "a"), copy("a")) == ([CREATED, UNCHANGED], state("a", 5))


def test_a_deletion_alone_creates_a_dead_row():
    outcomes, end = applied(stub(5))
    assert (outcomes, end) == ([CREATED], state("stub", deleted=5))
    assert not is_alive(end)


def test_a_deletion_leaves_the_content():
    expected = state("a", 5, deleted=6)
    assert applied(event(5, "a"), stub(6)) == ([CREATED, UPDATED], expected)
    assert applied(event(5, "a"), stub(6), stub(6))[0] == [CREATED, UPDATED, UNCHANGED]


def test_a_deletion_only_moves_forward():
    assert applied(event(5, "a"), stub(7), stub(6))[1] == state("a", 5, deleted=7)


@pytest.mark.parametrize("gone", [stub(6), stub(6.5)])
def test_what_is_deleted_after_its_second_is_ambiguous_no_more(gone):
    """A read would show nothing of it; which content stays, nobody will know."""
    for order in permutations([event(5, "a"), event(5, "b"), gone]):
        _, end = applied(*order)
        assert (end.ambiguous, end.deleted_at, end.as_of) == (False, gone.deleted_at, at(5))


def test_how_it_was_when_it_was_deleted_stays():
    """A later read that finds it gone takes nothing from what the deletion showed."""
    for order in permutations([event(5, "b"), deletion(5, "a"), stub(7)]):
        assert applied(*order)[1] == state("a", 5, deleted=7)


def test_what_a_deletion_has_won_over_may_come_again():
    """Also after a later read has found the object gone, which ends the ambiguity."""
    response = snapshot(Moment(at(9), Rank.READ, start=at(4), source="req_1"), "b")
    end = applied(deletion(5, "a"), response, stub(12), response)[1]
    assert (end.digest, end.deleted_at) == ("a", at(12))


def test_ambiguity_within_the_second_of_a_deletion_ends_with_a_later_one():
    for order in permutations([event(5, "a"), stub(5.7), stub(6)]):
        assert applied(*order)[1] == state("a", 5, deleted=6)


@pytest.mark.parametrize("gone", [stub(6), deletion(6, "a")])
def test_a_deletion_and_a_late_update_end_the_same_in_both_orders(gone):
    ends = [applied(*order)[1] for order in permutations([event(5, "a"), gone])]
    assert ends[0] == ends[1]
    assert not is_alive(ends[0])


def test_a_late_update_fills_in_what_the_deletion_did_not_bring():
    assert applied(stub(6), event(5, "a")) == ([CREATED, UPDATED], state("a", 5, deleted=6))


def test_a_late_deletion_counts_though_its_content_is_stale():
    decision = decide(state("b", 7), [deletion(6, "a")])
    assert decision.outcomes == [STALE]
    assert (decision.is_touch, decision.state) == (True, state("b", 7, deleted=6))
    assert is_alive(decision.state)


@pytest.mark.parametrize("order", [*permutations([event(5, "a"), stub(6), created(7, "b")])])
def test_an_id_used_again_lives_again(order):
    _, end = applied(*order)
    assert end == state("b", 7, deleted=6)
    assert is_alive(end)


@pytest.mark.parametrize(
    ("rows", "end"),
    [
        ([event(5, "a"), deletion(5, "a")], state("a", 5, ambiguous=True, deleted=5)),
        (
            [read(5.3, "a"), deletion(5, "a")],
            state("a", 5.3, "read", ambiguous=True, deleted=5, source=MIXED),
        ),
        ([event(5, "a"), stub(5.7)], state("a", 5, ambiguous=True, deleted=5.7)),
    ],
)
def test_a_deletion_ties_with_a_life_of_its_second(rows, end):
    """The object may have been there before it, or again after it."""
    assert applied(*rows) == ([CREATED, CONFLICTING], end)
    assert applied(*rows[::-1]) == ([CREATED, CONFLICTING], end)


def test_a_read_knows_that_what_it_saw_before_is_gone():
    _, end = applied(read(5.3, "a"), stub(5.7))
    assert (end.ambiguous, is_alive(end)) == (False, False)


@pytest.mark.parametrize("rows", [[stub(5.3), read(5.7, "a")], [stub(5.7), read(5.3, "a")]])
def test_which_clock_dated_a_deletion_is_not_stored(rows):
    """So a read of its second may have come before or after it."""
    assert applied(*rows)[1].ambiguous


@pytest.mark.parametrize("row", [deletion(5, "a"), stub(5.7), event(4, "b")])
def test_what_is_gone_does_not_tie_with_that(row):
    _, end = applied(deletion(5, "a"), row)
    assert (end.ambiguous, is_alive(end)) == (False, False)


@pytest.mark.parametrize(
    ("rows", "end"),
    [
        ([event(5, "a"), event(5, "b")], state("b", 5)),
        ([event(5, "a"), created(5, "b")], state("b", 5)),
        ([event(5, "b"), read(5.3, "a")], state("a", 5.3, "read")),
        ([event(5, "b"), read(6.3, "a")], state("a", 6.3, "read")),
    ],
)
def test_what_never_changes_is_not_ambiguous(rows, end):
    for order in permutations(replace(each, model=Event) for each in rows):
        outcomes, found = applied(*order)
        assert (found, set(outcomes) & {CONFLICTING}) == (end, set())


def test_a_tie_that_the_batch_itself_settles_is_none():
    rows = [event(5, "a"), event(5, "b")]
    assert decide(None, rows).is_conflict
    assert not decide(None, [*rows, event(6, "c")]).is_conflict
    assert not decide(decide(None, rows).state, [event(4, "c")]).is_conflict


def test_of_a_batch_only_the_winner_is_written():
    rows = [event(5, "a"), event(7, "c"), event(6, "b")]
    decision = decide(None, rows)
    assert decision.outcomes == [CREATED, UPDATED, STALE]
    assert decision.content is rows[1]


def clocked(start, end, content, clock="p"):
    """A read whose interval one process has measured."""
    return snapshot(Moment(at(end), Rank.READ, start=at(start), source=clock), content)


def answer(second, content, request="req_1", before=10):
    """An answer that the SDK received."""
    start = at(second - before)
    return snapshot(Moment(at(second), Rank.READ, start=start, source=request), content)


def event_of(request, second, content, rank=Rank.EVENT):
    return snapshot(Moment(at(second), rank, source=request), content)


def test_a_slow_list_and_an_event_while_it_was_made():
    """The list may have been taken before the event or after it."""
    for order in permutations([clocked(0.2, 4.7, "list"), event(2, "event")]):
        end = applied(*order)[1]
        assert (end.digest, end.ambiguous) == ("list", True)


def test_a_slow_list_that_began_after_the_second_of_the_event():
    for order in permutations([clocked(3.2, 7.7, "list"), event(2, "event")]):
        end = applied(*order)[1]
        assert (end.digest, end.ambiguous) == ("list", False)


def test_reads_of_one_process_are_ordered_if_one_ended_first():
    for order in permutations([clocked(5.1, 5.2, "a"), clocked(5.3, 5.4, "b")]):
        end = applied(*order)[1]
        assert (end.digest, end.ambiguous) == ("b", False)


@pytest.mark.parametrize(
    "reads",
    [
        [clocked(5.1, 5.35, "a"), clocked(5.3, 5.4, "b")],  # at the same time, in two threads
        [clocked(5.1, 5.2, "a", "p"), clocked(5.3, 5.4, "b", "q")],  # of two processes
    ],
)
def test_reads_that_overlap_conflict(reads):
    for order in permutations(reads):
        assert applied(*order)[1].ambiguous


def test_of_overlapping_reads_of_one_process_the_one_that_ended_later_wins():
    for order in permutations([clocked(5.1, 5.35, "a"), clocked(5.3, 5.4, "b")]):
        assert applied(*order)[1].digest == "b"


def test_the_same_content_seen_twice_narrows_the_interval():
    end = applied(clocked(1.5, 8.7, "a"), event(4, "a"))[1]
    assert (end.as_of_from, end.as_of, end.as_of_source) == (at(4), at(8.7), MIXED)
    assert applied(clocked(1.5, 8.7, "a"), event(4, "a"), event(3, "b"))[0][-1] is STALE
    assert applied(clocked(1.5, 8.7, "a"), event(4, "a"), event(6, "b"))[1].ambiguous


def test_an_event_of_the_same_request_is_not_newer_than_the_answer():
    for order in permutations([answer(5, "new"), event_of("req_1", 5, "old", Rank.CREATED)]):
        end = applied(*order)[1]
        assert (end.digest, end.ambiguous) == ("new", False)


def test_an_event_of_the_same_request_that_agrees():
    for order in permutations([answer(5, "new"), event_of("req_1", 5, "new")]):
        end = applied(*order)[1]
        assert (end.digest, end.ambiguous, end.as_of_source) == ("new", False, "req_1")


def test_an_event_of_the_request_after_its_answer_is_newer():
    for order in permutations([answer(5, "old"), event_of("req_1", 7, "new")]):
        end = applied(*order)[1]
        assert (end.digest, end.ambiguous) == ("new", False)


def test_the_answer_does_not_end_a_conflict_with_another_event():
    rows = [event_of("req_1", 5, "a"), event_of("req_2", 5, "b"), answer(5, "c", "req_2")]
    for order in permutations(rows):
        assert applied(*order)[1].ambiguous


def test_an_answer_after_a_read_shows_at_once():
    end = applied(clocked(5.1, 5.2, "old"), answer(5, "new"))[1]
    assert (end.digest, end.ambiguous) == ("new", True)


def test_two_answers_of_one_second():
    assert applied(answer(5, "old", "req_1"), answer(5, "new", "req_2"))[1].digest == "new"


def test_a_timeless_snapshot_changes_nothing_and_asks_for_a_read():
    timeless = snapshot(TIMELESS, "b")
    decision = decide(decide(None, [event(5, "a")]).state, [timeless])
    assert (decision.outcomes, decision.needs_refetch) == ([Outcome.REFETCH], True)
    assert (decision.is_write, decision.is_touch, decision.differing) == (False, False, {"b"})


def test_a_timeless_snapshot_creates_and_confirms():
    timeless = snapshot(TIMELESS, "a")
    assert applied(timeless) == ([CREATED], state("a"))
    assert applied(event(5, "a"), timeless) == ([CREATED, UNCHANGED], state("a", 5))


def test_a_stored_time_that_is_yet_to_come_orders_nothing_for_a_read():
    frozen = decide(None, [read(86_400, "frozen")]).state
    healed = decide(frozen, [clocked(5.1, 5.2, "true")], at(6))
    assert (healed.state.digest, healed.state.as_of) == ("true", at(5.2))


def test_an_event_of_a_row_whose_time_is_yet_to_come_asks_for_a_read():
    frozen = decide(None, [read(86_400, "frozen")]).state
    decision = decide(frozen, [event(5, "true")], at(6))
    assert (decision.outcomes, decision.is_write) == ([Outcome.REFETCH], False)


def test_a_stored_time_up_to_five_minutes_ahead_is_believed():
    seen = decide(None, [read(300, "a")]).state
    assert decide(seen, [clocked(5.1, 5.2, "b")], at(6)).outcomes == [STALE]


def subscription(moment, status):
    values = [None] * len(schema_for(Subscription).columns)
    values[final_states(Subscription).place] = status
    return Row(Subscription, "sub_1", "", moment, status, "{}", values)


@pytest.mark.parametrize("final", ["canceled", "incomplete_expired"])
def test_a_final_state_is_the_last_one_of_its_second(final):
    rows = [subscription(Moment(at(5)), "active"), subscription(Moment(at(5)), final)]
    for order in permutations(rows):
        end = applied(*order)[1]
        assert (end.digest, end.ambiguous) == (final, False)


def test_a_final_state_of_an_earlier_second_is_older():
    rows = [subscription(Moment(at(6)), "active"), subscription(Moment(at(5)), "canceled")]
    for order in permutations(rows):
        assert applied(*order)[1].digest == "active"


def test_a_status_that_is_not_final_decides_nothing():
    rows = [subscription(Moment(at(5)), "active"), subscription(Moment(at(5)), "past_due")]
    assert applied(*rows)[1].ambiguous


@pytest.mark.parametrize(
    ("seen", "row", "end"),
    [
        ("a.", "a.", ("a.", UNCHANGED)),
        ("a.1", "a.", ("a.1", UNCHANGED)),
        ("a.", "a.1", ("a.1", UPDATED)),
        ("a.1", "b.", ("b.", UPDATED)),
        ("a.1", "a.2", ("a.2", UPDATED)),
    ],
)
def test_what_comes_on_request_has_a_part_of_the_digest(seen, row, end):
    outcomes, found = applied(event(5, seen), event(6, row))
    assert (found.digest, outcomes[-1]) == end


def test_what_comes_on_request_makes_no_conflict_where_it_is_missing():
    for order in permutations([event(5, "a."), clocked(5.1, 5.2, "a.1")]):
        end = applied(*order)[1]
        assert (end.digest, end.ambiguous) == ("a.1", False)
    assert applied(event(5, "a.1"), clocked(5.1, 5.2, "a.2"))[1].ambiguous


def test_a_deletion_wins_over_a_read_whose_interval_it_is_in():
    """The read has shown the object alive, so it was before; a Date that is wrong makes it long."""
    for order in permutations([clocked(2, 43, "read"), deletion(4, "last")]):
        end = applied(*order)[1]
        assert (end.digest, end.ambiguous) == ("last", True)


def test_the_content_of_a_deletion_without_a_time_is_the_last_one():
    """Such as an event of a test clock; the read that follows finds nothing more."""
    gone = snapshot(Moment(at(900), Rank.DELETION).without_time(), "last")
    outcomes, end = applied(clocked(5.1, 5.2, "read"), gone)
    assert (end.digest, outcomes[-1]) == ("last", REFETCH)
    assert applied(clocked(5.1, 5.2, "read"), gone, clocked(7.1, 7.2, "read"))[1].digest == "read"


def test_a_read_that_comes_twice_takes_nothing_back_from_a_deletion():
    late = clocked(2, 43, "read")
    for order in permutations([late, late, deletion(4, "last")]):
        end = applied(*order)[1]
        assert (end.digest, end.ambiguous) == ("last", True)


def test_what_a_deletion_has_won_over_may_be_newer_than_a_later_event():
    for order in permutations([clocked(2, 43, "read"), deletion(4, "last"), created(9, "new")]):
        assert applied(*order)[1].ambiguous
