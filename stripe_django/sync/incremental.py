"""``stripe_sync``: everything at first, then incremental: new objects, and events of changes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import stripe
from django.db import router
from django.db.models import Sum

from stripe_django import registry
from stripe_django.exceptions import NothingReadError, UnavailableError
from stripe_django.models import Home, SyncRange, SyncRun, TestHelpersTestClock
from stripe_django.models.base import StripeModel

from . import home, mirrored_accounts
from .backfill import engine, leases
from .backfill.checkpoints import StoredCheckpoints, transactions
from .backfill.list_endpoints import TEST_CLOCK_LISTS, listable
from .backfill.progress import ObjectRun, Observer, Status
from .events import poller
from .repair import missing
from .scope import models_in_scope

OVERLAP = timedelta(hours=1)  # by which an object may come into a list late

SHORT = 1_000  # objects

Kind = SyncRun.Kind


@dataclass(slots=True)
class SyncSummary:
    """What a sync did: its kind, its earliest creation, whether it resumed an interrupted run, and
    the object types that were read. ``deleted`` counts the rows that Stripe no longer has.
    """

    kind: str
    since: datetime | None = None
    is_resumed: bool = False
    deleted: int = 0
    runs: list[ObjectRun] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """What to sync.

    Without ``objects`` it is everything, and after a first complete run it is incremental, unless
    ``full``. ``since`` is the earliest creation. ``anew`` does not resume an interrupted run.
    ``children`` adds the objects that each parent has a list of.
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


def sync(request: SyncRequest, observer: Observer | None = None) -> SyncSummary:
    """Read what is requested, and store how far the run has come.

    Raises ``AlreadyRunningError`` while another process syncs the account, ``NothingReadError``
    if Stripe refuses all of it, and what ``backfill.run`` raises.
    """
    using = router.db_for_write(Home)
    mirrored_accounts.client_for(request.account, using)  # raises if there is no usable key
    for attempt in transactions(using):
        with attempt:
            home.for_key(using, request.account)
    with suppress(stripe.StripeError):  # what is wrong shows in the lists
        home.learn_account(using)
    request = replace(request, account=home.resolve(request.account))
    observer = observer or Observer()
    leases.take_over_dead_run(request.account, using)
    run = None if request.anew else _unfinished(request, using)
    is_resumed = run is not None
    run = leases.begin(run or _new(request, using), using)
    done = SyncSummary(run.kind, run.since, is_resumed)
    with leases.at_work(run, using) as read:
        checkpoints = StoredCheckpoints(run, using)
        if run.kind == Kind.CHANGES and not _poll(request.account, observer, checkpoints):
            done.kind, done.since = _widen(run, using)
        engine.run(
            request.models if home.for_key(using).livemode else with_test_clocks(request.models),
            account=request.account,
            since=run.since,
            whole=_short(run, using) if run.kind == Kind.CHANGES else (),
            observer=observer,
            workers=request.workers,
            checkpoints=checkpoints,
        )
        _require(request.objects, checkpoints, observer.runs)
        if run.kind == Kind.FULL:
            done.deleted = missing.mark_deleted(run, observer.runs, using, checkpoints.heartbeat)
            if not request.objects:
                _begin_polling(run, using)
        read += observer.runs
    done.runs = observer.runs
    return done


def with_test_clocks(models: list[type[StripeModel]]) -> list[type[StripeModel]]:
    """The models, and that of test clocks if any of them has a list for each clock."""
    params = {TEST_CLOCK_LISTS.get(model.stripe.object_name) for model in models}
    is_known = TestHelpersTestClock in models or TestHelpersTestClock not in models_in_scope()
    return models if is_known or "test_clock" not in params else [TestHelpersTestClock, *models]


def _unfinished(request: SyncRequest, using: str) -> SyncRun | None:
    run = leases.unfinished(request.account, request.models, request.since, using)
    return None if run and request.full and run.kind != Kind.FULL else run


def _new(request: SyncRequest, using: str) -> SyncRun:
    run = SyncRun(stripe_account=request.account, objects_read=leases.names(request.models))
    before = None if request.full or request.objects or request.since else _last(run, using)
    if request.since:
        run.kind, run.since = Kind.SINCE, request.since
    elif before and before.as_of:
        run.kind, run.since = Kind.CHANGES, before.as_of - OVERLAP
    else:
        run.kind = Kind.FULL
    return run


def _last(run: SyncRun, using: str) -> SyncRun | None:
    """The last complete run of at least the objects that this one reads."""
    done = SyncRun.objects.using(using).filter(
        stripe_account=run.stripe_account, status=SyncRun.Status.DONE
    )
    for each in done.exclude(kind=Kind.SINCE).order_by("-pk")[:100]:
        if set(run.objects_read) <= set(each.objects_read):
            return each
    return None


def _short(run: SyncRun, using: str) -> list[type[StripeModel]]:
    """The object types with few objects: reading all of them finds more changes."""
    full = SyncRun.objects.using(using).filter(
        stripe_account=run.stripe_account, status=SyncRun.Status.DONE, kind=Kind.FULL
    )
    last = full.order_by("-pk").first()
    if last is None:
        return []
    ranges = SyncRange.objects.using(using).filter(run=last)
    sizes = ranges.values_list("object_name").annotate(Sum("read"))
    known = registry.by_object_name()
    return [known[name] for name, size in sizes if size <= SHORT and name in known]


def _require(
    named: Sequence[type[StripeModel]], checkpoints: StoredCheckpoints, read: Sequence[ObjectRun]
) -> None:
    """Make a refusal of what was named a failure; raises if there was nothing but refusals."""
    for each in read:
        each.is_required = each.model in named
    refused = [each for each in read if each.status is Status.UNAVAILABLE]
    is_all = refused and not any(each.status is Status.FAILED for each in read)
    if is_all and not named and not checkpoints.has_pages:
        raise NothingReadError(
            f"{NothingReadError.explanation()} The first refusal: {refused[0].error}"
        )


def _poll(account: str, observer: Observer, checkpoints: StoredCheckpoints) -> bool:
    """Apply the events that are not here; false if these do not show all that has changed."""

    def keep_alive() -> bool:
        checkpoints.heartbeat()
        return False

    try:
        poll = poller.poll(account, observer=observer, should_stop=keep_alive)
    except UnavailableError:
        return False
    return poll.missed_since is None


def _widen(run: SyncRun, using: str) -> tuple[str, None]:
    """List everything, since events do not show what has changed."""
    run.kind, run.since = Kind.FULL, None
    for attempt in transactions(using):
        with attempt:
            run.save(using=using, update_fields=["kind", "since"])
    return run.kind, None


def _begin_polling(run: SyncRun, using: str) -> None:
    """Poll events from the beginning of the run on: what happened before it was read."""
    if run.as_of is None:
        return
    state = poller.state_of(run.stripe_account, using, since=run.as_of)
    polls = mirrored_accounts.rows(using).filter(pk=state.pk)
    for attempt in transactions(using):
        with attempt:
            polls.filter(read_until__lt=run.as_of).update(read_until=run.as_of)
            polls.update(missed_since=None)
