"""The rows of one event: its own, and those of its object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from stripe_django import registry
from stripe_django.conf import settings
from stripe_django.exceptions import PayloadError
from stripe_django.models import InboxEvent
from stripe_django.sync import mirrored_accounts
from stripe_django.sync.mapping import mapper
from stripe_django.sync.mapping.identity import Context, HomeAccount, Namespace
from stripe_django.sync.mapping.rows import COPY, Moment, Row
from stripe_django.sync.mapping.schema import schema_for
from stripe_django.sync.scope import is_in_scope, models_in_scope, other_mode, rows_in_scope
from stripe_django.sync.test_clocks import is_on_clock

from . import handlers
from .envelope import Envelope, Read, ThinEvent, is_thin

PRECISION = timedelta(seconds=1)

IsOnClock = Callable[[Any, Any, Namespace], bool]


@dataclass(frozen=True, slots=True)
class Contents:
    """``event`` are the event's own rows, ``objects`` those of its object, that one's first.

    ``about`` is the row of the object itself, in scope or not. ``ignored`` says why ``objects``
    has none; ``error`` is set if they cannot be made. ``is_unstored`` says that the event has no
    row because it is about what is out of scope. ``is_future_dated`` says that the event's
    time orders nothing, because it is after its delivery or a test clock's: its object is written
    as a snapshot without a time, and has to be read.
    """

    event: list[Row]
    objects: list[Row] = field(default_factory=list)
    about: Row | None = None
    ignored: str = ""
    error: PayloadError | None = None
    is_future_dated: bool = False
    is_unstored: bool = False

    @property
    def rows(self) -> list[Row]:
        return [*self.event, *self.objects]


def contents(
    payload: Mapping[str, Any],
    *,
    home: HomeAccount,
    account: str = "",
    as_of: Moment | None = None,
    sent_at: datetime | None = None,
    needs_read: bool = False,
    checks_clock: bool = False,
    read: Read | None = None,
    decoded: bool = True,
    is_on_clock: IsOnClock = is_on_clock,
) -> Contents:
    """The rows of an event; raises ``PayloadError`` if the payload is none.

    ``account`` is where the event happened if it does not say so. ``as_of`` is for an event that
    was read, ``sent_at`` Stripe's time of a delivery, and ``read`` what was read for a thin event.
    ``needs_read`` says that the event's time orders nothing; ``checks_clock``, that it does not if
    the object is on a test clock, as with ``sent_at``, which ``is_on_clock`` looks up. ``decoded``
    is that of ``mapping.to_rows``.
    """
    envelope = Envelope(payload)
    said = payload.get("livemode")
    if ignored := other_mode(said, home):
        return Contents([], ignored=ignored, is_unstored=not settings.store_all_events)
    mode = said if isinstance(said, bool) else home.livemode
    named = ThinEvent(payload).account if is_thin(payload) else envelope.account
    account = home.resolve(named or account or home.platform)
    if account in home.further:  # whichever endpoint of a platform or an organisation got it
        home = home._replace(platform=account)
    where: dict[str, Any] = {"livemode": mode, "home": home, "decoded": decoded}
    where["account"] = account
    moment = as_of or envelope.moment.alive()
    event = mapper.to_rows(payload, moment=moment, **where)
    is_future_dated = not read and (
        needs_read
        or _is_after(moment, sent_at)
        or ((checks_clock or sent_at is not None) and is_on_clock(*_clocked(envelope, where)))
    )
    try:
        if is_thin(payload):
            objects = _read_rows(read, where)
        else:
            moment = envelope.moment.without_time() if is_future_dated else envelope.moment
            objects = _object_rows(envelope, moment, where)
    except PayloadError as error:
        return Contents(event, ignored=str(error), error=error)
    ignored = _why_ignored(payload, objects)
    about = objects[0] if objects else None
    found = Contents(event, rows_in_scope(objects, home), about, ignored)
    if ignored and _is_unstored(payload, event):
        return replace(found, event=[], is_unstored=True)
    return replace(found, is_future_dated=is_future_dated and not ignored)


def twin_of(event: ThinEvent, using: str) -> InboxEvent | None:
    """The applied event that holds the object of a thin one; then nothing has to be read."""
    if not event.snapshot_id:
        return None
    events = InboxEvent.objects.using(using).filter(event_id=event.snapshot_id)
    return events.filter(status=InboxEvent.Status.APPLIED).first()


def mark_duplicate(found: Contents, event: InboxEvent, twin: InboxEvent) -> Contents:
    """Have a thin event refer to the object of its twin, so that handlers get that."""
    event.object_name, event.object_id = twin.object_name, twin.object_id
    return replace(found, ignored=f"Its object was applied with {twin.event_id}.")


def _clocked(envelope: Envelope, where: Mapping[str, Any]) -> tuple[Any, Any, Namespace]:
    """The object of an event, its previous attributes, and within which its ids are unique."""
    account, mode, home = (where[key] for key in ("account", "livemode", "home"))
    namespace = Context(COPY, account=account, livemode=mode, home=home).namespace()
    return envelope.object, envelope.previous_attributes, namespace


def _is_after(moment: Moment, sent_at: datetime | None) -> bool:
    return bool(sent_at and moment.as_of and moment.as_of > sent_at + PRECISION)


def _object_rows(event: Envelope, moment: Moment, where: dict[str, Any]) -> list[Row]:
    """The rows of the object; of one without a model, those of the objects inside it."""
    if event.object is None:
        return []
    if isinstance(event.object, dict) and registry.model_of(event.object) is None:
        place = {key: where[key] for key in ("account", "livemode", "home")}
        return mapper.nested_rows(event.object, **place)
    return mapper.to_rows(event.object, moment=moment, **where)


def _read_rows(read: Read | None, where: Mapping[str, Any]) -> list[Row]:
    moment = Moment.of_read(read.time) if read else COPY
    return [
        row
        for each in (read.objects if read else ())
        for row in mapper.to_rows(each, moment=moment, **where)
    ]


def _is_unstored(payload: Mapping[str, Any], event: list[Row]) -> bool:
    """Whether an event that is ignored is about an object out of scope, and nothing needs it."""
    name = event[0].values[schema_for(event[0].model).index["object_name"]]
    if settings.store_all_events or is_in_scope(name):
        return False
    type_ = str(payload.get("type"))
    return type_ not in mirrored_accounts.STATES and not handlers.has_any(type_)


def _why_ignored(payload: Mapping[str, Any], objects: list[Row]) -> str:
    if not objects:
        refusal = ThinEvent(payload).refusal if is_thin(payload) else ""
        return refusal or "The event has no object that has a model."
    if objects[0].model not in models_in_scope():
        return f"OBJECTS leaves out {objects[0].model.stripe.object_name}."
    inner = Envelope(payload).object
    if not is_thin(payload) and registry.model_of(inner) is None:
        return "The object has no model; what is inside it was applied."
    return ""
