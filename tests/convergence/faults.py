"""Faults, planted one at a time: the histories have to find each of them.

``python -m tests.convergence [pytest options]`` says which seed has caught what, with the
smallest history that shows it. ``DATABASE=postgres`` or ``mariadb`` adds the faults that it takes
several threads to see.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db.models import F, Q
from django.utils import timezone

from stripe_django.api.server_clock import ALMOST_A_SECOND, Clock, time_of
from stripe_django.sync.events import envelope as event_envelope
from stripe_django.sync.events import status
from stripe_django.sync.mapping import context
from stripe_django.sync.mapping.fast import Snapshot
from stripe_django.sync.repair import conflicts, pending_reads
from stripe_django.sync.writer import list_members, precedence, upsert
from stripe_django.sync.writer.backends import base, postgresql
from stripe_django.sync.writer.precedence import Order, Outcome

from ..threads import needs_threads
from .checking import example, outcome
from .crowds import Crowd
from .histories import generate
from .playing import Play

HISTORIES = 2000
CROWDS = 300

Patch = tuple[Any, str, Any]

_send = upsert._Table._send
_order, _decide_content = precedence._order, precedence._decide_content
_moment, _inside = event_envelope.Envelope.moment.fget, context.Context.inside


def order_of_equals(order: Order) -> Callable[..., Order]:
    """Instead of the rule for ties."""

    def judged(seen, row):
        found = _order(seen, row)
        return order if found is Order.SAME else found

    return judged


def exact_order(seen, row):
    if seen.as_of is None or row.moment.as_of > seen.as_of:
        return Order.NEWER
    return Order.SAME if row.moment.as_of == seen.as_of else Order.OLDER


def not_advanced(seen, row, deleted_at):
    if row.digest == seen.digest:
        return Outcome.UNCHANGED, False, seen._replace(deleted_at=deleted_at)
    return _decide_content(seen, row, deleted_at)


def time_of_writing(envelope):
    return replace(_moment(envelope), as_of=timezone.now())


def inside_as_fresh(self, key, parent, *, owned):
    return _inside(self, key, parent, owned=True)


def read_when_answered(self, date, started, ended):
    return time_of(date) + timedelta(seconds=1 + ALMOST_A_SECOND)


def read_by_our_clock(self, date, started, ended):
    return timezone.now()


def forget_read(read, read_at):
    read.delete()
    return True


def unlocked(self, stripe_ids):
    found = self.model._base_manager.using(self.connection.alias).filter(stripe_id__in=stripe_ids)
    return {name: precedence.State(*state) for *state, name in found.values_list(*base.STATE)}


def none_lost(self, decisions):
    _send(self, decisions)
    return set()


def all_absent(self):
    return frozenset(column.attname for column in self.plan.columns if column.key in self.absent)


FAULTS: dict[str, list[Patch]] = {
    "<, so that of one second the first to arrive wins": [
        (precedence, "_order", order_of_equals(Order.OLDER))
    ],
    "<=, so that the last to arrive wins": [(precedence, "_order", order_of_equals(Order.NEWER))],
    "the last writer wins": [(precedence, "_order", lambda seen, row: Order.NEWER)],
    "an event is compared with a read's fraction": [(precedence, "_order", exact_order)],
    "the time of writing as as_of": [
        (event_envelope.Envelope, "moment", property(time_of_writing))
    ],
    "a read is dated by our clock": [(Clock, "as_of", read_by_our_clock)],
    "a read is dated when it is answered": [(Clock, "as_of", read_when_answered)],
    "the same content does not move as_of": [(precedence, "_decide_content", not_advanced)],
    "the last writer decides on the deletion": [(precedence, "_later", lambda one, other: other)],
    "a deletion and a life of one second do not tie": [
        (precedence, "_deletion_conflicts", lambda seen, row: False)
    ],
    "a canceled subscription counts as deleted": [(event_envelope, "NOT_DELETIONS", frozenset())],
    "a copy is as fresh as what it is in": [(context.Context, "inside", inside_as_fresh)],
    "what a list lacks stays": [(list_members, "_mark", lambda *_: None)],
    "an older list brings back what is gone": [(list_members.Lists, "_stored", lambda *_: [])],
    "members are not ambiguous with their owner": [
        (list_members.Lists, "_mark_ambiguous", lambda *_: None)
    ],
    "columns of which a snapshot says nothing stay": [(Snapshot, "_preserved_columns", all_absent)],
    "a tie asks for no read": [(status, "reads", lambda *_: [])],
    "a tie is read before its second has ended": [
        (pending_reads, "_wait_for", lambda read: None),
        (pending_reads, "_is_done", forget_read),
    ],
    "any read clears the ambiguity": [(precedence, "_is_same_second", lambda seen, row: False)],
    "ambiguity never ends": [(precedence, "_is_same_second", lambda seen, row: True)],
    "what may be deleted is not read": [
        (conflicts, "UNSETTLED", Q(deleted_at=None) | Q(as_of__gt=F("deleted_at")))
    ],
}
AMONG_THREADS: dict[str, list[Patch]] = {
    "no row is locked": [
        (base.Statements, "read", unlocked),
        (postgresql.PostgreSQL, "read", unlocked),
    ],
    "what another one inserts meanwhile is final": [(upsert._Table, "_send", none_lost)],
}


def caught(patches: list[Patch], seeds: range, player: type[Play]) -> list[str]:
    """The first history that shows these faults, and what it ends with, if there is one."""
    with ExitStack() as stack:
        for planted in patches:
            stack.enter_context(patch.object(*planted))
        for history in map(generate, seeds):
            if found := outcome(player(history)):
                # What threads do is not the same each time, so that nothing can be left out.
                return example(history) if player is Play else [str(history), *found]
    return []


@pytest.mark.usefixtures("endpoint")
@pytest.mark.django_db
@pytest.mark.parametrize("fault", FAULTS)
def test_it_is_caught(fault, record_property):
    found = caught(FAULTS[fault], range(HISTORIES), Play)
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
