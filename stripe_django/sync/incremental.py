"""``stripe_sync``: everything at first, then incremental: new objects, and events of changes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import router

from stripe_django.conf import settings
from stripe_django.lazy_sdk import stripe
from stripe_django.models import Home, SyncRun
from stripe_django.models.base import StripeModel

from . import account_keys, home, mirrored_accounts
from .backfill import leases
from .backfill.checkpoints import transactions
from .backfill.lease_terms import RELEASED
from .backfill.leased_work import LeasedWork
from .backfill.leases import RunLease
from .backfill.list_endpoints import listable
from .backfill.progress import ObjectRun, Observer
from .runs import stages

OVERLAP = timedelta(hours=1)  # by which an object may come into a list late

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

    Raises ``AlreadyRunningError`` while another process syncs some of the same objects of the
    account, ``NothingReadError`` if Stripe refuses all of it, and what ``engine.run`` raises.
    """
    using, observer = router.db_for_write(Home), observer or Observer()
    with mirrored_accounts.noting_outcome(request.account, using):
        return _sync(request, using, observer)


def _sync(request: SyncRequest, using: str, observer: Observer) -> SyncSummary:
    lease, is_resumed = begin(request, using)
    run = lease.run
    with leases.at_work(lease):
        stages.plan(lease, observer, request.models)
        done = SyncSummary(run.kind, run.since, is_resumed)
        workers = request.workers or settings.workers
        LeasedWork(using, observer, workers, run=run, beat=lease.heartbeat).work()
        done.deleted = stages.finish(lease, observer.runs)
    done.runs = observer.runs
    return done


def enqueue(request: SyncRequest) -> SyncRun:
    """Store what is requested as a run that other processes begin, read and end.

    Raises what ``begin`` raises.
    """
    lease, _ = begin(request, router.db_for_write(Home))
    lease.update(**RELEASED)
    return lease.run


def begin(request: SyncRequest, using: str) -> tuple[RunLease, bool]:
    """Take the lease of a new run, or of one that was interrupted; the latter is true then."""
    account_keys.client_for(request.account, using)  # raises if there is no usable key
    if mine := home.known(using):  # before a transaction, which waits for no response
        home.verify(account_keys.credentials_for(request.account, using), mine, using)
    for attempt in transactions(using):
        with attempt:
            home.for_key(using, request.account)
    with suppress(stripe.StripeError):  # what is wrong shows in the lists
        home.learn_account(using)
    request = replace(request, account=home.resolve(request.account))
    leases.interrupt_dead_runs(request.account, request.models, using)
    run = None if request.anew else _unfinished(request, using)
    return leases.begin(run or _new(request, using), using), run is not None


def _unfinished(request: SyncRequest, using: str) -> SyncRun | None:
    run = leases.unfinished(request.account, request.models, request.since, using)
    return None if run and request.full and run.kind != Kind.FULL else run


def _new(request: SyncRequest, using: str) -> SyncRun:
    names = leases.names(request.models)
    run = SyncRun(
        stripe_account=request.account, objects_read=names, is_named=bool(request.objects)
    )
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
