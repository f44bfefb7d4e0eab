"""Requests of the project's own, sent by ``client``, in histories of other things."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from . import histories
from .histories import Change, History, Look
from .kinds import KINDS, STATES

CREATED = ("coupon", "plan")  # with ids that the project chooses
DELETED = ("coupon", "customer", "plan", "subscription")
SEARCHED = ("customer", "subscription")
ALL = 9  # more responses than the SDK sends requests
READS = ("list", "retrieve", "search")


@dataclass(frozen=True)
class Call:
    """A request that the project sends. ``at`` is in seconds after the start of the history.

    Stripe ``takes`` some seconds for it, and the process some more, the ``delay``, to write the
    response, in a ``transaction`` that is "committed" or "rolled back". Of a change, the first
    responses may be ``lost``: the SDK sends it again. The project does so ``again`` after some
    seconds, with the same idempotency key. ``arrivals`` of its event are in seconds after it.
    ``lag`` is that of a search.
    """

    at: float
    kind: str
    verb: str
    state: str = "A"
    takes: float = 0.04
    delay: float = 0
    process: int = 0
    transaction: str = ""
    lost: int = 0
    again: tuple[float, ...] = ()
    arrivals: tuple[float, ...] = ()
    lag: float = 0

    def __str__(self) -> str:
        what = f"{self.at:g} client: {self.verb} {self.kind} {self.state}, by process"
        found = [f"{what} {self.process}, takes {self.takes:g}, written {self.delay:g} later"]
        if self.transaction:
            found.append(f"in a transaction that is {self.transaction}")
        if self.lost:
            found.append(f"{self.lost} responses lost")
        if self.again:
            found.append(f"sent again after {', '.join(f'{each:g}' for each in self.again)}")
        if self.lag:
            found.append(f"lags {self.lag:g}")
        arrivals = ", ".join(f"+{each:g}" for each in self.arrivals)
        return f"{', '.join(found)}; told {arrivals}"

    def overlaps(self, other: "Call") -> bool:
        """Whether another process sends a request about the object at the same time."""
        is_later = self.at <= other.at <= self.at + self.takes + self.delay
        return self.kind == other.kind and self.process != other.process and is_later

    @property
    def is_read(self) -> bool:
        return self.verb in READS


def generate(seed: int) -> History:
    """The history of a seed, the same everywhere, with a key, and without reads that lag."""
    base = histories.generate(seed)
    draw = Random(f"calls {seed}")
    life = [each for each in base.entries if isinstance(each, Change)]
    others = [replace(each, lag=0) if isinstance(each, Look) else each for each in base.entries]
    calls = [call for _ in range(draw.choice((1, 2, 2, 3))) for call in _calls(draw, life)]
    entries = sorted([*others, *calls], key=lambda each: each.at)
    return replace(base, has_key=True, entries=tuple(entries), replicas=())


def _calls(draw: Random, life: list[Change]) -> Iterator[Call]:
    """One request, or those of two processes at the same time."""
    change = draw.choice(life)
    first = _call(draw, change.kind, max(change.at + draw.uniform(-0.3, 2), 0.1))
    yield first
    if draw.random() < 0.4:
        at = first.at + draw.uniform(0, first.takes + 0.3)
        yield replace(_call(draw, change.kind, at), process=1 - first.process)


def _call(draw: Random, kind: str, at: float) -> Call:
    verbs = ["update"] * 5 + ["list", "retrieve"]
    verbs += ["create"] * 2 * (kind in CREATED) + ["delete"] * (kind in DELETED)
    verb = draw.choice(verbs + ["search"] * 4 * (kind in SEARCHED))
    call = Call(
        round(at, 2),
        kind,
        verb,
        draw.choice(STATES),
        takes=round(draw.choice((0.04, 0.04, draw.uniform(0.5, 4))), 2),
        delay=round(draw.choice((0, 0, draw.uniform(0.05, 1), draw.uniform(1, 8))), 2),
        process=draw.choice((0, 1)),
        lag=round(draw.uniform(0, 8), 2) if verb == "search" else 0,
    )
    return call if call.is_read else _changing(draw, call)


def _changing(draw: Random, call: Call) -> Call:
    """How a change ends, and what is told of it: often nothing but its response."""
    arrivals = [draw.choice((draw.uniform(0.02, 3), draw.uniform(5, 90)))]
    lost = draw.choice((0, 0, 0, 1, ALL))
    is_told = draw.random() < 0.4 or (lost and call.verb == "create")  # whose id nobody knows
    again = [draw.uniform(0.5, 20)] if draw.random() < 0.3 and call.verb != "delete" else []
    return replace(
        call,
        transaction=draw.choice(("", "", "committed", "rolled back")),
        lost=lost,
        again=tuple(round(each, 2) for each in again),
        arrivals=tuple(round(each, 2) for each in arrivals) if is_told else (),
    )


assert {*CREATED, *DELETED, *SEARCHED} <= KINDS.keys()
