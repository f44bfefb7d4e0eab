"""What histories have in common with those that are hard, counted from what was told."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from statistics import median

from .calls import ALL, Call
from .excuses import is_excused
from .histories import Change, Look, Member
from .playing import Play

WANTED = {
    "two events in one second": 0.5,
    "A→B→A": 0.1,
    "A→B→C→A": 0.1,
    "deleted and made again": 0.1,
    "a stale copy": 0.1,
    "a clock 5 s ahead or behind": 0.1,
    "two API versions": 0.1,
    "own writes": 0.1,
    "replayed answers": 0.1,
    "members of lists": 0.1,
    "members that lag": 0.1,
    "reads of two processes": 0.1,
    "wrong dates": 0.1,
    "a clock hours ahead or behind": 0.1,
    "reads that take seconds": 0.1,
    "test clocks": 0.1,
    "a process that is killed": 0.1,
    "answers that take seconds": 0.1,
    "a change without an event": 0.1,
    "a list or read that lags": 0.1,
    "a refetch that lags": 0.1,
}
OF_CALLS = dict.fromkeys(
    (
        *("a single response", "a page", "a deletion", "a creation", "a replayed response"),
        *("a search that lags", "a response that is lost", "a request without any response"),
        *("a transaction that is rolled back", "a transaction that is committed"),
        *("requests of two processes at once", "a response that is written late"),
        *("a change that only a response tells",),
    ),
    0.1,
)
MEDIAN = 6  # events


class Shares:
    """How many histories have what."""

    def __init__(self, wanted: Mapping[str, float] = WANTED) -> None:
        self.wanted = wanted
        self.events: list[int] = []
        self.counts: Counter[str] = Counter()

    def add(self, play: Play) -> None:
        self.events.append(len(play.life.told))
        self.counts.update(set(_marks(play)))

    def missing(self) -> list[str]:
        """Which of the shares that are wanted were not reached."""
        least = {name: share * len(self.events) for name, share in self.wanted.items()}
        short = [name for name, count in least.items() if self.counts[name] < count]
        return short + ["events"] * (median(self.events) < MEDIAN)

    def __str__(self) -> str:
        total = len(self.events)
        shares = (f"{name} {count / total:.0%}" for name, count in self.counts.most_common())
        return f"{total} histories, median {median(self.events):g} events: {', '.join(shares)}"


def _marks(play: Play):
    told = play.life.told
    for kind in {each.kind for each in told}:
        yield from _marks_of([each for each in told if each.kind == kind])
    if play.life.stale_copies:
        yield "a stale copy"
    if abs(play.history.skew) == 5:
        yield "a clock 5 s ahead or behind"
    elif play.history.skew:
        yield "a clock hours ahead or behind"
    if play.history.test_clock:
        yield "test clocks"
    yield from _marks_of_time(play)
    yield from _marks_of_lags(play)
    if len({each.is_old for each in told}) == 2:
        yield "two API versions"
    if play.history.has_key:
        yield "a key"
    if play.has_looks:
        yield "pages and reads"


def _marks_of_time(play: Play):
    """The marks of what says when it was true, or does not."""
    entries = play.history.entries
    for each in entries:
        if isinstance(each, Change) and each.verb != "add" and not each.arrivals:
            yield "a change without an event"
        if isinstance(each, Change) and each.killed:
            yield "a process that is killed"
        if isinstance(each, Change) and each.answered_at is not None:
            yield "own writes"
            if each.answer_takes:
                yield "answers that take seconds"
            if each.is_replayed:
                yield "replayed answers"
        if isinstance(each, Member):
            yield "members of lists"
            if each.age:
                yield "members that lag"
        if isinstance(each, Look):
            if each.misdated:
                yield "wrong dates"
            if each.takes > 1:
                yield "reads that take seconds"
        if isinstance(each, Call):
            yield from _marks_of_call(each)
    if len({each.process for each in entries if isinstance(each, Look)}) == 2:
        yield "reads of two processes"
    calls = [each for each in entries if isinstance(each, Call)]
    if any(one.overlaps(other) for one in calls for other in calls):
        yield "requests of two processes at once"


def _marks_of_call(call: Call) -> Iterator[str]:
    names = {"delete": "a deletion", "create": "a creation", "list": "a page"}
    yield names.get(call.verb, "a search that lags" if call.lag else "a single response")
    if call.transaction:
        yield f"a transaction that is {call.transaction}"
    if call.again:
        yield "a replayed response"
    if call.lost:
        yield "a request without any response" if call.lost == ALL else "a response that is lost"
    if call.delay:
        yield "a response that is written late"
    if not call.is_read and not call.arrivals:
        yield "a change that only a response tells"


def _marks_of_lags(play: Play):
    """The marks of what was older than its request, and what no rule notices of that."""
    for each in play.fake.stale:
        yield "a refetch that lags" if each.reason else "a list or read that lags"
    for rows in play.tables():
        for row in rows:
            if is_excused(play, row.stripe.object_name, row):
                yield "a lag that nothing shows"


def _marks_of(told):
    """The marks of one object's events."""
    for _, group in groupby(told, key=lambda each: each.second):
        second = list(group)
        if len(second) > 1:
            yield "two events in one second"
        states = "".join(each.event["data"]["object"]["metadata"]["state"] for each in second)
        if any(a == c != b for a, b, c in zip(states, states[1:], states[2:], strict=False)):
            yield "A→B→A"
        if any(
            a == d and len({a, b, c}) == 3
            for a, b, c, d in zip(states, states[1:], states[2:], states[3:], strict=False)
        ):
            yield "A→B→C→A"
        yield from _rebirth(second, " in one second")
    yield from _rebirth(told, "")


def _rebirth(told, when):
    types = [each.type.rpartition(".")[2] for each in told]
    if "deleted" in types and "created" in types[types.index("deleted") :]:
        yield f"deleted and made again{when}"
