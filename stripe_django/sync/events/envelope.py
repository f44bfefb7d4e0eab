"""Events to rows: the event itself, and the object in it as it was at that moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stripe_django import registry
from stripe_django.fields import TimestampField
from stripe_django.models import Event
from stripe_django.models.querysets.event import NOT_DELETIONS
from stripe_django.sync.mapping import identity, mapper
from stripe_django.sync.mapping.identity import HomeAccount
from stripe_django.sync.mapping.rows import (
    COPY,
    REQUEST_PREFIX,
    SOURCE_LENGTH,
    TIMELESS,
    Moment,
    Rank,
    Row,
)

CREATED = TimestampField()  # as any event has it


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an event says about the object in it."""

    payload: Mapping[str, Any]

    @property
    def object(self) -> Any:
        data = self.payload.get("data")
        return data.get("object") if isinstance(data, dict) else None

    @property
    def account(self) -> str | None:
        """The connected account it happened in, by any of the names it has had.

        Within an organisation, ``context`` names it.
        """
        for key in ("account", "user_id"):
            if identity.is_id(self.payload.get(key)):
                return str(self.payload[key])
        return account_in(self.payload.get("context")) or None

    @property
    def moment(self) -> Moment:
        """When the object was as the event shows it; a copy if the event does not say."""
        as_of = CREATED.from_payload(self.payload.get("created"))
        if as_of is None:
            return COPY
        kind = self.payload.get("type")
        name = kind if isinstance(kind, str) else ""
        deleted = name.endswith(".deleted") and name not in NOT_DELETIONS
        created = name.endswith(".created")
        rank = Rank.DELETION if deleted else Rank.CREATED if created else Rank.EVENT
        return Moment(as_of, rank, deleted, source=self.request_id)

    @property
    def request_id(self) -> str:
        """Stripe's id of the request that caused it; empty if Stripe acted by itself."""
        request = self.payload.get("request")
        found = request.get("id") if isinstance(request, dict) else request
        is_id = isinstance(found, str) and found.startswith(REQUEST_PREFIX)
        return str(found)[:SOURCE_LENGTH] if is_id else ""


def account_in(context: Any) -> str:
    """The account that a context of Stripe ends with; empty if it names none."""
    last = context.rpartition("/")[2] if isinstance(context, str) else ""
    return last if last.startswith("acct_") else ""


def is_event(payload: Any) -> bool:
    return isinstance(payload, dict) and payload.get("object") == Event.stripe.object_name


def object_rows(
    payload: Mapping[str, Any],
    *,
    account: str,
    livemode: bool,
    home: HomeAccount,
    is_ahead: bool = False,
    decoded: bool = False,
) -> list[Row]:
    """The rows for the object in an event; raises ``PayloadError`` if it cannot be one.

    Of an object without a model, the objects inside it become rows. ``is_ahead`` is
    true if the event's time orders nothing: a test clock's, or one after its delivery.
    ``decoded`` is that of ``mapping.to_rows``.
    """
    event = Envelope(payload)
    if event.object is None:
        return []
    place: dict[str, Any] = {
        "account": home.resolve(event.account or account),
        "livemode": livemode,
        "home": home,
    }
    if isinstance(event.object, dict) and registry.model_of(event.object) is None:
        return mapper.nested_rows(event.object, **place)
    moment = TIMELESS if is_ahead else event.moment
    return mapper.to_rows(event.object, moment=moment, decoded=decoded, **place)
