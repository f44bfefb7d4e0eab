"""The accounts that this database mirrors: which there are, and how each is doing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from textwrap import shorten
from typing import Any

from django.db import DatabaseError
from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone

from stripe_django import credentials
from stripe_django.exceptions import (
    AccountUnavailableError,
    AlreadyRunningError,
    StripeDjangoError,
)
from stripe_django.lazy_sdk import stripe
from stripe_django.models import Account, Event, MirroredAccount

from .backoff import format_error

BATCH = 500
RETRY_REFUSED = timedelta(hours=1)
ERROR_LENGTH = 300
SAME_TIME = timedelta(minutes=5)  # between Stripe's time and this machine's
State = MirroredAccount.State
READ = (State.ACTIVE, State.DORMANT, State.REFUSED)

# The state that an event sets; a later one sets it again.
STATES = {
    "account.application.authorized": State.ACTIVE,
    "account.application.deauthorized": State.DEAUTHORIZED,
}


def rows(using: str) -> QuerySet[MirroredAccount]:
    return MirroredAccount.objects.using(using)


def ensure(account: str, using: str) -> MirroredAccount:
    """The row of an account, made if there is none."""
    known = rows(using).filter(stripe_account=account).first()
    return known or rows(using).get_or_create(stripe_account=account, defaults=_new(account))[0]


def _new(account: str, parent: str = "") -> dict[str, Any]:
    alias = credentials.aliases().get(account, "") if account else ""
    return {"alias": alias, "parent": None if alias or not account else parent}


def discover(own_id: str, using: str) -> None:
    """Add the configured accounts, and those connected to any of them, that have no row yet.

    ``own_id`` is Stripe's id of your own account, empty if it is unknown.
    """
    names = {**credentials.aliases(), "": ""}
    for account, alias in names.items():
        ensure(account, using)
        found = rows(using).filter(stripe_account=account)
        found.exclude(alias=alias, parent=None).update(alias=alias, parent=None)
    removed = rows(using).exclude(stripe_account__in=names)
    removed.filter(Q(parent=None) | ~Q(alias="")).update(alias="", parent="")
    connected = Account.objects.using(using).alive().exclude(stripe_id__in=names)
    unknown = connected.exclude(stripe_id__in=rows(using).values("stripe_account"))
    unknown = unknown.exclude(stripe_account=None).exclude(stripe_id=own_id)
    new = [
        MirroredAccount(stripe_account=account, **_new(account, platform))
        for account, platform in unknown.values_list("stripe_id", "stripe_account")
    ]
    rows(using).bulk_create(new, batch_size=BATCH, ignore_conflicts=True)


def due(using: str) -> list[str]:
    """The accounts to be read now, your own first, then those that were read the longest ago."""
    now = timezone.now()
    active = rows(using).filter(state__in=READ)
    found = active.filter(Q(next_due_at=None) | Q(next_due_at__lte=now))
    oldest_first = found.order_by(F("read_until").asc(nulls_first=True), "stripe_account")
    accounts = list(oldest_first.values_list("stripe_account", flat=True))
    return [account for account in accounts if not account] + list(filter(None, accounts))


def awake(using: str) -> Iterator[str]:
    """The dormant accounts of which events have come since they were read."""
    dormant = rows(using).filter(state=State.DORMANT)
    since = dict(dormant.values_list("stripe_account", "synced_at"))
    accounts = list(since)
    for start in range(0, len(accounts), BATCH):
        events = Event.objects.using(using).filter(
            stripe_account__in=accounts[start : start + BATCH]
        )
        for account, last in events.values_list("stripe_account").annotate(Max("created")):
            read_at = since[account]
            if read_at and last and last >= read_at - SAME_TIME:
                yield account


@contextmanager
def noting_outcome(account: str, using: str) -> Iterator[None]:
    """Note with the account whether it could be read; errors are raised on."""
    try:
        yield
    except AlreadyRunningError:
        raise
    except (StripeDjangoError, stripe.StripeError, DatabaseError) as error:
        note_failure(account, error, using)
        raise
    note_success(account, using)


def note_success(account: str, using: str) -> None:
    row = ensure(account, using)
    if row.error or row.next_due_at or row.state == State.REFUSED:
        failed = rows(using).filter(pk=row.pk)
        failed.update(error="", next_due_at=None)
        failed.filter(state=State.REFUSED).update(state=State.ACTIVE)


def note_failure(account: str, error: Exception, using: str) -> None:
    """An account that Stripe refuses is tried again after a while, so that it costs little.

    One that was never read, and of which nothing else is known, was mistyped, and is forgotten.
    """
    failed = rows(using).filter(stripe_account=account)
    if isinstance(error, AccountUnavailableError) and _is_mistyped(account, using):
        failed.delete()
        return
    failed.update(error=shorten(format_error(error), ERROR_LENGTH, placeholder=" …"))
    if isinstance(error, AccountUnavailableError | stripe.AuthenticationError):
        again = timezone.now() + RETRY_REFUSED
        MirroredAccount.set_state(failed.filter(state__in=READ), State.REFUSED, next_due_at=again)


def _is_mistyped(account: str, using: str) -> bool:
    is_known = Account.objects.using(using).filter(stripe_id=account).exists()
    was_read = rows(using).filter(stripe_account=account).exclude(synced_at=None).exists()
    return not (is_known or was_read or credentials.of(account).alias or not account)


def note_event(type_: str, account: str, platform: str, at: datetime | None, using: str) -> None:
    """Note what an event says of the state of a connected account.

    One with a key of its own stays readable. One that is connected to several platforms is read
    with the key of one of them, and what another one says changes nothing while that can read it.
    """
    state = STATES.get(type_)
    if state is None or not account or at is None or account in credentials.aliases():
        return
    new = _new(account, platform)
    row, _ = rows(using).get_or_create(stripe_account=account, defaults=new)
    if row.parent != platform:
        if state != State.ACTIVE or not _is_unread(row):
            return
        rows(using).filter(pk=row.pk).update(parent=platform)
    earlier = rows(using).filter(Q(state_at=None) | Q(state_at__lte=at), pk=row.pk)
    if state == State.ACTIVE:
        earlier = earlier.exclude(state=State.PAUSED)
    MirroredAccount.set_state(earlier, state, state_at=at, next_due_at=None)


def _is_unread(row: MirroredAccount) -> bool:
    return row.read_until is None or row.state in (State.DEAUTHORIZED, State.REFUSED)
