"""Events into the inbox table, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from stripe_django import signals
from stripe_django.exceptions import PayloadError
from stripe_django.models import Home, InboxEvent
from stripe_django.sync import home
from stripe_django.sync.backoff import LEASE, storable
from stripe_django.sync.database import lock_timeout
from stripe_django.sync.database.row_locks import take_write_lock
from stripe_django.sync.home import HELD
from stripe_django.sync.mapping import identity
from stripe_django.sync.mapping.identity import HomeAccount

from . import bodies

OUTCOME = (  # the columns in which an event differs once an attempt has ended
    "object_name",
    "object_id",
    "status",
    "reason",
    "attempts",
    "next_attempt_at",
    "claimed_at",
    "finished_at",
    "body",
)


def using() -> str:
    return router.db_for_write(InboxEvent)


def inbox() -> QuerySet[InboxEvent]:
    return InboxEvent.objects.using(using())


def not_tried() -> QuerySet[InboxEvent]:
    """The events whose first attempt has not ended, the oldest first."""
    # By the index that has none of the finished events, whatever a planner makes of their number.
    events = inbox().filter(next_attempt_at__isnull=False)
    waiting = events.filter(status=InboxEvent.Status.RECEIVED).exclude(reason=HELD)
    return waiting.order_by("next_attempt_at", "pk")


def received(payload: Mapping[str, Any], *, sent_at: datetime, platform: str = "") -> InboxEvent:
    """An event that is not stored yet; raises ``PayloadError`` for a payload without an id.

    ``sent_at`` is Stripe's time of the delivery (UTC), ``platform`` the account with a key of its
    own that it came to.
    """
    event_id = payload.get("id")
    if not identity.is_id(event_id):
        raise PayloadError(_("An event has an id of 1 to 255 characters without NUL."))
    return InboxEvent(
        event_id=str(event_id),
        type=storable(str(payload.get("type") or ""))[:255],
        platform=platform,
        sent_at=sent_at,
        next_attempt_at=timezone.now() + LEASE,
    )


def store(payload: Mapping[str, Any], *, sent_at: datetime, platform: str = "") -> str:
    """Store an event, unless it is here already, and return its id.

    Raises ``PayloadError`` for a payload without an id, and Django's database errors if the event
    could not be stored. The other parameters are those of ``received``.
    """
    event = received(payload, sent_at=sent_at, platform=platform)
    try:
        if not _insert_as_it_is(event, payload):
            _insert_withheld(event, payload)
    except IntegrityError:
        if not is_stored(event.event_id):
            raise
    else:
        signals.event_received.send_robust(InboxEvent, event=event)
    return event.event_id


def is_stored(event_id: str) -> bool:
    return inbox().filter(event_id=event_id).exists()


def _insert_as_it_is(event: InboxEvent, payload: Mapping[str, Any]) -> bool:
    """Insert an event, unless customers were erased."""
    connection = connections[using()]
    mine = home.remembered(using())
    if mine and mine.erasure_keys:
        return False
    event.body = bodies.encoded(payload)
    nobody_erased = (
        f"(SELECT 1 AS one) one WHERE NOT EXISTS (SELECT 1 FROM {Home._meta.db_table}"
        " WHERE erasure_keys <> '')"
    )
    # Within a transaction of the caller's it would not be stored yet: atomic() raises then.
    is_inside = connection.in_atomic_block or not connection.get_autocommit()
    with transaction.atomic(using=using(), durable=True) if is_inside else nullcontext():
        return _insert(event, connection, nobody_erased)


def _insert_withheld(event: InboxEvent, payload: Mapping[str, Any]) -> None:
    """Insert an event without what belongs to erased customers, as far as that is known then."""
    with transaction.atomic(using=using(), durable=True):
        take_write_lock(inbox())
        mine = home.known(using())
        event.body = bodies.encoded(
            bodies.withheld(payload, event.platform, mine, using()) if mine else payload
        )
        _insert(event, connections[using()])


def insert(event: InboxEvent, *, connection: BaseDatabaseWrapper, mine: HomeAccount) -> bool:
    """Insert an event in one statement, after which the transaction waits for no lock for long.

    Returns false, without an insert, unless your own account has the mode and the erasures of
    ``mine``. Raises Django's ``IntegrityError`` for an event that is stored already.
    """
    item = lock_timeout.limiting_item(connection)
    sources = ", ".join(filter(None, [Home._meta.db_table, item]))
    condition = f"{sources} WHERE id = %s AND livemode = %s AND erasure_keys = %s"
    parameters = [Home.SINGLETON, mine.livemode, mine.erasure_keys]
    return _insert(event, connection, condition, parameters)


def _insert(
    event: InboxEvent,
    connection: BaseDatabaseWrapper,
    condition: str = "",
    parameters: Sequence[Any] = (),
) -> bool:
    """Insert an event if the ``condition`` has a row: what follows ``FROM``; returns whether."""
    quote = connection.ops.quote_name
    fields = [each for each in InboxEvent._meta.concrete_fields if not each.primary_key]
    names = ", ".join(quote(each.attname) for each in fields)
    values = [each.get_db_prep_save(each.pre_save(event, True), connection) for each in fields]
    marks = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {quote(InboxEvent._meta.db_table)} ({names})"
    sql += f" SELECT {marks} FROM {condition}" if condition else f" VALUES ({marks})"
    returns = connection.features.can_return_columns_from_insert  # MySQL alone cannot
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} RETURNING id" if returns else sql, [*values, *parameters])
        found = cursor.fetchone() if returns else (cursor.lastrowid,) * cursor.rowcount
    event.pk = found[0] if found else None
    return bool(found)


def save_outcomes(events: Sequence[InboxEvent]) -> None:
    """Save how far stored events have come."""
    if len(events) == 1:
        events[0].save(using=using(), update_fields=OUTCOME)
        return
    # An upsert: Django's update of many rows takes far longer.
    has_target = connections[using()].features.supports_update_conflicts_with_target
    received_at = [event.received_at for event in events]
    inbox().bulk_create(
        events,
        update_conflicts=True,
        update_fields=OUTCOME,
        unique_fields=["event_id"] if has_target else None,
    )
    for event, moment in zip(events, received_at, strict=True):
        event.received_at = moment  # the row's, which stays
