"""Faults, planted one at a time: the histories have to find each of them.

``python -m tests.convergence [pytest options]`` says which seed has caught what, with the
smallest history that shows it. ``DATABASE=postgres`` or ``mariadb`` adds the faults that it takes
several threads to see.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from stripe_django.api.server_clock import ALMOST_A_SECOND, Clock, ReadTime, time_of
from stripe_django.sync import open_writes
from stripe_django.sync.events import envelope as event_envelope
from stripe_django.sync.events import rows as event_rows
from stripe_django.sync.events import status
from stripe_django.sync.handed_in import payloads
from stripe_django.sync.mapping import draft, identity
from stripe_django.sync.mapping.rows import UNKNOWN_TIME
from stripe_django.sync.repair import pending_reads, resolution
from stripe_django.sync.responses import extraction, failures
from stripe_django.sync.writer import list_members, precedence, upsert
from stripe_django.sync.writer.backends import base, postgresql
from stripe_django.sync.writer.precedence import Order, Outcome, Step

from ..threads import needs_threads
from . import calls
from .calling import Calling
from .checking import example, outcome
from .crowds import Crowd
from .histories import History, generate
from .interrupted import Interrupted
from .playing import Play

HISTORIES = 2000
CROWDS = 300

Patch = tuple[Any, str, Any]

apply = import_module("stripe_django.sync.apply")  # the package has the function by this name

_send = upsert._Table._send
_order, _decide_content = precedence._order, precedence._decide_content
_decide_one, _decide_copy = precedence.decide_one, precedence._decide_copy
_answer_moment, _read_time = payloads._moment_of, Clock.read_time
_needs_confirmation = resolution._needs_confirmation
_moment, _inside = event_envelope.Envelope.moment.fget, identity.Context.inside


def order_of_equals(order: Order) -> Callable[..., Order]:
    """Instead of the rule for ties."""

    def judged(seen, row, now):
        found = _order(seen, row, now)
        return order if found is Order.SAME else found

    return judged


def exact_order(seen, row, now):
    if seen.as_of is None or row.moment.as_of > seen.as_of:
        return Order.NEWER
    return Order.SAME if row.moment.as_of == seen.as_of else Order.OLDER


def not_advanced(seen, row, deleted_at, now):
    if row.digest == seen.digest:
        return Step(Outcome.UNCHANGED, False, seen._replace(deleted_at=deleted_at))
    return _decide_content(seen, row, deleted_at, now)


def conflicts_end(ambiguous):
    """Conflicts of which the next snapshot of the same time clears the mark, or none ever does."""

    def decided(seen, row, now=UNKNOWN_TIME):
        step = _decide_one(seen, row, now)
        if seen is None or not seen.ambiguous or step.outcome in UNDECIDED:
            return step
        return step._replace(state=step.state._replace(ambiguous=ambiguous))

    return decided


def written_though_timeless(seen, row):
    step = _decide_copy(seen, row)
    if step.outcome is not Outcome.REFETCH:
        return step
    return Step(Outcome.UPDATED, True, seen._replace(digest=row.digest))


def answer_less_a_second(payload, plain, headers):
    """As it was before: without a start, and one second before its ``Date``."""
    moment = _answer_moment(payload, plain, headers)
    if moment.is_copy:
        return moment
    return replace(moment, as_of=moment.as_of - timedelta(seconds=1), start=None, source="")


def time_of_writing(envelope):
    return replace(_moment(envelope), as_of=timezone.now())


def inside_as_fresh(self, key, parent, *, owned):
    return _inside(self, key, parent, owned=True)


def read_when_answered(self, date, started, ended):
    moment = time_of(date) + timedelta(seconds=1 + ALMOST_A_SECOND)
    return ReadTime(moment, moment)


def read_by_our_clock(self, date, started, ended):
    return ReadTime(timezone.now(), timezone.now())


def any_date_is_right(self, date, started, ended):
    moment = time_of(date)
    return ReadTime(moment, moment + timedelta(seconds=ALMOST_A_SECOND), str(moment))


def start_is_end(self, date, started, ended):
    found = _read_time(self, date, started, ended)
    clock, _, ticks = found.clock.partition("@")
    end = ticks.partition(":")[2]
    return replace(found, start=found.end, clock=f"{clock}@{end}:{end}")


def one_clock_for_all(self, date, started, ended):
    return replace(_read_time(self, date, started, ended), clock="one")


def forget_read(read, row, before=None):
    read.delete()
    return True


def only_of_conflicts(read, row, before):
    return read.reason == read.Reason.CONFLICT and _needs_confirmation(read, row, before)


def only_of_contents(read, row, before):
    return row.is_alive and _needs_confirmation(read, row, before)


def unlocked(self, stripe_ids):
    found = self.model._base_manager.using(self.connection.alias).filter(stripe_id__in=stripe_ids)
    return self.states(found.values_list(*self.state_columns))


def none_lost(self, decisions):
    _send(self, decisions)
    return set()


def read_once(read):
    """Whether the row has the content of any read, be it an older one."""
    row = pending_reads._row_of(read)
    if row is None or row.as_of_kind != "read":
        return False
    return bool(read.delete())


def is_current_or_replayed(sent, headers):
    return headers.get("Idempotent-Replayed") != "true"


def without_deleted(objects):
    return [each for each in objects if not each.get("deleted")]


def all_absent(draft):
    absent = draft.profile.absent
    return frozenset(each.attname for each in draft.schema.columns if each.key in absent)


FAULTS: dict[str, list[Patch]] = {
    "<, so that of one second the first to arrive wins": [
        (precedence, "_order", order_of_equals(Order.OLDER))
    ],
    "<=, so that the last to arrive wins": [(precedence, "_order", order_of_equals(Order.NEWER))],
    "the last writer wins": [(precedence, "_order", lambda *_: Order.NEWER)],
    "an event is compared with a read's fraction": [(precedence, "_order", exact_order)],
    "the time of writing as as_of": [
        (event_envelope.Envelope, "moment", property(time_of_writing))
    ],
    "a read is dated by our clock": [(Clock, "read_time", read_by_our_clock)],
    "a read is dated when it is answered": [(Clock, "read_time", read_when_answered)],
    "the same content does not move as_of": [(precedence, "_decide_content", not_advanced)],
    "the last writer decides on the deletion": [(precedence, "_later", lambda one, other: other)],
    "a deletion and a life of one second do not tie": [
        (precedence, "_deletion_conflicts", lambda seen, row: False)
    ],
    "a canceled subscription counts as deleted": [(event_envelope, "NOT_DELETIONS", frozenset())],
    "a copy is as fresh as what it is in": [(identity.Context, "inside", inside_as_fresh)],
    "what a list lacks stays": [(list_members, "_mark", lambda *_: None)],
    "an older list brings back what is gone": [(list_members.Lists, "_stored", lambda *_: [])],
    "members are not ambiguous with their owner": [
        (list_members.Lists, "_mark_ambiguous", lambda *_: None)
    ],
    "columns of which a snapshot says nothing stay": [(draft, "_preserved_columns", all_absent)],
    "a tie asks for no read": [(status, "request_refetches", lambda *_: [])],
    "a tie is read before its second has ended": [
        (pending_reads, "_wait_for", lambda read: None),
        (pending_reads, "resolve", forget_read),
    ],
    "a refetch may show anything": [(resolution, "_needs_confirmation", lambda *_: False)],
    "a conflict that a member differs from needs no confirmation": [
        (resolution, "_needs_confirmation", only_of_conflicts)
    ],
    "what a refetch does not find is deleted": [
        (resolution, "_needs_confirmation", only_of_contents)
    ],
    "anything clears the ambiguity": [(precedence, "decide_one", conflicts_end(False))],
    "ambiguity never ends": [(precedence, "decide_one", conflicts_end(True))],
    "any Date is right": [
        (Clock, "read_time", any_date_is_right),
        (Clock, "has_estimate", True),  # or a second read would confirm it
    ],
    "a read begins when it ends": [(Clock, "read_time", start_is_end)],
    "fractions of two processes' clocks are compared": [(Clock, "read_time", one_clock_for_all)],
    "a timeless snapshot is written": [(precedence, "_decide_copy", written_though_timeless)],
    "an answer is a second older than its Date": [(payloads, "_moment_of", answer_less_a_second)],
    "replayed answers have a time": [(payloads, "_is_timeless", lambda *_: False)],
    "the time of test clocks counts": [(event_rows, "is_on_clock", lambda *_: False)],
}
OF_INTERRUPTIONS: dict[str, list[Patch]] = {
    "a refetch is compared with the row before the request": [
        (pending_reads, "when_written", lambda row, _: row),
    ],
}
UNDECIDED = (Outcome.CONFLICTING, Outcome.STALE, Outcome.REFETCH)
AMONG_THREADS: dict[str, list[Patch]] = {
    "no row is locked": [
        (base.Statements, "read", unlocked),
        (postgresql.PostgreSQL, "read", unlocked),
    ],
    "what another one inserts meanwhile is final": [(upsert._Table, "_send", none_lost)],
}


OF_CALLS: dict[str, list[Patch]] = {
    "replayed responses have a time": [(extraction, "is_current", lambda *_: True)],
    "search results have a time": [(extraction, "SEARCH", "")],
    "a change without a response is not read": [(failures, "may_have_changed", lambda *_: False)],
    "no transaction is rolled back": [(open_writes, "note", lambda *_: None)],
    "an earlier read shows what was written": [(pending_reads, "_was_read_meanwhile", read_once)],
    "a response is true at its end": [(Clock, "read_time", start_is_end)],
    "fractions of two processes' clocks are compared": [(Clock, "read_time", one_clock_for_all)],
    "a change without a time creates rows, and no more": [
        (extraction, "is_replayed", lambda _: True),
        (extraction, "is_current", is_current_or_replayed),
    ],
    "a deletion is no content": [(extraction, "_with_model", without_deleted)],
}


def caught(
    patches: list[Patch],
    seeds: range,
    player: type[Play],
    generator: Callable[[int], History] = generate,
) -> list[str]:
    """The first history that shows these faults, and what it ends with, if there is one."""
    with ExitStack() as stack:
        for planted in patches:
            stack.enter_context(patch.object(*planted))
        for history in map(generator, seeds):
            if found := outcome(player(history)):
                # What threads do is not the same each time, so that nothing can be left out.
                return [str(history), *found] if player is Crowd else example(history, player)
    return []


@pytest.mark.usefixtures("endpoint")
@pytest.mark.django_db
@pytest.mark.parametrize("fault", FAULTS)
def test_it_is_caught(fault, record_property):
    found = caught(FAULTS[fault], range(HISTORIES), Play)
    assert found
    record_property("summary", "\n    ".join([f"{fault}:", *found]))


@pytest.mark.usefixtures("endpoint")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", OF_CALLS)
def test_it_is_caught_by_own_requests(fault, record_property):
    found = caught(OF_CALLS[fault], range(HISTORIES), Calling, calls.generate)
    assert found
    record_property("summary", "\n    ".join([f"{fault}:", *found]))


@pytest.mark.usefixtures("endpoint")
@pytest.mark.django_db
@pytest.mark.parametrize("fault", OF_INTERRUPTIONS)
def test_it_is_caught_by_interruptions(fault, record_property):
    found = caught(OF_INTERRUPTIONS[fault], range(HISTORIES), Interrupted)
    assert found
    record_property("summary", "\n    ".join([f"{fault}:", *found]))


@needs_threads
@pytest.mark.usefixtures("endpoint")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", AMONG_THREADS)
def test_it_is_caught_among_threads(fault, record_property):
    found = caught(AMONG_THREADS[fault], range(CROWDS), Crowd)
    assert found
    record_property("summary", "\n    ".join([f"{fault}:", *found]))
