"""Writes what the responses to the project's own requests have."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any

import stripe
from django.db import DatabaseError, router

from stripe_django import registry
from stripe_django.api.client import clock_of
from stripe_django.api.response import Response
from stripe_django.api.sent_request import SentRequest
from stripe_django.conf import settings
from stripe_django.exceptions import StripeDjangoError
from stripe_django.models import Event
from stripe_django.models.base import StripeModel
from stripe_django.sync import ingest, open_writes, refetch_queue
from stripe_django.sync.apply import apply
from stripe_django.sync.database import lock_timeout
from stripe_django.sync.database.threads import outside_loop
from stripe_django.sync.events import envelope
from stripe_django.sync.ingest import MappedPage, Owner
from stripe_django.sync.mapping.identity import Context, Namespace, is_id
from stripe_django.sync.mapping.rows import Row
from stripe_django.sync.open_writes import Written
from stripe_django.sync.writer import upsert
from stripe_django.sync.writer.report import Conflict

from . import addresses
from .extraction import Contents, contents_of
from .origin import origin_of

ATTEMPTS = 2  # at a transaction that deadlocked with another one
ERROR, SERVER_ERROR, PAYMENT_REQUIRED = 400, 500, 402

NOT_APPLIED = "The response to %s %s was not applied."

logger = logging.getLogger(__name__)


def observe(sent: SentRequest, response: Response) -> None:
    """Write a response. It never raises: the project gets the response, whatever fails here."""
    outside_loop(lambda: _observe(sent, response))


def _observe(sent: SentRequest, response: Response) -> None:
    try:
        open_writes.try_to_collect()
        if response.error is None and response.status < ERROR:
            _write(sent, response)
        elif _may_have_changed(sent, response):
            _read_later(sent, response)
    except StripeDjangoError as error:
        logger.warning("The response to %s %s was not applied: %s", sent.method, sent.path, error)
    except Exception:  # of any kind: what the project asked for has happened at Stripe
        logger.exception(NOT_APPLIED, sent.method, sent.path)


def _write(sent: SentRequest, response: Response) -> None:
    found = contents_of(sent, response)
    if not found.objects:
        return
    using = router.db_for_write(Event)
    try:
        _write_objects(found, sent, using)
    except (DatabaseError, stripe.StripeError):  # the latter of asking whose the key is
        if sent.is_read:
            raise
        logger.exception(NOT_APPLIED, sent.method, sent.path)
        open_writes.read_apart(lambda: _unwritten(found, sent, using), using)


def _write_objects(found: Contents, sent: SentRequest, using: str) -> None:
    if any(map(envelope.is_event, found.objects)):
        _, account = origin_of(sent, found.livemode, using)
        with lock_timeout.atomic(using):
            apply(found.objects, account=account)
        return
    page = _mapped(found, sent, using)
    for failure in page.report.failures:
        logger.warning("The response to %s %s has %s", sent.method, sent.path, failure)
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
        for attempt in upsert.transactions(using, attempts=ATTEMPTS, brief=True):
            with attempt:
                ingest.write_in_transaction(page, using)
                if not found.is_list:
                    _complete_later(page.rows, using)
                if found.needs_read:
                    open_writes.queue(written, using)
    except DatabaseError as error:
        if not lock_timeout.is_expired(error) and not upsert.is_transient(error):
            raise
        open_writes.read_later(written, using)


def _roots(rows: Iterable[Row], found: Contents) -> Iterator[Written]:
    """The objects of the response themselves, without those nested in them."""
    keys = {(registry.model_of(each), each.get("id")) for each in found.objects}
    for row in rows:
        bare = row.stripe_id.rpartition(":")[2]
        if (row.model, row.stripe_id) in keys or (row.model, bare) in keys:
            yield Written(row.model, row.stripe_id, row.account or "", row.moment.as_of)


def _complete_later(rows: Iterable[Row], using: str) -> None:
    """Have objects read of whose nested lists only the beginning came."""
    for row in rows:
        if row.incomplete and row.moment.as_of:
            conflict = Conflict(row.model, row.stripe_id, row.moment.as_of, frozenset())
            refetch_queue.queue([conflict], reason=refetch_queue.Reason.LIST, using=using)


def _may_have_changed(sent: SentRequest, response: Response) -> bool:
    """Whether Stripe may have done something, although the response is an error or none came."""
    if sent.is_read:
        return False
    is_unknown = response.error is not None or response.status >= SERVER_ERROR
    return is_unknown or response.status == PAYMENT_REQUIRED


def _read_later(sent: SentRequest, response: Response) -> None:
    named = dict.fromkeys(_named(sent, response))
    if not named:
        return
    using = router.db_for_write(Event)
    mine, account = origin_of(sent, None, using)
    namespace = Namespace(account, mine.livemode, is_home=not account)
    now = clock_of(settings.api_base).now()
    written = [
        Written(model, stripe_id, account, now)
        for model, api_id in named
        if (stripe_id := namespace.qualify(model, api_id))
    ]
    open_writes.read_later(written, using)


def _named(sent: SentRequest, response: Response) -> Iterator[tuple[type[StripeModel], str]]:
    """The objects that the address names, and those that the error does."""
    for address in addresses.objects_at(sent.path):
        yield address.model, address.api_id
    error = response.body.get("error") if isinstance(response.body, dict) else None
    for key, value in error.items() if isinstance(error, dict) else ():
        yield from _object_in(key, value)


def _object_in(key: str, value: Any) -> Iterator[tuple[type[StripeModel], str]]:
    """The object under a key of an error: in full, or by its id."""
    model = registry.model_of(value) or registry.by_object_name().get(key)
    api_id = value.get("id") if isinstance(value, dict) else value
    if model and is_id(api_id):
        yield model, str(api_id)
