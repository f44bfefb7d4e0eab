"""``apply``: what Stripe sent, handed in by the project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from asgiref.sync import sync_to_async
from django.db import router
from django.utils.translation import gettext as _

from stripe_django.api.client import clock_of
from stripe_django.conf import settings
from stripe_django.exceptions import PayloadError, UnknownModeError
from stripe_django.models import Event
from stripe_django.models.base import StripeModel
from stripe_django.sync.database import retries

from . import account_keys, home, refetch_queue
from .events import envelope
from .events import rows as event_rows
from .handed_in import payloads
from .handed_in.accounts import Accounts, account_of, stored_accounts
from .handed_in.payloads import Item
from .mapping import mapper
from .mapping.identity import HomeAccount
from .mapping.rows import Row
from .scope import other_mode, rows_in_scope
from .writer import upsert
from .writer.precedence import FALSE_AFTER
from .writer.report import Conflict, Failure, Report, failure_of, shown

A_DAY = timedelta(days=1)


@dataclass(slots=True)
class Result:
    """What became of the payloads that were applied.

    ``counts`` has a number for each of ``created``, ``updated``, ``unchanged``, ``stale``,
    ``conflicting``, ``refetch``, ``failed``, ``erased`` and ``ignored``. Nested objects count, too.
    ``failures`` are the payloads that were left out, ``ignored`` those of the mode that this
    database does not mirror.
    """

    using: str
    report: Report = field(default_factory=Report)
    applied: list[tuple[type[StripeModel], str]] = field(default_factory=list)
    ignored: list[Failure] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        totals: Counter[str] = Counter()
        for (_model, outcome), count in self.report.counts.items():
            totals[outcome.value] += count
        if self.ignored:
            totals["ignored"] = len(self.ignored)
        return totals

    @property
    def failures(self) -> list[Failure]:
        return self.report.failures

    @property
    def rows(self) -> list[StripeModel]:
        """The rows of the applied objects, in their order, as the database has them now."""
        found: dict[tuple[type[StripeModel], str], StripeModel] = {}
        for model in {model for model, _id in self.applied}:
            ids = [stripe_id for each, stripe_id in self.applied if each is model]
            for start in range(0, len(ids), upsert.CHUNK):
                some = ids[start : start + upsert.CHUNK]
                for row in model._default_manager.using(self.using).filter(stripe_id__in=some):
                    found[model, row.stripe_id] = row
        return [found[key] for key in dict.fromkeys(self.applied) if key in found]

    @property
    def row(self) -> StripeModel | None:
        """The row of the first object: of an event, the event's own."""
        rows = self.rows
        return rows[0] if rows else None

    async def arows(self) -> list[StripeModel]:
        return await sync_to_async(lambda: self.rows)()

    async def arow(self) -> StripeModel | None:
        return await sync_to_async(lambda: self.row)()


def apply(payload: Any, *, as_of: datetime | None = None, account: str | None = None) -> Result:
    """Write what Stripe sent: a dictionary, an SDK object, an event, or a list of these.

    ``as_of`` is Stripe's time at which the payload was true (aware). Without it, an event has its
    own time, and an SDK object that of its response. All else has no time: members of lists, search
    results, plain dictionaries. It creates missing rows and changes none; if it differs from a row,
    the object is queued to be read from Stripe, and counts as ``refetch``.

    ``account`` is the connected account (``acct_…``) that the objects live in, empty for your own.
    Without it, an event names its account, and an SDK object has that of its request; anything else
    is taken for your own account's, unless its row already has another one.

    Raises ``PayloadError`` for a single payload that cannot be stored. In a list, such a one is
    found among ``failures``, and the others are written.
    """
    using = router.db_for_write(Event)
    result = Result(using)
    if as_of is not None and as_of.tzinfo is None:
        raise ValueError("as_of must be aware of its time zone.")
    items = list(payloads.items(payload, as_of))
    if account is not None:
        items = [item._replace(account=account) for item in items]
    mine = _home(using, items)
    unnamed = [item.plain for item in items if item.account is None]
    unnamed = [plain for plain in unnamed if not envelope.is_event(plain)]
    batch = _Batch(result, mine, stored_accounts(unnamed, using))
    for item in items:
        try:
            batch.add(item)
        except PayloadError as error:
            if not payloads.is_list(payload):
                raise
            result.report.fail(failure_of(item.plain, error))

    rows = rows_in_scope(batch.rows, mine)
    for attempt in retries.transactions(using):
        with attempt:
            report = upsert.write_in_transaction(rows, using=using)
            refetch_queue.queue(batch.unread, reason=refetch_queue.Reason.AHEAD, using=using)
            refetch_queue.queue_all(report, using)
    result.report.add(report)
    return result


async def aapply(
    payload: Any, *, as_of: datetime | None = None, account: str | None = None
) -> Result:
    """The same without blocking the event loop."""
    return await sync_to_async(apply)(payload, as_of=as_of, account=account)


@dataclass(slots=True)
class _Batch:
    """The rows of several payloads. ``unread`` are objects that only a read can update."""

    result: Result
    home: HomeAccount
    stored: Accounts
    rows: list[Row] = field(default_factory=list)
    unread: list[Conflict] = field(default_factory=list)

    def add(self, item: Item) -> None:
        """Add the rows of a payload, none for one of the other mode.

        Raises ``PayloadError`` if it cannot be stored.
        """
        if item.unsaved:
            raise PayloadError(
                _(
                    "%(object)r was changed and not saved at Stripe. Save it, and apply Stripe's"
                    " response."
                )
                % {"object": item.unsaved}
            )
        if envelope.is_event(item.plain):
            self._add_event(item)
        else:
            self._add_object(item)

    def _add_object(self, item: Item) -> None:
        payload, named = item.plain, item.account
        mapper.model_of(payload)  # raises for what is no object
        account = account_of(payload, self.stored) if named is None else self.home.resolve(named)
        platform = account_keys.platform_of(account or "", self.result.using)
        rows = mapper.to_rows(
            payload,
            moment=item.moment,
            account=account,
            livemode=self.home.livemode if item.livemode is None else item.livemode,
            home=self.home._replace(platform=platform),
            establishes_account=named is not None,
        )
        if ignored := other_mode(rows[0].livemode, self.home):
            failure = Failure(rows[0].model.stripe.object_name, rows[0].stripe_id, ignored)
            self.result.ignored.append(failure)
            return
        self._note(rows[0])
        self.rows += rows

    def _add_event(self, item: Item) -> None:
        """Add the rows of an event; it is stored even if its object cannot be."""
        payload = item.plain
        event = envelope.Envelope(payload)
        account = event.account or item.account or ""
        platform = account_keys.platform_of(account, self.result.using)
        found = event_rows.contents(
            payload,
            home=self.home._replace(platform=platform),
            account=item.account or "",
            as_of=None if item.moment.is_copy else item.moment,
            needs_read=bool(settings.api_key) and _is_yet_to_come(event),
            checks_clock=bool(settings.api_key),
            decoded=False,
        )
        if not found.rows:
            failure = Failure(Event.stripe.object_name, shown(payload.get("id")), found.ignored)
            self.result.ignored.append(failure)
            return
        if found.error:
            self.result.report.fail(failure_of(event.object, found.error))
        for row in (*found.event[:1], found.about):
            if row is not None:
                self._note(row)
        self.rows += found.rows
        if found.is_future_dated and found.about in found.objects:
            about, digests = found.about, frozenset({found.about.digest})
            self.unread.append(Conflict(about.model, about.stripe_id, None, digests))

    def _note(self, row: Row) -> None:
        self.result.applied.append((row.model, row.stripe_id))


def _is_yet_to_come(event: envelope.Envelope) -> bool:
    created = event.moment.as_of
    if created is None:
        return False
    clock = clock_of(settings.api_base)
    # This machine's clock alone may be hours behind.
    margin = FALSE_AFTER if clock.has_estimate else A_DAY
    return created > clock.best_now() + margin


def _home(using: str, items: Iterable[Item]) -> HomeAccount:
    """Your own account; the first payload with a mode decides its mode, unless it is known.

    Raises ``UnknownModeError`` for an event of another account, which decides nothing.
    """
    payloads = [item.plain for item in items if isinstance(item.plain, dict)]
    for payload in payloads:
        if envelope.is_event(payload) and home.of_event(using, payload) is None:
            raise UnknownModeError
    modes = (payload.get("livemode") for payload in payloads)
    return home.of_payload(using, next((mode for mode in modes if isinstance(mode, bool)), None))
