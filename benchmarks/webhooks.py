"""How fast events are taken in, beside the least that an endpoint can do, and beside dj-stripe.

All get signed events through Django's test client, in turn, so that a machine that is busy now and
then is so for each of them. dj-stripe's calls of Stripe's API are answered from memory: the best
case for it.
"""

import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import product
from statistics import median, quantiles

from django.conf import settings
from django.db import connection
from django.test import override_settings

from stripe_django.models import InboxEvent, PendingRead

from . import driving, peers
from .events import CUSTOMERS, OBJECTS, batch

COUNT = CUSTOMERS  # so that no customer has two events in one round
COUNTED = 20
ROUNDS = 5
LONG = 20 * COUNT  # for what takes a moment until it is all there
PATIENCE = 60  # seconds
[SECRET] = settings.STRIPE_DJANGO["WEBHOOK_SECRETS"]
OURS, STEPS, LATER = "stripe_django", "... by steps", "... later"
FLOOR, PEER = "insert only", "dj-stripe"


@dataclass
class View:
    """A view of this process."""

    name: str
    url: str
    options: dict[str, object] = field(default_factory=dict)
    size: int = COUNT

    def timed(self, batch):
        """How long each delivery took, and all of them."""
        with self.configured():
            seconds = driving.timed(self.url, batch.deliveries)
        return seconds, sum(seconds)

    def counted(self, batch):
        with self.configured():
            return driving.counted(self.url, batch.deliveries), 0

    def configured(self):
        return override_settings(STRIPE_DJANGO=settings.STRIPE_DJANGO | self.options)


@dataclass
class Later(View):
    """The same where another process applies the events; it takes until that is done."""

    size: int = LONG

    def timed(self, batch):
        start = time.perf_counter()
        with self.configured():
            seconds = driving.timed(self.url, batch.deliveries)
        while InboxEvent.objects.exclude(next_attempt_at=None).exists():
            assert time.perf_counter() < start + PATIENCE
            time.sleep(0.005)
        return seconds, time.perf_counter() - start


@contextmanager
def applying():
    """Another process that applies what is left to it."""
    command = [sys.executable, "-m", "benchmarks.applying", connection.settings_dict["NAME"]]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


class PeerSide:
    """Another package, which is asked in its own process."""

    size = COUNT

    def __init__(self, peer):
        self.name, self.counted, self._peer = peer.name, peer.counted, peer

    def timed(self, batch):
        seconds = self._peer.timed(batch)
        return seconds, sum(seconds)


@dataclass
class Figures:
    """What was measured of one side: a rate a round, and how long each delivery took."""

    statements: float
    calls: float
    rates: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def note(self, seconds, whole):
        self.rates.append(len(seconds) / whole)
        self.seconds += seconds

    def times(self, other):
        """How often this is as fast as another one, in the same round."""
        return median(mine / its for mine, its in zip(self.rates, other.rates, strict=True))

    def __str__(self):
        centiles = [1000 * each for each in quantiles(self.seconds, n=100)]
        middle, slow, slowest = (centiles[each - 1] for each in (50, 95, 99))
        return (
            f"{median(self.rates):>10,.0f}{middle:>9.2f}{slow:>9.2f}{slowest:>9.2f}"
            f"{slowest / middle:>9.1f}{self.statements:>12.0f}{self.calls:>7.0f}"
        )


def measure(event_type, sides):
    """The figures of each side, by its name."""
    found = {
        side.name: Figures(*side.counted(batch(event_type, COUNTED, SECRET))) for side in sides
    }
    for _ in range(ROUNDS):
        for side in sides:
            found[side.name].note(*timed(side, event_type))
    return found


def timed(side, event_type):
    """The same for new events, which no side has seen."""
    return side.timed(batch(event_type, side.size, SECRET))


def warm_up(sides):
    """Have all customers there, and everything loaded that the first events load."""
    for event_type in ("customer.updated", "charge.succeeded"):
        for side in sides:
            timed(side, event_type)


def show(event_type, found):
    print(
        f"\n{event_type:17}{'events/s':>11}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'p99/p50':>9}"
        f"{'statements':>12}{'calls':>7}"
    )
    for name, figures in found.items():
        print(f"  {name:16}{figures}")
    for mine, (name, other) in product((OURS, STEPS, LATER), found.items()):
        if name in (FLOOR, PEER):
            print(f"  {mine} is {found[mine].times(other):.2f} times as fast as {name}")


def peer(stack):
    """dj-stripe, where it can be had."""
    database = connection.settings_dict["NAME"] + "_peer"
    context = peers.running(
        "benchmarks.peers.djstripe", PEER, "dj-stripe==2.11.*", database=database, secret=SECRET
    )
    try:
        return [stack.enter_context(context)]
    except peers.NotInstalledError as error:
        print(f"{PEER} is SKIPPED, it cannot be installed: {error}")
        return []


def report():
    with ExitStack() as stack:
        found = peer(stack)
        stack.enter_context(applying())
        url = "/stripe/webhook/"
        mine = [
            View(OURS, url),
            View(STEPS, url, {"SINGLE_STATEMENT": ""}),
            Later(LATER, url, {"APPLY_LATER": True}),
            View(FLOOR, "/insert-only/"),
        ]
        sides = [*mine, *map(PeerSide, found)]
        print(f"{OURS} {version(OURS)}: stripe {version('stripe')}")
        for each in found:
            print(f"{each.name} {each.versions.pop(each.name)}: {spelled(each.versions)}")
        print(f"{COUNT} events a round, of {LATER!r} {LONG}, {ROUNDS} rounds, medians")
        warm_up(sides)
        for event_type in OBJECTS:
            show(event_type, measure(event_type, sides))
    assert not InboxEvent.objects.exclude(status=InboxEvent.Status.APPLIED).exists()
    assert not PendingRead.objects.exists()


def spelled(versions):
    return ", ".join(f"{package} {number}" for package, number in versions.items())
