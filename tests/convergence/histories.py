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
WRONG_CLOCKS = (7_200, -7_200, 36_000, -36_000)  # the same, far more than a signature may be off
WRONG_DATES = (86_400, -86_400, 3_600, -3_600, 40, -40)  # seconds by which one answer is misdated
TEST_CLOCKS = (-17_280_000, -86_400, 31_536_000)  # seconds by which one is ahead of Stripe's time
WAYS = ("apply",) * 6 + ("inbox",) * 2 + ("later",) * 3 + ("endpoint",)
A_DAY = 86_400.0
LONGEST_LAG = 8.0  # seconds
LAST = 5.0  # seconds within which the life of most objects is over


@dataclass(frozen=True)
class Change:
    """Something that happens to the object of a kind, and the arrivals of its event.

    ``at`` is in seconds after the start, like all times here. ``age`` says how old the copy of
    another object is that it brings: the number of changes of that one since. ``add`` has no
    event; of a change without arrivals nothing is told, but a read shows it.

    The project itself has made a change that is ``answered_at`` some time. The answer ``takes``
    seconds until its ``Date``, and is ``replayed`` if its request was sent again. The process of
    the first delivery is ``killed`` while it applies the ``event`` or does the ``refetch`` of that.
    """

    at: float
    kind: str
    verb: str
    state: str = "A"
    age: int | None = None
    is_old: bool = False
    arrivals: tuple[float, ...] = ()
    answered_at: float | None = None
    answer_takes: float = 0.0
    is_replayed: bool = False
    killed: str = ""

    def __str__(self) -> str:
        copy = "" if self.age is None else f" with a copy, {self.age} changes old"
        version = ", told in the older version" if self.is_old else ""
        arrivals = ", ".join(f"{each:g}" for each in self.arrivals)
        what = f"{self.at:g} {self.verb} {self.kind} {self.state}{copy}{version}"
        replayed = ", replayed" if self.is_replayed else ""
        took = f", took {self.answer_takes:g}" if self.answer_takes else ""
        answer = "" if self.answered_at is None else f"; answered {self.answered_at:g}"
        answer += f"{took}{replayed}" if answer else ""
        killed = f"; killed during the {self.killed}" if self.killed else ""
        return f"{what}; told {arrivals}{answer}{killed}"


@dataclass(frozen=True)
class Look:
    """A page, or a single object, that is read and written.

    The answer ``takes`` some seconds, its ``Date`` is ``misdated`` by others, and it shows what was
    ``lag`` seconds before. ``process`` is the one that reads, each with clocks of its own.
    """

    at: float
    kind: str
    written_at: float
    is_page: bool = True
    takes: float = 0.04
    misdated: float = 0
    process: int = 0
    lag: float = 0

    def __str__(self) -> str:
        what = "list" if self.is_page else "read"
        how = f"takes {self.takes:g}, misdated {self.misdated:+g}, by process {self.process}"
        how += f", lags {self.lag:g}" if self.lag else ""
        return f"{self.at:g} {what} {self.kind}; written {self.written_at:g}, {how}"


@dataclass(frozen=True)
class Member:
    """Members of a list, or of what a search found, that the project hands in one by one.

    They are as Stripe had them ``age`` seconds before; a search may lag.
    """

    at: float
    kind: str
    written_at: float
    age: float = 0

    def __str__(self) -> str:
        return f"{self.at:g} members {self.kind}, {self.age:g} s old; written {self.written_at:g}"


@dataclass(frozen=True)
class History:
    """``replicas`` respond to the first refetches, and are as far as that moment, if they lag."""

    seed: int
    way: str
    has_key: bool
    skew: int
    entries: tuple[Change | Look | Member, ...]
    test_clock: int = 0
    replicas: tuple[float | None, ...] = ()

    def __str__(self) -> str:
        key = "a key" if self.has_key else "no key"
        clock = f", on a test clock {self.test_clock:+} s" if self.test_clock else ""
        clock += f", refetches by replicas of {self.replicas}" if self.replicas else ""
        head = f"seed {self.seed}: by {self.way}, with {key}, clock {self.skew:+} s{clock}"
        return "\n".join([head, *(f"  {each}" for each in self.entries)])


def generate(seed: int, ways: tuple[str, ...] = WAYS) -> History:
    """The history of a seed, the same everywhere."""
    draw = Random(seed)
    cast = draw.choice(CASTS)
    life = list(_life(draw, cast))
    entries = [_told(draw, change) for change in life]
    looks = [look for _ in range(draw.choice((0, 0, 0, 1, 2))) for look in _looks(draw, life)]
    way, has_key, skew = draw.choice(ways), draw.random() < 0.7, draw.choice(SKEWS)
    more = Random(f"more {seed}")  # so that a new dimension changes none of the others
    entries = [_answered(more, entry) for entry in entries]
    entries = [_slowly_answered(Random(f"slow {seed} {entry.at}"), entry) for entry in entries]
    looks += [look for _ in range(more.choice((0, 1))) for look in _looks(more, life)]
    looks = [_misread(more, look) for look in looks]
    members = [_member(more, life) for _ in range(more.choice((0, 0, 1, 2)))]
    unseen = _unseen(Random(f"unseen {seed}"), life)
    ordered = sorted([*entries, *looks, *members, *unseen], key=lambda each: each.at)
    if way != "endpoint" and more.random() < 0.2:  # whose signatures would be out of time
        skew = more.choice(WRONG_CLOCKS)
    history = History(seed, way, has_key, skew, tuple(ordered))
    if {"customer", "subscription"} & set(cast) and more.random() < 0.4:
        history = replace(history, has_key=True, test_clock=more.choice(TEST_CLOCKS))
    history = _with_kills(Random(f"kills {seed}"), history)
    return _with_lags(Random(f"lags {seed}"), history, life)


def _with_lags(draw: Random, history: History, life: list[Change]) -> History:
    """Perhaps with lists, reads and refetches that a replica responds to, which lags."""
    entries = [
        replace(each, lag=_lag(draw)) if isinstance(each, Look) and draw.random() < 0.2 else each
        for each in history.entries
    ]
    last = life[-1].at
    replicas = tuple(
        draw.choice((None, *(round(draw.uniform(0, last), 2) for _ in range(3))))
        for _ in range(draw.choice((1, 2, 3)))
    )
    replicas = replicas if draw.random() < 0.35 else ()
    return replace(history, entries=tuple(entries), replicas=replicas)


def _lag(draw: Random) -> float:
    return round(draw.choice((draw.uniform(0.1, 1), draw.uniform(1, LONGEST_LAG))), 2)


def _with_kills(draw: Random, history: History) -> History:
    """Perhaps with processes that are killed while they hold a claim; another one takes over."""
    if history.way == "apply" or draw.random() > 0.4:
        return history
    entries = [
        replace(each, killed=draw.choice(("event", "refetch")))
        if isinstance(each, Change) and draw.random() < 0.4
        else each
        for each in history.entries
    ]
    return replace(history, has_key=True, entries=tuple(entries))


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


def _answered(draw: Random, change: Change) -> Change:
    """Perhaps a change of the project's own, whose answer is applied soon, or much later."""
    if change.verb == "add" or draw.random() > 0.15:
        return change
    delay = draw.choice((0.001, 0.05, draw.uniform(0.1, 2), 30.0))
    is_replayed = draw.random() < 0.4
    delay += draw.uniform(0, 20) if is_replayed else 0
    return replace(change, answered_at=round(change.at + delay, 3), is_replayed=is_replayed)


def _slowly_answered(draw: Random, change: Change) -> Change:
    """Stripe responds some seconds after the change; other things happen meanwhile."""
    if change.answered_at is None or change.verb == "end" or draw.random() > 0.4:
        return change
    takes = round(draw.uniform(1, 6), 2)
    answered_at = max(change.answered_at, round(change.at + takes, 2))
    return replace(change, answered_at=answered_at, answer_takes=takes)


def _unseen(draw: Random, life: list[Change]) -> list[Change | Look]:
    """Perhaps a last change that no event tells of, between the reads of two processes."""
    if draw.random() > 0.3:
        return []
    kind = draw.choice(life).kind
    at = round(life[-1].at + draw.uniform(0.5, 2), 2)
    processes = draw.sample((0, 1), 2)
    looks = [
        Look(round(each, 2), kind, round(each + draw.uniform(0.05, 2), 2), process=process)
        for each, process in zip(
            (at - draw.uniform(0.05, 0.4), at + draw.uniform(0.05, 0.4)), processes, strict=True
        )
    ]
    return [looks[0], Change(at, kind, "update", draw.choice(STATES)), looks[1]]


def _misread(draw: Random, look: Look) -> Look:
    takes = draw.choice((0.04, draw.uniform(1, 5)))
    misdated = draw.choice(WRONG_DATES) if draw.random() < 0.4 else 0
    written_at = max(look.written_at, round(look.at + takes, 2))
    return replace(
        look,
        takes=round(takes, 2),
        misdated=misdated,
        process=draw.choice((0, 1)),
        written_at=written_at,
    )


def _member(draw: Random, life: list[Change]) -> Member:
    change = draw.choice(life)
    at = change.at + draw.uniform(0, 2)
    age = draw.choice((0.0, 0.0, draw.uniform(0.1, 3)))
    written_at = at + draw.choice((0.05, 2.0, 40.0))
    return Member(round(at, 2), change.kind, round(written_at, 2), round(age, 2))


def _looks(draw: Random, life: list[Change]) -> list[Look]:
    """A look soon after a change, or two of them."""
    change = draw.choice(life)
    delay = draw.choice((0.0, 0.5, 4.0, 30.0))
    times = [change.at + draw.uniform(0, 0.4) for _ in range(draw.choice((1, 1, 2)))]
    is_page = delay > 0 or draw.random() < 0.5
    return [Look(round(at, 2), change.kind, round(at + delay, 2), is_page) for at in sorted(times)]
