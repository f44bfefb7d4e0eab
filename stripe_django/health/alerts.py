"""Alerts: raised once, when something begins to need a person, and ended when it has recovered.

Their state is in the database, so that of many processes one sends the signal and the mail. The
work that retries what is due looks at them: commands, tasks, and requests in projects with neither.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass

from django.db import DatabaseError, connections, transaction
from django.db.models import QuerySet
from django.dispatch import Signal
from django.utils import timezone

from stripe_django import logs, signals
from stripe_django.conf import settings
from stripe_django.models import Alert
from stripe_django.schemas import tables_of
from stripe_django.sync.events import poller, store

from . import mails
from .indicators import Indicator
from .measurement import Report, report

EVERY = 60.0  # seconds between two looks of one process

_looked_at: dict[str, float] = {}  # by the tables

Found = Indicator | None


@dataclass(frozen=True, slots=True)
class Rule:
    """When an alert is raised: ``find`` returns the indicator that is the reason, if there is one.

    ``signal`` is sent then. Without the ``needed`` indicators it stays as it is.
    """

    needed: tuple[str, ...]
    find: Callable[[Report], Found]
    recovered: str
    signal: Signal | None = None


def _unhealthy(name: str) -> Callable[[Report], Found]:
    def find(found: Report) -> Found:
        indicator = found.get(name)
        return indicator if indicator and not indicator.is_healthy else None

    return find


def _horizon(found: Report) -> Found:
    """Stripe soon no longer lists events that are not here, whatever the limit of polls is."""
    poll, missed = found.get("poll"), found.get("missed")
    if missed and missed.value:
        return missed
    is_near = poll is not None and (poll.value or 0) >= poller.NEAR.total_seconds()
    return poll if is_near else None


RULES: Mapping[str, Rule] = {
    "dead_lettered": Rule(
        ("dead_lettered",),
        _unhealthy("dead_lettered"),
        "Nothing is dead-lettered any more.",
    ),
    "poll_horizon": Rule(
        ("poll", "missed"), _horizon, "Events are polled again.", signals.poll_horizon_near
    ),
    "verification": Rule(
        ("verification",),
        _unhealthy("verification"),
        "The last verification found no differences.",
        signals.verification_differs,
    ),
}


def look(every: float = EVERY) -> None:
    """Measure the indicators, raise or end the alerts, and send the mails that are due.

    Once in ``every`` seconds of this process. It raises no errors of the database.
    """
    using = store.using()
    tables, now = tables_of(using), time.monotonic()
    if now - _looked_at.get(tables, -every) < every:
        return
    _looked_at[tables] = now
    is_inside = connections[using].in_atomic_block
    try:
        with transaction.atomic(using=using) if is_inside else nullcontext():
            _update(report(), using)
            if settings.mail_admins:
                mails.send_due(using)
    except DatabaseError as error:
        logs.WATCH_FAILED(error)


def _update(found: Report, using: str) -> None:
    """What could not be measured leaves the alerts as they are."""
    for each in found.indicators:
        if not each.is_measured:
            logs.WATCH_FAILED(f"{each.name}: {each.text}")
    if not any(_is_judged(rule, found) for rule in RULES.values()):
        logs.WATCH_FAILED(found.unhealthy[0].text)
        return
    rows = Alert.objects.using(using)
    raised = dict(rows.values_list("name", "raised_at"))
    for name, rule in RULES.items():
        if not _is_judged(rule, found):
            continue
        indicator = rule.find(found)
        if indicator and not raised.get(name):
            rows.get_or_create(name=name)
            _raise(rows.filter(name=name), name, rule, indicator)
        elif indicator is None and raised.get(name):
            _end(rows.filter(name=name), name, rule)


def _is_judged(rule: Rule, found: Report) -> bool:
    return all(found.get(name) for name in rule.needed)


def _raise(rows: QuerySet[Alert], name: str, rule: Rule, indicator: Indicator) -> None:
    """Unless another process has raised it just now."""
    now = timezone.now()
    is_mine = rows.filter(raised_at=None).update(
        raised_at=now,
        text=f"{indicator.text} {indicator.advice}".strip(),
        mailed_at=None,
        attempts=0,
        claimed_at=None,
        next_attempt_at=now,
    )
    if not is_mine:
        return
    logs.ALERT_RAISED(alert=name, text=indicator.text, advice=indicator.advice)
    if rule.signal:
        rule.signal.send_robust(Alert, indicator=indicator)


def _end(rows: QuerySet[Alert], name: str, rule: Rule) -> None:
    now = timezone.now()
    ended = {"raised_at": None, "next_attempt_at": None, "claimed_at": None, "recovered_at": now}
    if rows.exclude(raised_at=None).update(**ended):
        logs.ALERT_RECOVERED(alert=name, text=rule.recovered)
