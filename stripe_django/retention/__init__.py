"""Retention: removes what is finished and older than the setting ``RETENTION`` keeps it.

``prune()`` is one pass over all tables, in small transactions. A pass that was stopped is resumed
where it was, and no two processes prune at once. Nothing unfinished or dead-lettered goes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from django.db import DatabaseError
from django.utils import timezone

from stripe_django import logs
from stripe_django.exceptions import RetentionError

from . import events, inbox, lease, others, policy, runs
from .batches import Step
from .lease import LeaseLostError, TimeOverError, Turn, is_due

__all__ = ["STEPS", "Pruned", "is_due", "keep", "prune"]

# Handlers after the inbox: their records stay at least as long as their events.
STEPS: tuple[Step, ...] = (*events.STEPS, *inbox.STEPS, *runs.STEPS, *others.STEPS)


@dataclass(slots=True)
class Pruned:
    """How many rows of each kind were removed, by the labels of the steps.

    ``is_complete`` is false if the time was over first, or another process has taken over;
    ``is_elsewhere`` is true, and nothing was done, while another process prunes.
    """

    rows: Counter[str] = field(default_factory=Counter)
    is_complete: bool = False
    is_elsewhere: bool = False


Progress = Callable[[str, int], None]


def prune(
    *, seconds: float = math.inf, dry_run: bool = False, progress: Progress | None = None
) -> Pruned:
    """Remove what is old enough; a dry run only counts it.

    After ``seconds`` no further transaction begins, and the next call resumes. ``progress`` is
    called with the label of a step, and how many rows of it were removed so far. Raises
    ``RetentionError`` if the setting is wrong.
    """
    keep, done = policy.in_force(), Pruned()
    progress = progress or (lambda label, count: None)
    if dry_run:
        _pass(lease.dry(keep), done, progress)
        done.is_complete = True
        return done
    with suppress(LeaseLostError), lease.taken(keep, seconds) as turn:
        if turn is None:
            done.is_elsewhere = True
            return done
        with suppress(TimeOverError):
            _pass(turn, done, progress)
            done.is_complete = True
    return done


def keep(*, seconds: float) -> bool:
    """Prune if that is due, without raising errors, beside more important work; whether it was."""
    try:
        if not is_due():
            return False
        prune(seconds=seconds)
    except (DatabaseError, RetentionError) as error:
        logs.PRUNING_FAILED(error)
        return False
    return True


def _pass(turn: Turn, done: Pruned, progress: Progress) -> None:
    """Do what is left of the pass."""
    names = [step.name for step in STEPS]
    first = names.index(turn.state.step) if turn.state.step in names else 0
    for index, step in enumerate(STEPS[first:]):
        if index or not turn.state.step:
            turn.save(step=step.name, position=0, position_at=None)
        for count in step.run(turn):
            done.rows += Counter({step.label: count})
            progress(step.label, done.rows[step.label])
    turn.save(began_at=None, step="", position=0, position_at=None, finished_at=timezone.now())
