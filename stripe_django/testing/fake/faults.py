"""What goes wrong: answers that come instead of the usual one, late, or not at all."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TypedDict

from .http.messages import Answer, Request


class When(TypedDict, total=False):
    """Which requests a fault is for.

    ``path`` is one path, or several with ``*`` in it; ``method`` is ``GET``, ``POST`` or
    ``DELETE``; ``having`` is a parameter that they name. The first ``after`` of the requests go
    well, then ``times`` of them do not (by default all), or the ``share`` of them (from 0 to 1)
    that ``seed`` chooses.
    """

    path: str
    method: str
    having: str
    after: int
    times: int | None
    share: float
    seed: int


@dataclass(frozen=True, slots=True)
class Reply:
    """How an answer reaches the client: after ``delay`` seconds, and only its first ``cut`` bytes
    (none, not even its head, for 0).
    """

    answer: Answer
    delay: float = 0.0
    cut: int | None = None


@dataclass(slots=True, eq=False)
class Fault:
    """One thing that goes wrong. Without an ``answer``, the usual one comes, with ``headers``."""

    when: When
    answer: Answer | None = None
    headers: Mapping[str, str | None] = field(default_factory=dict)
    delay: float = 0.0
    cut: int | None = None
    seen: int = 0
    done: int = 0
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.when.get("seed", 0))

    def takes(self, request: Request) -> bool:
        """Whether it is this request's turn."""
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
        return is_path and is_named and request.method == self.when.get("method", request.method)

    def reply(self, answer: Answer) -> Reply:
        headers = {**answer.headers, **self.headers}
        return Reply(Answer(answer.body, answer.status, headers), self.delay, self.cut)
