"""Thin events: they name an object, which has to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stripe_django import registry
from stripe_django.api.client import Client
from stripe_django.api.server_clock import ReadTime
from stripe_django.conf import settings
from stripe_django.exceptions import WrongHomeError
from stripe_django.models import V2CoreEvent
from stripe_django.models.base import StripeModel
from stripe_django.sync.scope import models_in_scope

from .envelope import account_in


@dataclass(frozen=True, slots=True)
class Read:
    """The objects that were read because of a thin event, and the time of the read."""

    objects: list[Any]
    time: ReadTime


@dataclass(frozen=True, slots=True)
class ThinEvent:
    """What a thin event says about the object that it names."""

    payload: Mapping[str, Any]

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

    def read(self) -> Read:
        """The object as it is now, or a stub if it is gone.

        Raises the SDK's errors as they come, ``MissingKeyError`` without a key, and
        ``WrongHomeError`` if the key is for the other mode, to which nothing exists.
        """
        assert self.path is not None
        said = self.payload.get("livemode")
        if isinstance(said, bool) and settings.key_livemode not in (None, said):
            raise WrongHomeError
        page = Client(account=self.account).retrieve(self.path)
        if page.objects or self.model is None:
            return Read(page.objects, page.time)
        stub = {
            "id": self._related.get("id"),
            "object": self.model.stripe.object_name,
            "deleted": True,
        }
        return Read([stub], page.time)


def is_thin(payload: Any) -> bool:
    return isinstance(payload, dict) and payload.get("object") == V2CoreEvent.stripe.object_name
