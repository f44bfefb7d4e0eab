"""The guard: which of several snapshots of one object wins, without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stripe_django.models import Charge, Event
from stripe_django.sync.mapping.rows import COPY, Moment, Rank, Row
from stripe_django.sync.writer.precedence import Outcome, State, decide

START = datetime(2026, 1, 1, tzinfo=UTC)
CREATED, UPDATED, UNCHANGED = Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED
STALE, CONFLICTING = Outcome.STALE, Outcome.CONFLICTING


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


def state(content, second=None, kind="event", *, ambiguous=False, deleted=None):
    as_of = None if second is None else at(second)
    deleted_at = None if deleted is None else at(deleted)
    return State(None, as_of, "" if as_of is None else kind, content, ambiguous, deleted_at)


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
    expected = state("a", 5.7, "read")
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
        ([read(5.3, "a"), deletion(5, "a")], state("a", 5.3, "read", ambiguous=True, deleted=5)),
        ([event(5, "a"), stub(5.7)], state("a", 5, ambiguous=True, deleted=5.7)),
    ],
)
def test_a_deletion_ties_with_a_life_of_its_second(rows, end):
    """The object may have been there before it, or again after it."""
    assert applied(*rows) == ([CREATED, CONFLICTING], end)
    assert applied(*rows[::-1]) == ([CREATED, CONFLICTING], end)


@pytest.mark.parametrize("rows", [[read(5.3, "a"), stub(5.7)], [stub(5.3), read(5.7, "a")]])
def test_reads_know_whether_it_lives(rows):
    for order in (rows, rows[::-1]):
        _, end = applied(*order)
        assert (end.ambiguous, is_alive(end)) == (False, rows[-1].has_content)


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


TICKS = st.integers(0, 39)  # tenths of a second
CONTENTS = st.sampled_from("abc")


@settings(max_examples=400, deadline=None)
@given(
    changes=st.dictionaries(TICKS, CONTENTS, min_size=1, max_size=4),
    reads=st.sets(TICKS, max_size=3),
    slowness=st.integers(0, 9),
    data=st.data(),
)
def test_any_order_ends_in_the_final_state_or_ambiguous(changes, reads, slowness, data):
    """``reads`` say a time up to ``slowness`` tenths before they really were."""
    changes = dict(sorted(changes.items()))
    rows = [event(tick // 10, content) for tick, content in changes.items()]
    for tick in reads:
        known = [content for changed, content in changes.items() if changed <= tick]
        if known:
            rows.append(read((tick - slowness) / 10, known[-1]))
    order = data.draw(st.permutations(rows + rows))
    _, end = applied(*order)
    assert end.ambiguous or end.digest == list(changes.values())[-1]
