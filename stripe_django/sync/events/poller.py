"""Polls Stripe's lists of events, for those that no webhook has brought."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter

from django.db import DatabaseError, router
from django.utils import timezone

from stripe_django import logs
from stripe_django.api.client import Client, Page, clock_of
from stripe_django.conf import settings
from stripe_django.exceptions import StripeDjangoError, UnavailableError
from stripe_django.lazy_sdk import stripe
from stripe_django.models import Event, Home, InboxEvent, MirroredAccount
from stripe_django.sync import account_keys, home, mirrored_accounts
from stripe_django.sync.backfill.progress import ObjectRun, Observer, Status
from stripe_django.sync.backfill.worker_pool import WorkerPool, read_ahead

from . import batches, store
from .list_endpoints import LISTS, EventList, time_of

OWN = "own"
HORIZON = timedelta(days=30)  # for which Stripe lists an event
NEAR = timedelta(days=25)
OVERLAP = timedelta(minutes=5)  # by which an event may come into the list late
SLICE = timedelta(hours=6)  # read and applied at a time

Missing = tuple[datetime, str]  # when an event happened, and its id


def passing() -> tuple[type[Exception], ...]:
    """The errors that may be gone the next time."""
    return stripe.StripeError, StripeDjangoError, DatabaseError


@dataclass(slots=True, eq=False)
class Poll(ObjectRun):
    """One poll of the lists of events.

    ``read`` counts what they had, ``statuses`` what was missing here, by its status then.
    ``began_at`` is how far the poll before had come, ``as_of`` the time of this one, and
    ``missed_since`` the time since which events are lost, if any are (all Stripe's, in UTC).
    ``unlisted`` are the lists that this account does not have.
    """

    account: str = ""
    began_at: datetime | None = None
    as_of: datetime | None = None
    missed_since: datetime | None = None
    statuses: Counter[str] = field(default_factory=Counter)
    unlisted: set[EventList] = field(default_factory=set)

    @property
    def age(self) -> timedelta:
        """How much time it had to cover."""
        return self.as_of - self.began_at if self.as_of and self.began_at else timedelta()


def poll(
    account: str = "",
    *,
    since: datetime | None = None,
    observer: Observer | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Poll:
    """Store and apply the listed events that are not here, the oldest first.

    It continues where the last poll of the account ended; the first one begins with the first sync
    of this database. ``since`` is for an earlier beginning. What was done stays done, whatever
    stops it. Raises the SDK's errors, ``StripeDjangoError`` and ``DatabaseError`` as they come.
    """
    observer = observer or Observer()
    return _reader(account, since, observer, should_stop).poll()


def poll_all(
    accounts: Sequence[str], *, should_stop: Callable[[], bool] = lambda: False
) -> Iterator[tuple[str, Poll | Exception]]:
    """Poll many accounts: threads fetch the first pages of some while others are applied.

    Yields each account with its poll, or with the error that ended it, in no promised order.
    """
    pool: WorkerPool[tuple[_Reader, FirstPages | Exception]] = WorkerPool(settings.workers)
    waiting = deque(accounts)
    try:
        while (waiting or pool.busy) and not should_stop():
            while waiting and pool.idle:
                account = waiting.popleft()
                try:
                    reader = _reader(account, None, Observer(), should_stop)
                except passing() as error:
                    yield account, error
                else:
                    pool.submit(partial(_fetched, reader))
            if pool.busy and (result := pool.next_result()):
                yield result[0].current.account, _polled(*result)
    finally:
        pool.shutdown()


FirstPages = dict["EventList", Page]


def _fetched(reader: _Reader) -> tuple[_Reader, FirstPages | Exception]:
    try:
        return reader, reader.fetch_first()
    except (StripeDjangoError, stripe.StripeError) as error:
        return reader, error


def _polled(reader: _Reader, found: FirstPages | Exception) -> Poll | Exception:
    if isinstance(found, Exception):
        return found
    try:
        return replace(reader, first=found).poll()
    except passing() as error:
        return error


def _reader(
    account: str,
    since: datetime | None,
    observer: Observer,
    should_stop: Callable[[], bool],
) -> _Reader:
    using = router.db_for_write(MirroredAccount)
    mine = home.for_key(using, account)
    account = mine.resolve(account)
    state = state_of(account, using, since=since)
    assert state.read_until is not None
    began_at = min(state.read_until, since or state.read_until)
    current = Poll(Event, account=account, began_at=began_at, missed_since=state.missed_since)
    client = account_keys.client_for(account, using)
    return _Reader(client, mine.platform, using, current, observer, should_stop)


def state_of(account: str, using: str, *, since: datetime | None = None) -> MirroredAccount:
    """How far the account was polled: at first until ``since``, or the first sync."""
    state = mirrored_accounts.ensure(account, using)
    if state.read_until is None:
        state.read_until = since or Home.objects.using(using).get(pk=Home.SINGLETON).since
        state.save(using=using, update_fields=["read_until"])
    return state


def slices(start: datetime) -> Iterator[tuple[datetime, datetime | None]]:
    """Parts of the time since then, the oldest first, without what Stripe lists no more.

    The last one has no end, because test clocks run ahead.
    """
    while True:
        known = clock_of(settings.api_base).now()
        if known is not None:
            start = max(start, known - HORIZON)
        if start + SLICE >= (known or timezone.now()):
            break
        yield start, start + SLICE
        start += SLICE
    yield start, None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the events of one account.

    ``platform`` is the account whose key it has, if that is not your own.
    """

    client: Client
    platform: str
    using: str
    current: Poll
    observer: Observer
    should_stop: Callable[[], bool]
    first: FirstPages = field(default_factory=dict)

    def poll(self) -> Poll:
        current = self.current
        self.observer.began(current)
        is_done = all(self.read(start, end) for start, end in self._slices())
        current.status = Status.DONE if is_done else Status.INTERRUPTED
        self.observer.ended(current)
        listed, missing = current.read, current.statuses.total()
        logs.POLL_ENDED(account=current.account or OWN, listed=listed, missing=missing)
        return current

    def fetch_first(self) -> FirstPages:
        """The first page of each list, if a single one is likely to be all."""
        (start, end), *more = self._slices()
        found: FirstPages = {}
        for each in () if more else LISTS:
            try:
                found[each] = self.client.page(each.path, each.between(start, end))
            except UnavailableError:
                if each.is_everywhere:
                    raise
                self.current.unlisted.add(each)
        return found

    def _slices(self) -> Iterator[tuple[datetime, datetime | None]]:
        assert self.current.began_at is not None
        return slices(self.current.began_at - OVERLAP)

    def read(self, start: datetime, end: datetime | None) -> bool:
        """Store some time's events of all lists, then apply those that were missing; return whether
        to continue.
        """
        missing: list[Missing] = []
        read_at: list[datetime] = []
        for each in LISTS:
            for page in self._pages(each, start, end):
                read_at.append(page.as_of)
                missing += self._store(each, page)
                if self.should_stop():
                    return False
        self._advance(read_at[0], min(read_at[0], end or read_at[0]))
        missing.reverse()  # lists have the newest first, also of those of one second
        return self._apply([event_id for _, event_id in sorted(missing, key=itemgetter(0))])

    def _pages(self, source: EventList, start: datetime, end: datetime | None) -> Iterator[Page]:
        """The pages of a list, none if there is no such list."""
        if source in self.current.unlisted:
            return
        params = source.between(start, end)
        if first := self.first.pop(source, None):
            yield first
            if not first.has_more or first.cursor is None:
                return
            params |= dict([first.cursor])
        try:
            yield from read_ahead(self.client.pages(source.path, params))
        except UnavailableError:
            if source.is_everywhere:
                raise
            self.current.unlisted.add(source)

    def _store(self, source: EventList, page: Page) -> list[Missing]:
        """Store what is missing here of a page; return that in the order of the page."""
        inbox_events = InboxEvent.objects.using(self.using)
        ids = [event.get("id") for event in page.objects]
        known = inbox_events.filter(event_id__in=ids).values_list("event_id", flat=True)
        here = set(known)
        missing = [event for event in page.objects if event.get("id") not in here]
        self.current.pages += 1
        self.current.read += len(ids)
        self.observer.page(self.current)
        connected = "" if self.platform == self.current.account else self.current.account
        placed = [source.placed(event, connected) for event in missing]
        add = partial(store.store, sent_at=page.as_of, platform=self.platform)
        return [(time_of(each), add(each)) for each in placed]

    def _advance(self, as_of: datetime, read_until: datetime) -> None:
        """Store up to when all events are here, and whether Stripe no longer lists some."""
        current = self.current
        polls = mirrored_accounts.rows(self.using).filter(stripe_account=current.account)
        current.as_of = current.as_of or as_of
        if current.age > HORIZON and current.missed_since is None:
            current.missed_since = current.began_at
            polls.update(missed_since=current.began_at)
            logs.EVENTS_LOST(account=current.account or OWN, since=current.began_at)
        polls.filter(read_until__lt=read_until).update(read_until=read_until)

    def _apply(self, event_ids: list[str]) -> bool:
        for start in range(0, len(event_ids), batches.SIZE):
            if self.should_stop():
                return False
            batch = event_ids[start : start + batches.SIZE]
            batches.begin(batch)
            events = InboxEvent.objects.using(self.using).filter(event_id__in=batch)
            self.current.statuses.update(events.values_list("status", flat=True))
        return not self.should_stop()
