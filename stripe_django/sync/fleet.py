"""All accounts: your own, those with keys of their own, and those connected to any of them.

Each is isolated: what fails in one is noted with it, and stops no other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.db import router
from django.db.models import QuerySet

from stripe_django.exceptions import AccountUnavailableError, UnavailableError
from stripe_django.lazy_sdk import stripe
from stripe_django.models import BalanceTransaction, MirroredAccount
from stripe_django.models.base import StripeModel

from . import home, incremental, mirrored_accounts
from .backfill import engine
from .backfill.progress import ObjectRun, Observer
from .backoff import format_error
from .events import poller
from .events.poller import Poll, passing
from .incremental import SyncRequest
from .scope import models_in_scope

WITHOUT_EVENTS: tuple[type[StripeModel], ...] = (BalanceTransaction,)
LIST_AGAIN_EVERY = timedelta(days=1)
CHANGING = timedelta(days=14)  # after its creation, a balance transaction becomes available


@dataclass(slots=True)
class AccountSync:
    """What became of one account: the objects that were read, or the error that ended it."""

    account: str
    runs: list[ObjectRun] = field(default_factory=list)
    error: str = ""

    @property
    def read(self) -> int:
        return sum(run.read for run in self.runs)

    @property
    def is_failure(self) -> bool:
        return bool(self.error) or any(run.is_failure for run in self.runs)


def sync(
    request: SyncRequest, observer_of: Callable[[str], Observer] = lambda account: Observer()
) -> Iterator[AccountSync]:
    """Sync your own account, and then every other one that is due.

    An account that was read completely before, and of which nothing else is requested, is only
    polled: two requests. Raises the SDK's ``AuthenticationError`` if Stripe refuses your own key.
    """
    using = router.db_for_write(MirroredAccount)
    yield _sync_one(replace(request, account=""), observer_of(""))
    known = set(_others(using))
    filled = set() if _asks_for_more(request) else _filled(using)
    dormant, awake = _dormant(using), set(mirrored_accounts.awake(using))
    for account, poll in poll_accounts(sorted(known & filled), using):
        has_news = account in awake or (
            isinstance(poll, Poll) and account in dormant and bool(poll.read)
        )
        if isinstance(poll, Poll) and poll.missed_since is None and not has_news:
            yield AccountSync(account, [poll, *_list_again(poll, using)])
        elif isinstance(poll, Exception) and not _has_no_events(poll):
            yield AccountSync(account, error=format_error(poll))
        else:  # events are lost or not to be had, or a dormant account has something now
            yield _sync_one(replace(request, account=account, full=True), observer_of(account))
    for account in sorted(known - filled):
        yield _sync_one(replace(request, account=account), observer_of(account))
    while new := sorted(set(_others(using)) - known):  # connected to one that was read now
        known.update(new)
        for account in new:
            yield _sync_one(replace(request, account=account), observer_of(account))


def _list_again(poll: Poll, using: str) -> list[ObjectRun]:
    """Once a day, list what no event reports, as far back as it may have changed."""
    account = mirrored_accounts.ensure(poll.account, using)
    listed_at, now = account.relisted_at or account.synced_at, poll.as_of
    models = [model for model in WITHOUT_EVENTS if model in models_in_scope()]
    if not models or listed_at is None or now is None or now - listed_at < LIST_AGAIN_EVERY:
        return []
    runs = engine.run(models, account=poll.account, since=listed_at - CHANGING)
    if not any(run.is_failure for run in runs):
        mirrored_accounts.rows(using).filter(pk=account.pk).update(relisted_at=now)
    return runs


def enqueue(request: SyncRequest) -> Iterator[AccountSync]:
    """Store a run for your own account, and for each known one that has to be listed, which other
    processes begin, read and end.

    Yields the accounts with the error that prevented it, if one did.
    """
    using = router.db_for_write(MirroredAccount)
    filled = set() if _asks_for_more(request) else _filled(using)
    for account in ["", *sorted(set(_others(using)) - filled)]:
        try:
            incremental.enqueue(replace(request, account=account))
        except passing() as error:
            yield AccountSync(account, error=format_error(error))
        else:
            yield AccountSync(account)


def poll(
    *, without: Collection[str] = (), should_stop: Callable[[], bool] = lambda: False
) -> Iterator[tuple[str, Poll | Exception]]:
    """Poll the accounts that are due and were read before, but for some of them."""
    using = router.db_for_write(MirroredAccount)
    begun = _begun(using) - set(without)
    due = [account for account in _others(using) if account in begun]
    yield from poll_accounts(due, using, should_stop)


def poll_accounts(
    accounts: list[str], using: str, should_stop: Callable[[], bool] = lambda: False
) -> Iterator[tuple[str, Poll | Exception]]:
    for account, found in poller.poll_all(accounts, should_stop=should_stop):
        if isinstance(found, Exception):
            mirrored_accounts.note_failure(account, found, using)
        else:
            mirrored_accounts.note_success(account, using)
        yield account, found


def _others(using: str) -> list[str]:
    """The accounts that are due, without your own."""
    mine = home.known(using)
    mirrored_accounts.discover(mine.account if mine else "", using)
    return [account for account in mirrored_accounts.due(using) if account]


def _filled(using: str) -> set[str]:
    """The accounts that were read completely."""
    return _ids(mirrored_accounts.rows(using).exclude(synced_at=None))


def _begun(using: str) -> set[str]:
    """The accounts whose events are followed from some moment on."""
    return _ids(mirrored_accounts.rows(using).exclude(read_until=None))


def _dormant(using: str) -> set[str]:
    return _ids(mirrored_accounts.rows(using).filter(state=MirroredAccount.State.DORMANT))


def _ids(accounts: QuerySet[MirroredAccount]) -> set[str]:
    return set(accounts.values_list("stripe_account", flat=True))


def _has_no_events(error: Exception) -> bool:
    """Whether the key may read the account, but not its events."""
    is_account = isinstance(error, AccountUnavailableError)
    return isinstance(error, UnavailableError) and not is_account


def _asks_for_more(request: SyncRequest) -> bool:
    return bool(request.objects or request.since or request.full or request.children)


def _sync_one(request: SyncRequest, observer: Observer) -> AccountSync:
    try:
        done = incremental.sync(request, observer)
    except passing() as error:
        if isinstance(error, stripe.AuthenticationError) and not request.account:
            raise
        return AccountSync(request.account, observer.runs, format_error(error))
    return AccountSync(request.account, done.runs)
