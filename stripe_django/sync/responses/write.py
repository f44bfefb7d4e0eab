"""Writes the objects of a response."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import DatabaseError, router

from stripe_django import logs, registry
from stripe_django.api.response import Response
from stripe_django.api.sent_request import SentRequest
from stripe_django.api.url_template import url_template
from stripe_django.lazy_sdk import stripe
from stripe_django.models import Event
from stripe_django.sync import ingest, open_writes, refetch_queue
from stripe_django.sync.apply import apply
from stripe_django.sync.database import lock_timeout, retries
from stripe_django.sync.events import envelope
from stripe_django.sync.ingest import MappedPage, Owner
from stripe_django.sync.mapping.identity import Context, Namespace
from stripe_django.sync.mapping.rows import Row
from stripe_django.sync.open_writes import Written
from stripe_django.sync.writer.report import Conflict

from . import addresses
from .extraction import Contents, contents_of
from .origin import origin_of

ATTEMPTS = 2  # at a transaction that deadlocked with another one


def write(sent: SentRequest, response: Response) -> None:
    """Write the objects of a response that Stripe has succeeded with."""
    found = contents_of(sent, response)
    if not found.objects:
        return
    using = router.db_for_write(Event)
    try:
        _write_objects(found, sent, using)
    except (DatabaseError, stripe.StripeError) as error:  # the latter of asking whose the key is
        if sent.is_read:
            raise
        logs.RESPONSE_FAILED(error, method=sent.method, path=url_template(sent.path))
        open_writes.read_apart(lambda: _unwritten(found, sent, using), using)


def _write_objects(found: Contents, sent: SentRequest, using: str) -> None:
    if any(map(envelope.is_event, found.objects)):
        _, account = origin_of(sent, found.livemode, using)
        with lock_timeout.atomic(using):
            apply(found.objects, account=account)
        return
    page = _mapped(found, sent, using)
    for failure in page.report.failures:
        logs.RESPONSE_INCOMPLETE(
            **{"method": sent.method, "path": url_template(sent.path)},
            **{"object_name": failure.object_name, "stripe_id": failure.stripe_id},
        )
    if page.rows:
        _write_rows(page, found, sent, using)


def _mapped(found: Contents, sent: SentRequest, using: str, *, verified: bool = True) -> MappedPage:
    mine, account = origin_of(sent, found.livemode, using, verified=verified)
    expanded = sent.expanded
    context = Context(found.moment, account, mine.livemode, mine, expanded, decoded=True)
    owner = _owner(found.parent, context.namespace()) if found.parent else None
    return ingest.mapped(found.objects, context, owner)


def _owner(parent: addresses.Parent, namespace: Namespace) -> Owner | None:
    stripe_id = namespace.qualify(parent.model, parent.api_id)
    return Owner(stripe_id, parent.references) if stripe_id else None


def _unwritten(found: Contents, sent: SentRequest, using: str) -> list[Written]:
    return [*_roots(_mapped(found, sent, using, verified=False).rows, found)]


def _write_rows(page: MappedPage, found: Contents, sent: SentRequest, using: str) -> None:
    written = [*_roots(page.rows, found)]
    is_open = open_writes.is_in_transaction(using)
    if is_open and not sent.is_read:
        open_writes.note(written, using)
    try:
        for attempt in retries.transactions(using, attempts=ATTEMPTS, brief=True):
            with attempt:
                partial = _partial(page.rows, found, using)
                ingest.write_in_transaction(page, using)
                refetch_queue.queue(partial, reason=refetch_queue.Reason.LIST, using=using)
                if found.needs_read:
                    open_writes.queue(written, using)
    except DatabaseError as error:
        if not lock_timeout.is_expired(error) and not retries.is_transient(error):
            raise
        open_writes.read_later(written, using)


def _roots(rows: Iterable[Row], found: Contents) -> Iterator[Written]:
    """The objects of the response themselves, without those nested in them."""
    keys = {(registry.model_of(each), each.get("id")) for each in found.objects}
    for row in rows:
        bare = row.stripe_id.rpartition(":")[2]
        if (row.model, row.stripe_id) in keys or (row.model, bare) in keys:
            yield Written(row.model, row.stripe_id, row.account or "", row.moment.as_of)


def _partial(rows: Iterable[Row], found: Contents, using: str) -> list[Conflict]:
    """The objects of whose nested lists only the beginning came; of a list, those that are new:
    of others, their events have shown what changed.
    """
    return [
        Conflict(row.model, row.stripe_id, row.moment.as_of, frozenset())
        for row in rows
        if row.incomplete and row.moment.as_of and not (found.is_list and _is_known(row, using))
    ]


def _is_known(row: Row, using: str) -> bool:
    stored = row.model._base_manager.using(using).filter(stripe_id=row.stripe_id)
    return stored.exclude(as_of=None).exists()
