"""Histories: what happens to objects at Stripe, when this is told, and when somebody looks."""

from dataclasses import dataclass, replace
from random import Random

from .kinds import KINDS, STATES

CASTS = (
    ("coupon",),
    ("plan",),
    ("customer",),
    ("coupon", "promotion_code"),
    ("plan", "subscription"),
    ("plan", "subscription"),
    ("coupon", "plan", "promotion_code", "subscription"),
)
SKEWS = (0, 0, 0, 5, -5)  # seconds by which the clock here is ahead of Stripe's
WAYS = ("apply",) * 6 + ("inbox",) * 2 + ("later",) * 3 + ("endpoint",)
A_DAY = 86_400.0
LAST = 5.0  # seconds within which the life of most objects is over


@dataclass(frozen=True)
class Change:
    """Something that happens to the object of a kind, and the arrivals of its event.

    ``at`` is in seconds after the start, like all times here. ``age`` says how old the copy of
    another object is that it brings: the number of changes of that one since. ``add`` has no
    event.
    """

    at: float
    kind: str
    verb: str
    state: str = "A"
    age: int | None = None
    is_old: bool = False
    arrivals: tuple[float, ...] = ()

    def __str__(self) -> str:
        copy = "" if self.age is None else f" with a copy, {self.age} changes old"
        version = ", told in the older version" if self.is_old else ""
        arrivals = ", ".join(f"{each:g}" for each in self.arrivals)
        return f"{self.at:g} {self.verb} {self.kind} {self.state}{copy}{version}; told {arrivals}"


@dataclass(frozen=True)
class Look:
    """A page, or a single object, that is read and written."""

    at: float
    kind: str
    written_at: float
    is_page: bool = True

    def __str__(self) -> str:
        what = "list" if self.is_page else "read"
        return f"{self.at:g} {what} {self.kind}; written {self.written_at:g}"


@dataclass(frozen=True)
class History:
    seed: int
    way: str
    has_key: bool
    skew: int
    entries: tuple[Change | Look, ...]

    def __str__(self) -> str:
        key = "a key" if self.has_key else "no key"
        head = f"seed {self.seed}: by {self.way}, with {key}, clock {self.skew:+} s"
        return "\n".join([head, *(f"  {each}" for each in self.entries)])


def generate(seed: int, ways: tuple[str, ...] = WAYS) -> History:
    """The history of a seed, the same everywhere."""
    draw = Random(seed)
    cast = draw.choice(CASTS)
    life = list(_life(draw, cast))
    entries = [_told(draw, change) for change in life]
    looks = [look for _ in range(draw.choice((0, 0, 0, 1, 2))) for look in _looks(draw, life)]
    ordered = sorted([*entries, *looks], key=lambda each: each.at)
    return History(seed, draw.choice(ways), draw.random() < 0.7, draw.choice(SKEWS), tuple(ordered))


def _life(draw: Random, cast: tuple[str, ...]):
    """Changes, one scene after the other."""
    now = draw.random()
    has_versions = draw.random() < 0.4
    beginnings = [Change(0, kind, draw.choice(("add", "create", "create"))) for kind in cast]
    for scene in [beginnings, *(_scene(draw, cast) for _ in range(draw.choice((1, 2, 2, 2, 3))))]:
        is_quick = draw.random() < 0.7
        for change in scene:
            is_old = has_versions and draw.random() < 0.4
            yield replace(change, at=round(now, 2), is_old=is_old)
            now += draw.uniform(0.01, 0.1 if is_quick else 1.5)
        now = _next_scene(draw, now)


def _next_scene(draw: Random, now: float) -> float:
    """Within the same second, at the beginning of the next, or later."""
    return now if draw.random() < 0.3 else int(now) + draw.choice((1.0, 1.2, 1.5, 3.0))


def _scene(draw: Random, cast: tuple[str, ...]) -> list[Change]:
    kind = draw.choice(cast)
    if KINDS[kind].holds and draw.random() < 0.6:
        return _copies(draw, kind)
    return draw.choice((_walk, _toggle, _cycle, _rebirth))(draw, kind)


def _updates(kind: str, states: str) -> list[Change]:
    return [Change(0, kind, "update", state) for state in states]


def _walk(draw: Random, kind: str) -> list[Change]:
    ending = [Change(0, kind, "end", draw.choice(STATES))] if draw.random() < 0.2 else []
    return _updates(kind, "".join(draw.choices(STATES, k=draw.choice((1, 2, 3))))) + ending


def _toggle(draw: Random, kind: str) -> list[Change]:
    one, other = draw.sample(STATES, 2)
    return _updates(kind, one + other + one)


def _cycle(draw: Random, kind: str) -> list[Change]:
    states = "".join(draw.sample(STATES, 3))
    return _updates(kind, states + states[0])


def _rebirth(draw: Random, kind: str) -> list[Change]:
    """Deleted and made again, once or twice, perhaps as it was before."""
    state = draw.choice(STATES)
    again = [Change(0, kind, "end"), Change(0, kind, "create", state)]
    return _updates(kind, state) + again * draw.choice((1, 1, 2))


def _copies(draw: Random, kind: str) -> list[Change]:
    """Changes of an object with a copy of another one inside, which changes meanwhile."""
    ages = [draw.choice((0, 1, 1, 2, 5)) for _ in range(2)]
    states = draw.sample(STATES, 2)
    other = Change(0, KINDS[kind].holds, draw.choice(("update", "update", "end")), states[1])
    first, last = (
        Change(0, kind, "update", state, age) for state, age in zip(states, ages, strict=True)
    )
    return [first, other, last]


def _told(draw: Random, change: Change) -> Change:
    """The change with arrivals: at once, late, after all others; some of them several times."""
    times = draw.choice((1, 1, 1, 1, 1, 2, 3))
    delays = (
        draw.choice((draw.uniform(0.02, 0.4), draw.uniform(0.5, 3), draw.uniform(5, 30), A_DAY))
        for _ in range(times)
    )
    return replace(change, arrivals=tuple(sorted(round(change.at + each, 2) for each in delays)))


def _looks(draw: Random, life: list[Change]) -> list[Look]:
    """A look soon after a change, or two of them."""
    change = draw.choice(life)
    delay = draw.choice((0.0, 0.5, 4.0, 30.0))
    times = [change.at + draw.uniform(0, 0.4) for _ in range(draw.choice((1, 1, 2)))]
    is_page = delay > 0 or draw.random() < 0.5
    return [Look(round(at, 2), change.kind, round(at + delay, 2), is_page) for at in sorted(times)]
