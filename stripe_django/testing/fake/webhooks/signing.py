"""Events as signed requests, for the endpoint of the project under test."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request to a webhook endpoint."""

    event: Mapping[str, Any]
    body: bytes = field(repr=False)
    headers: dict[str, str] = field(repr=False)

    @classmethod
    def of(cls, event: Mapping[str, Any], secret: str, signed_at: float | None) -> Self:
        """Signed at Unix time ``signed_at``: now by the clock of the machine that checks it."""
        body = json.dumps(event).encode()
        stamp = int(time.time() if signed_at is None else signed_at)
        headers = {"Content-Type": "application/json"}
        headers["Stripe-Signature"] = f"t={stamp},v1={signature(body, secret, stamp)}"
        return cls(event, body, headers)

    def post(self, client: Any, path: str) -> Any:
        """Send it with Django's test client, and return the response."""
        headers = {"Stripe-Signature": self.headers["Stripe-Signature"]}
        return client.post(path, self.body, content_type="application/json", headers=headers)


class Deliveries(tuple[Delivery, ...]):
    """Several deliveries, in their order."""

    def shuffled(self, seed: int = 0) -> Deliveries:
        """In another order, the same for the same seed."""
        return Deliveries(random.Random(seed).sample(self, len(self)))

    def duplicated(self, times: int = 2) -> Deliveries:
        """Each of them several times in a row."""
        return Deliveries(each for each in self for _ in range(times))

    def post(self, client: Any, path: str) -> list[Any]:
        """Send all of them with Django's test client, and return the responses."""
        return [each.post(client, path) for each in self]


def deliveries(
    events: Iterable[Mapping[str, Any]], secret: str, signed_at: float | None = None
) -> Deliveries:
    return Deliveries(Delivery.of(event, secret, signed_at) for event in events)


def signature(body: bytes, secret: str, stamp: int) -> str:
    """What Stripe puts after ``v1=`` for a body sent at a Unix time."""
    signed = f"{stamp}.".encode() + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
