"""Which webhook endpoints an event is for, and one request to one of them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from ..events import of_account
from ..params import copied
from ..store import Namespace, Record, Store
from .signing import Delivery

ENDPOINT, DESTINATION = "webhook_endpoint", "v2.core.event_destination"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request: ``number`` counts from 1 for each delivery, ``status`` is 0 without a
    response, and then ``error`` says why. ``at`` are the seconds of a monotonic clock at its
    start.
    """

    event_id: str
    event_type: str
    url: str
    number: int
    status: int
    at: float
    error: str = ""

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Target:
    """The address of an endpoint, and what its deliveries are signed with."""

    url: str
    secret: str = field(repr=False)

    def post(self, event: Mapping[str, Any], number: int, timeout: float) -> Attempt:
        """Send an event, signed now; redirects are not followed, as at Stripe."""
        at, status, error = time.monotonic(), 0, ""
        try:
            status = self._status(Delivery.of(event, self.secret, None), timeout)
        except (OSError, HTTPException) as caught:
            error = f"{type(caught).__name__}: {caught}"
        return Attempt(event["id"], event["type"], self.url, number, status, at, error)

    def _status(self, delivery: Delivery, timeout: float) -> int:
        parts = urlsplit(self.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.netloc, timeout=timeout)
        try:
            path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
            connection.request("POST", path, delivery.body, delivery.headers)
            return connection.getresponse().status
        finally:
            connection.close()


@dataclass(frozen=True, slots=True)
class View:
    """How one account receives events: ``own`` is what namespaces call it, ``secret`` that of
    its endpoints that were added without one.
    """

    own: str
    secret: str = field(repr=False)

    def of(self, event: Record) -> dict[str, Any]:
        """The event; one of a connected account names that."""
        shown: dict[str, Any] = copied(event.payload)
        account = event.namespace.account
        if account == self.own:
            return shown
        named = {"context": account} if event.name == "v2.core.event" else of_account(account)
        return shown | named


def targets_of(event: Record, store: Store, view: View) -> list[Target]:
    """The enabled endpoints of an account that an event is sent to."""
    name = DESTINATION if event.name == "v2.core.event" else ENDPOINT
    endpoints = store.list(Namespace(view.own, event.namespace.livemode), (name,))
    wanting = (
        each.payload for each in reversed(endpoints) if _wants(each.payload, event, view.own)
    )
    return [_target(payload, view.secret) for payload in wanting]


def _wants(endpoint: Mapping[str, Any], event: Record, own: str) -> bool:
    """Whether an endpoint is enabled, listens to the type, and to the account of the event."""
    if endpoint.get("status", "enabled") != "enabled":
        return False
    if not {"*", event.payload["type"]} & set(endpoint.get("enabled_events") or ()):
        return False
    if event.name == "v2.core.event":
        return bool(endpoint.get("type", "webhook_endpoint") == "webhook_endpoint")
    return bool(endpoint.get("application")) == (event.namespace.account != own)


def _target(endpoint: Mapping[str, Any], default_secret: str) -> Target:
    inner = endpoint.get("webhook_endpoint") or {}
    url = endpoint.get("url") or inner.get("url")
    secret = endpoint.get("secret") or inner.get("signing_secret")
    return Target(str(url), secret or default_secret)
