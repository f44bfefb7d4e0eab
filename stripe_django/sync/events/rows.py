"""What a delivered event holds, as rows: its own, and those of the object that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from stripe_django import registry
from stripe_django.exceptions import PayloadError
from stripe_django.sync.mapping import mapper
from stripe_django.sync.mapping.identity import HomeAccount
from stripe_django.sync.mapping.rows import Moment, Row
from stripe_django.sync.scope import models_in_scope, other_mode, rows_in_scope
from stripe_django.sync.test_clocks import is_on_clock

from .envelope import Envelope, object_rows
from .thin import Read, ThinEvent, is_thin

PRECISION = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Contents:
    """``event`` are the event's own rows, ``objects`` those of its object, that one's first.

    ``about`` is the row of the object itself, in scope or not. ``ignored`` says why ``objects``
    has none. ``is_ahead`` says that the event is dated after its delivery: the object was not
    written as content, and has to be read.
    """

    event: list[Row]
    objects: list[Row] = field(default_factory=list)
    about: Row | None = None
    ignored: str = ""
    is_ahead: bool = False

    @property
    def rows(self) -> list[Row]:
        return [*self.event, *self.objects]


def contents(
    payload: Mapping[str, Any], *, sent_at: datetime, home: HomeAccount, read: Read | None
) -> Contents:
    """The rows of an event that was sent at a time of Stripe's.

    Raises ``PayloadError`` for what is no event.
    """
    envelope = Envelope(payload)
    said = payload.get("livemode")
    if ignored := other_mode(said, home):
        return Contents([], ignored=ignored)
    mode = said if isinstance(said, bool) else home.livemode
    where: dict[str, Any] = {"livemode": mode, "home": home}
    account = ThinEvent(payload).account if is_thin(payload) else envelope.account or ""
    where["account"] = home.resolve(account)
    moment = envelope.moment.alive()
    event = mapper.to_rows(payload, moment=moment, decoded=True, **where)
    is_ahead = (
        moment.as_of is not None
        and not read
        and (moment.as_of > sent_at + PRECISION or is_on_clock(envelope.object))
    )
    try:
        objects = (
            _read_rows(read, where)
            if is_thin(payload)
            else object_rows(payload, is_ahead=is_ahead, decoded=True, **where)
        )
    except PayloadError as error:
        return Contents(event, ignored=str(error))
    ignored = _why_ignored(payload, objects)
    about = objects[0] if objects else None
    return Contents(event, rows_in_scope(objects, home), about, ignored, is_ahead and not ignored)


def _read_rows(read: Read | None, where: Mapping[str, Any]) -> list[Row]:
    if read is None:
        return []
    moment = Moment.of_read(read.time)
    return [
        row
        for each in read.objects
        for row in mapper.to_rows(each, moment=moment, decoded=True, **where)
    ]


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
