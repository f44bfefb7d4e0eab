"""Removes everything that is stored of an account, some rows at a time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator

from django.db import router, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from stripe_django import fields, registry
from stripe_django.models import (
    Account,
    HandlerRun,
    InboxEvent,
    MirroredAccount,
    OpenWrite,
    PendingRead,
    RefutedSnapshot,
    SyncRun,
    Verification,
)
from stripe_django.models.base import StripeModel
from stripe_django.sync import mirrored_accounts
from stripe_django.sync.events.envelope import Envelope
from stripe_django.sync.writer.removal import remove

BATCH = 500

Progress = Callable[[str, int], None]


def count(account: str) -> dict[str, int]:
    """How many rows there are of an account, by table; tables without any are left out."""
    found: Counter[str] = Counter()
    for rows in _all(account):
        found[str(rows.model._meta.verbose_name_raw)] += rows.count()
    return dict(+found)


def erase(account: str, progress: Progress = lambda name, number: None) -> int:
    """Remove all rows of a connected account, or of one with a key of its own; return how many.

    Each batch is a transaction, so that an interrupted one is resumed by the same call.
    ``progress`` is called after each, with the name of its table and the number of its rows. Rows
    of your own account that refer to the account's stay, with the bare ids. The account itself
    stays known as paused, so that nothing is read again until it is resumed.

    Rows of your own models with a plain Django relation to one of the rows get what its
    ``on_delete`` says: ``PROTECT`` raises ``ProtectedError``.
    """
    if not account:
        raise ValueError(_("Your own account cannot be erased: drop the tables instead."))
    using = router.db_for_write(MirroredAccount)
    row = mirrored_accounts.ensure(account, using)
    _pause(row, using)
    erased = 0
    for rows in _all(account):
        for number in _erase(rows):
            erased += number
            progress(str(rows.model._meta.verbose_name_raw), number)
    return erased


def _pause(row: MirroredAccount, using: str) -> None:
    """Have the account look as if it was never read, and have nothing read it."""
    mirrored_accounts.rows(using).filter(pk=row.pk).update(
        state=MirroredAccount.State.PAUSED,
        **dict.fromkeys(("synced_at", "read_until", "missed_since", "relisted_at", "next_due_at")),
        error="",
    )


def _all(account: str) -> Iterator[QuerySet]:
    """What is stored of an account: its inbox, its objects, what the platform has of it, its runs.

    What names other rows comes before these.
    """
    using = router.db_for_write(MirroredAccount)
    yield from _inbox(account, using)
    models = registry.models()
    for model in models:
        rows: QuerySet = QuerySet(model=model, using=using).filter(_of(model, account))
        yield from _work_on(rows, using)
        yield rows
    yield SyncRun.objects.using(using).filter(stripe_account=account)
    yield Verification.objects.using(using).filter(stripe_account=account)


def _of(model: type[StripeModel], account: str) -> Q:
    """The objects that live in the account, and those of the platform that are about it."""
    found = Q(stripe_account=account)
    if model is Account:
        found |= Q(stripe_id=account)
    for field in model._meta.concrete_fields:
        is_about = isinstance(field, fields.Reference) and field.remote_field.model is Account
        if is_about and field.name == "account" and not model.stripe.id_from:
            found |= Q(account=account)
    return found


def _inbox(account: str, using: str) -> Iterator[QuerySet]:
    """The account's events in the inbox, those that are not stored as objects yet included."""
    inbox = InboxEvent.objects.using(using)
    stored = [
        model.objects.using(using).filter(stripe_account=account).values("stripe_id")
        for model in registry.models()
        if model.stripe.object_name in ("event", "v2.core.event")
    ]
    of_account = Q(event_id__in=_waiting_without_account(inbox.filter(platform=account)))
    for ids in (*stored, inbox.filter(_is_of(account)).values("event_id")):
        of_account |= Q(event_id__in=ids)
    events = inbox.filter(of_account)
    yield HandlerRun.objects.using(using).filter(event_id__in=events.values("event_id"))
    yield events


def _waiting_without_account(received: QuerySet[InboxEvent]) -> list[str]:
    """Of the events that an account received, those of itself that are not stored as objects: what
    happened in an account connected to it names that.
    """
    waiting = received.exclude(body="").values_list("event_id", "body")
    return [
        event_id
        for event_id, body in waiting.iterator()
        if Envelope(json.loads(body)).account is None
    ]


def _is_of(account: str) -> Q:
    """The events that happened in the account, or are about it, by their texts; not each that
    mentions it, such as that of a transfer of your own account.
    """
    named = Q(body__contains=f'/{account}"')  # the end of a context in an organisation
    for key in ("account", "context", "id", "user_id"):
        named |= Q(body__contains=f'"{key}":{json.dumps(account)}')
    return named


def _work_on(rows: QuerySet, using: str) -> Iterator[QuerySet]:
    name = rows.model.stripe.object_name
    for model in (OpenWrite, PendingRead, RefutedSnapshot):
        work = model.objects.using(using).filter(object_name=name)
        if work.exists():
            yield work.filter(stripe_id__in=rows.values("stripe_id"))


def _erase(rows: QuerySet) -> Iterator[int]:
    """Delete rows in batches; yields the size of each."""
    while True:
        with transaction.atomic(using=rows.db):
            batch = list(rows.order_by("pk")[:BATCH])
            if not batch:
                return
            if issubclass(rows.model, StripeModel):
                remove(batch, rows.db)
            else:
                rows.filter(pk__in=[row.pk for row in batch]).delete()
        yield len(batch)
