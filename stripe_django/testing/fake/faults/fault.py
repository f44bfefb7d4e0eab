"""Faults: responses that replace the usual one, are late, or never arrive."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TypedDict

from ..http.protocol import Request, Response
from .declines import Decline


class When(TypedDict, total=False):
    """The requests that a fault applies to.

    ``path`` is one path, or a pattern with ``*``; ``method`` is ``GET``, ``POST`` or ``DELETE``;
    ``having`` is a parameter of the request; ``account`` is the id of the account in which it
    acts. The first ``after`` of these requests succeed, then
    ``times`` of them fail (by default all), or the ``share`` of them (from 0 to 1) that ``seed``
    selects.
    """

    path: str
    method: str
    having: str
    account: str
    after: int
    times: int | None
    share: float
    seed: int


@dataclass(frozen=True, slots=True)
class Transmission:
    """How a response is sent: after ``delay`` seconds, and only its first ``cut`` bytes (for 0
    nothing, not even the headers).
    """

    response: Response
    delay: float = 0.0
    cut: int | None = None


@dataclass(slots=True, eq=False)
class Fault:
    """One fault. Without a ``response``, the usual one is sent, with ``headers``.

    With ``performs``, the ``response`` is sent after the request was carried out. A ``decline`` is
    for requests that charge a card.
    """

    when: When
    response: Response | None = None
    headers: Mapping[str, str | None] = field(default_factory=dict)
    delay: float = 0.0
    cut: int | None = None
    performs: bool = False
    decline: Decline | None = None
    seen: int = 0
    done: int = 0
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.when.get("seed", 0))

    def takes(self, request: Request) -> bool:
        """Whether the fault applies to this request."""
        if not self._is_for(request):
            return False
        self.seen += 1
        times = self.when.get("times")
        if self.seen <= self.when.get("after", 0) or (times is not None and self.done >= times):
            return False
        if self.chance.random() >= self.when.get("share", 1.0):
            return False
        self.done += 1
        return True

    def _is_for(self, request: Request) -> bool:
        is_path = fnmatchcase(request.path, self.when.get("path", "*"))
        is_named = "having" not in self.when or self.when["having"] in request.params
        is_theirs = self.when.get("account", request.account_id) == request.account_id
        is_method = self.when.get("method", request.method) == request.method
        is_payment = self.decline is None or self.decline.is_for(request)
        return is_path and is_named and is_theirs and is_method and is_payment

    @property
    def instead(self) -> Response | None:
        """The response to a request that is not carried out."""
        return None if self.performs else self.response

    def transmission(self, response: Response) -> Transmission:
        headers = {**response.headers, **self.headers}
        return Transmission(Response(response.body, response.status, headers), self.delay, self.cut)
