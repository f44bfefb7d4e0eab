"""``erase``: the documented way to remove personal data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from django.db import router, transaction
from django.db.models import Q
from django.utils import timezone

from stripe_django.exceptions import PayloadError
from stripe_django.models import HandlerRun, InboxEvent, PendingRead
from stripe_django.models.base import StripeModel
from stripe_django.sync import home
from stripe_django.sync.events.envelope import Envelope, ThinEvent
from stripe_django.sync.mapping.identity import Context, HomeAccount, stripe_id
from stripe_django.sync.mapping.ownership import context_of
from stripe_django.sync.mapping.rows import COPY
from stripe_django.sync.writer import changes
from stripe_django.sync.writer.removal import remove

ACCOUNT = re.compile(r"/v1/accounts/(acct_\w+)/")
ERASED = "The object of this event was erased."


def erase(row: StripeModel) -> None:
    """Remove a row from this database, and what events show of the object.

    For personal data. Erase it at Stripe first, or the next sync brings it back. Mirrored rows that
    refer to it stay, with the bare id. Rows of your own models with a plain Django relation to it
    get what its ``on_delete`` says: ``PROTECT`` raises ``ProtectedError``, and nothing is erased.
    The events themselves stay known, without content, so that none is applied when Stripe sends it
    again.
    """
    using = router.db_for_write(type(row))
    with transaction.atomic(using=using):
        _erase_events(row, using)
        reads = PendingRead.objects.using(using)
        reads.filter(object_name=row.stripe.object_name, stripe_id=row.stripe_id).delete()
        remove([row], using)


def _erase_events(row: StripeModel, using: str) -> None:
    """Remove the events that show the object, their bodies and the errors of their handlers."""
    model = row.event_model()
    events = model.objects.using(using).for_object(row)
    inbox = InboxEvent.objects.using(using)
    about = Q(object_name=row.stripe.object_name, object_id=row.stripe_id) | Q(
        event_id__in=list(_waiting_for(row, using))
    )
    shown = [*events.values_list("stripe_id", flat=True)]
    ids = [*shown, *inbox.filter(about).values_list("event_id", flat=True)]
    inbox.filter(event_id__in=ids).update(
        status=InboxEvent.Status.IGNORED,
        reason=ERASED,
        body="",
        next_attempt_at=None,
        finished_at=timezone.now(),
    )
    HandlerRun.objects.using(using).filter(event_id__in=ids).delete()
    events._raw_delete(using)
    changes.note(model, shown, using)


def _waiting_for(row: StripeModel, using: str) -> Iterator[str]:
    """The events with a body that show the object, which their rows say only once applied."""
    text = json.dumps(row.api_id or row.stripe.object_name)[1:-1]
    mine = home.known(using)
    bodies = InboxEvent.objects.using(using).filter(body__contains=text)
    for event_id, platform, body in bodies.values_list("event_id", "platform", "body").iterator():
        if _shows(json.loads(body), platform, row, mine):
            yield event_id


def _shows(
    event: dict[str, Any], platform: str, row: StripeModel, mine: HomeAccount | None
) -> bool:
    """Whether an event is about the object of a row: whether it would be written to that row.

    Your own account may be named by its id, also in a row that is older than the knowledge of it.
    """
    if isinstance(event.get("related_object"), dict):
        account, shown = ThinEvent(event).account or platform, _named(event["related_object"])
    else:
        envelope = Envelope(event)
        account, shown = envelope.account or platform, envelope.object
    if not isinstance(shown, dict) or shown.get("object") not in row.stripe.names:
        return False
    modes = (shown.get("livemode"), event.get("livemode"), mine and mine.livemode)
    mode = next((each for each in modes if isinstance(each, bool)), False)
    mine = (mine or HomeAccount(mode))._replace(platform=platform)
    found = (_id_in(each, shown, row, mode, mine) for each in {account, mine.resolve(account)})
    return row.stripe_id in found


def _named(related: dict[str, Any]) -> dict[str, Any]:
    """What a thin event says of its object, the account in its path included."""
    named = {"id": related.get("id"), "object": related.get("type")}
    owner = ACCOUNT.match(str(related.get("url")))
    return named | ({"account": owner[1]} if owner else {})


def _id_in(
    account: str, shown: dict[str, Any], row: StripeModel, mode: bool, mine: HomeAccount
) -> str:
    """The ``stripe_id`` of an object that an event of an account shows; empty if it has none."""
    model = type(row)
    context = context_of(model, shown, Context(COPY, account, mode, mine))
    try:
        return stripe_id(model, shown, context.namespace(), None)
    except PayloadError:
        return ""
