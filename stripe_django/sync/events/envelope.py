"""The two forms of events: one holds its object as it was, the other (thin) only names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stripe_django import credentials, registry
from stripe_django.api.client import Client
from stripe_django.api.server_clock import ReadTime
from stripe_django.credentials import account_in
from stripe_django.exceptions import WrongHomeError
from stripe_django.fields import TimestampField
from stripe_django.models import Event, V2CoreEvent
from stripe_django.models.base import StripeModel
from stripe_django.models.querysets.event import NOT_DELETIONS
from stripe_django.sync import account_keys
from stripe_django.sync.mapping import identity
from stripe_django.sync.mapping.rows import COPY, REQUEST_PREFIX, SOURCE_LENGTH, Moment, Rank
from stripe_django.sync.scope import models_in_scope

OBJECT_NAMES = (Event.stripe.object_name, V2CoreEvent.stripe.object_name)
CREATED = TimestampField()  # as any event has it

# Stripe deletes these when they are detached from their customer; a pm_… lives on without one.
LEGACY_METHODS = ("card_", "ba_")


def is_event(payload: Any) -> bool:
    return isinstance(payload, dict) and payload.get("object") == Event.stripe.object_name


def is_thin(payload: Any) -> bool:
    return isinstance(payload, dict) and payload.get("object") == V2CoreEvent.stripe.object_name


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event that holds its object."""

    payload: Mapping[str, Any]

    @property
    def object(self) -> Any:
        return self._data.get("object")

    @property
    def previous_attributes(self) -> Any:
        return self._data.get("previous_attributes")

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
        """When the object was as the event shows it; a copy if the event has no time."""
        as_of = CREATED.from_payload(self.payload.get("created"))
        if as_of is None:
            return COPY
        created = self._type.endswith(".created")
        rank = Rank.DELETION if self._deletes else Rank.CREATED if created else Rank.EVENT
        return Moment(as_of, rank, self._deletes, source=self.request_id)

    @property
    def request_id(self) -> str:
        """Stripe's id of the request that caused it; empty if Stripe acted by itself."""
        request = self.payload.get("request")
        found = request.get("id") if isinstance(request, dict) else request
        is_request = identity.is_id(found) and found.startswith(REQUEST_PREFIX)
        return str(found)[:SOURCE_LENGTH] if is_request else ""

    @property
    def _data(self) -> Mapping[str, Any]:
        data = self.payload.get("data")
        return data if isinstance(data, dict) else {}

    @property
    def _type(self) -> str:
        found = self.payload.get("type")
        return found if isinstance(found, str) else ""

    @property
    def _deletes(self) -> bool:
        """Whether the event says that Stripe does not have the object any more."""
        if self._type == "payment_method.detached":
            api_id = self.object.get("id") if isinstance(self.object, dict) else None
            return isinstance(api_id, str) and api_id.startswith(LEGACY_METHODS)
        return self._type.endswith(".deleted") and self._type not in NOT_DELETIONS


@dataclass(frozen=True, slots=True)
class Read:
    """What was read because of a thin event, and the time of the read."""

    objects: list[Any]
    time: ReadTime


@dataclass(frozen=True, slots=True)
class ThinEvent:
    """An event that names its object, which has to be read.

    ``platform`` is the account with a key of its own that received it.
    """

    payload: Mapping[str, Any]
    platform: str = ""

    @property
    def account(self) -> str:
        """The connected account to read as; empty for home."""
        return account_in(self.payload.get("context"))

    @property
    def path(self) -> str | None:
        """Where the object is in Stripe's API; ``None`` if the event names none."""
        path = self._related.get("url")
        return path if isinstance(path, str) and path.startswith(("/v1/", "/v2/")) else None

    @property
    def model(self) -> type[StripeModel] | None:
        return registry.model_of({"object": self._related.get("type")})

    @property
    def refusal(self) -> str:
        """Why the object is not worth a read; empty if it is."""
        if self.path is None:
            return "The event names no object that could be read."
        if self.model is None:
            return "The event names an object that has no model."
        if self.model not in models_in_scope():
            return f"OBJECTS leaves out {self.model.stripe.object_name}."
        return ""

    @property
    def snapshot_id(self) -> str:
        """The id of the event that holds the object, if there is one; else empty."""
        found = self.payload.get("snapshot_event")
        return found if isinstance(found, str) else ""

    @property
    def _related(self) -> Mapping[str, Any]:
        related = self.payload.get("related_object")
        return related if isinstance(related, dict) else {}

    def read(self, using: str) -> Read:
        """The object as it is now, or a stub if it is gone.

        ``using`` is the alias of the database that says with whose key an account is read.

        Raises the SDK's errors as they come, ``MissingKeyError`` without a key, and
        ``WrongHomeError`` if the key is for the other mode, which has no such object.
        """
        assert self.path is not None
        said = self.payload.get("livemode")
        account = self.account or self.platform
        platform = account_keys.platform_of(account, using) or self.platform
        key = credentials.of(platform)
        if isinstance(said, bool) and key.livemode not in (None, said):
            raise WrongHomeError
        page = Client(account=account, credentials=key).retrieve(self.path)
        if page.objects or self.model is None:
            return Read(page.objects, page.time)
        stub = {
            "id": self._related.get("id"),
            "object": self.model.stripe.object_name,
            "deleted": True,
        }
        return Read([stub], page.time)
