"""``stripe_sync``: everything at first, then what is new and what has changed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import stripe
from django.db import router
from django.db.models import Sum

from stripe_django import registry
from stripe_django.api.client import Client
from stripe_django.exceptions import NothingReadError, UnavailableError
from stripe_django.models import EventPoll, Home, SyncRun
from stripe_django.models.base import StripeModel

from . import home
from .backfill import engine, leases
from .backfill.list_endpoints import listable
from .backfill.progress import ObjectRun, Observer, Status
from .events import poller
from .repair import missing

OVERLAP = timedelta(hours=1)  # by which an object may come into a list late

SHORT = 1_000  # objects

Kind = SyncRun.Kind


@dataclass(slots=True)
class Synced:
    """What was done: of which kind, since when, whether it resumed an interrupted run, and the
    kinds of objects that were read. ``deleted`` counts what Stripe turned out not to have any more.
    """

    kind: str
    since: datetime | None = None
    is_resumed: bool = False
    deleted: int = 0
    runs: list[ObjectRun] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for.

    Without ``objects`` it is everything, and after a first complete run it is incremental, unless
    ``full``. ``since`` is the earliest creation. ``anew`` does not resume an interrupted run.
    ``children`` are objects that each owner has a list of.
    """

    objects: Sequence[type[StripeModel]] = ()
    account: str = ""
    since: datetime | None = None
    children: bool = False
    full: bool = False
    anew: bool = False
    workers: int | None = None

    @property
    def models(self) -> list[type[StripeModel]]:
        return list(self.objects) or listable(with_owners=self.children)


def sync(wanted: Wanted, observer: Observer | None = None) -> Synced:
    """Read what is wanted, and record how far that has come.

    Raises ``AlreadyRunningError`` while another process syncs the account, ``NothingReadError``
    if Stripe refuses all of it, and what ``backfill.run`` raises.
    """
    Client(account=wanted.account)  # raises if there is no usable key
    using = router.db_for_write(Home)
    home.for_key(using, wanted.account)
    wanted = replace(wanted, account=home.resolve(wanted.account))
    observer = observer or Observer()
    leases.release_dead(wanted.account, using)
    run = None if wanted.anew else _unfinished(wanted, using)
    is_resumed = run is not None
    run = leases.begin(run or _new(wanted, using), using)
    done = Synced(run.kind, run.since, is_resumed)
    with leases.at_work(run, using) as read:
        book = leases.Recorded(run, using)
        if run.kind == Kind.CHANGES and not _poll(wanted.account, observer, book):
            done.kind, done.since = _widen(run, using)
        engine.run(
            wanted.models,
            account=wanted.account,
            since=run.since,
            whole=_short(run, using) if run.kind == Kind.CHANGES else (),
            observer=observer,
            workers=wanted.workers,
            book=book,
        )
        _require(wanted.objects, book, observer.runs)
        if run.kind == Kind.FULL:
            done.deleted = missing.look(run, observer.runs, using, book.beat)
            if not wanted.objects:
                _begin_polling(run, using)
        read += observer.runs
    done.runs = observer.runs
    with suppress(stripe.StripeError):  # known the next time; the run itself is done
        home.learn_account(using)
    return done


def _unfinished(wanted: Wanted, using: str) -> SyncRun | None:
    run = leases.unfinished(wanted.account, wanted.models, wanted.since, using)
    return None if run and wanted.full and run.kind != Kind.FULL else run


def _new(wanted: Wanted, using: str) -> SyncRun:
    run = SyncRun(stripe_account=wanted.account, objects_read=leases.names(wanted.models))
    before = None if wanted.full or wanted.objects or wanted.since else _last(run, using)
    if wanted.since:
        run.kind, run.since = Kind.SINCE, wanted.since
    elif before and before.as_of:
        run.kind, run.since = Kind.CHANGES, before.as_of - OVERLAP
    else:
        run.kind = Kind.FULL
    return run


def _last(run: SyncRun, using: str) -> SyncRun | None:
    """The last run after which everything was here that this one is to read."""
    done = SyncRun.objects.using(using).filter(
        stripe_account=run.stripe_account, status=SyncRun.Status.DONE
    )
    for each in done.exclude(kind=Kind.SINCE).order_by("-pk")[:100]:
        if set(run.objects_read) <= set(each.objects_read):
            return each
    return None


def _short(run: SyncRun, using: str) -> list[type[StripeModel]]:
    """The kinds of objects of which there were few: reading them whole tells more."""
    full = SyncRun.objects.using(using).filter(
        stripe_account=run.stripe_account, status=SyncRun.Status.DONE, kind=Kind.FULL
    )
    last = full.order_by("-pk").first()
    if last is None:
        return []
    sizes = last.ranges.values_list("object_name").annotate(Sum("read"))
    known = registry.by_object_name()
    return [known[name] for name, size in sizes if size <= SHORT and name in known]


def _require(
    named: Sequence[type[StripeModel]], book: leases.Recorded, read: Sequence[ObjectRun]
) -> None:
    """Make a refusal of what was named a failure; raises if there was nothing but refusals."""
    for each in read:
        each.is_required = each.model in named
    refused = [each for each in read if each.status is Status.UNAVAILABLE]
    is_all = refused and not any(each.status is Status.FAILED for each in read)
    if is_all and not named and not book.has_pages:
        raise NothingReadError(
            f"{NothingReadError.explanation()} The first refusal: {refused[0].error}"
        )


def _poll(account: str, observer: Observer, book: leases.Recorded) -> bool:
    """Apply the events that are not here; false if these do not show all that has changed."""

    def stays_alive() -> bool:
        book.beat()
        return False

    try:
        poll = poller.poll(account, observer=observer, should_stop=stays_alive)
    except UnavailableError:
        return False
    return poll.missed_since is None


def _widen(run: SyncRun, using: str) -> tuple[str, None]:
    """Have everything listed, since nobody tells what has changed."""
    run.kind, run.since = Kind.FULL, None
    run.save(using=using, update_fields=["kind", "since"])
    return run.kind, None


def _begin_polling(run: SyncRun, using: str) -> None:
    """What happened before the run is here: events are needed from then on."""
    if run.as_of is None:
        return
    state = poller.state_of(run.stripe_account, using, since=run.as_of)
    polls = EventPoll.objects.using(using).filter(pk=state.pk)
    polls.filter(read_until__lt=run.as_of).update(read_until=run.as_of)
    polls.update(missed_since=None)
