"""How fast events are taken in, beside the least that an endpoint can do, and beside dj-stripe.

All get the same signed events through Django's test client, in turn, so that a machine that is
busy now and then is so for each of them. dj-stripe's calls of Stripe's API are answered from
memory: the best case for it.
"""

from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.metadata import version
from statistics import median, quantiles

from django.conf import settings
from django.db import connection

from stripe_django.models import InboxEvent, PendingRead

from . import driving, peers
from .events import CUSTOMERS, OBJECTS, batch

COUNT = CUSTOMERS  # so that no customer has two events in one round
COUNTED = 20
ROUNDS = 5
[SECRET] = settings.STRIPE_DJANGO["WEBHOOK_SECRETS"]
OURS, FLOOR, PEER = "stripe_django", "insert only", "dj-stripe"


@dataclass
class View:
    """A view of this process."""

    name: str
    url: str

    def timed(self, batch):
        return driving.timed(self.url, batch.deliveries)

    def counted(self, batch):
        return driving.counted(self.url, batch.deliveries), 0


@dataclass
class Figures:
    """What was measured of one side: a figure a round."""

    statements: float
    calls: float
    rates: list[float] = field(default_factory=list)
    middles: list[float] = field(default_factory=list)
    slowest: list[float] = field(default_factory=list)

    def note(self, seconds):
        self.rates.append(len(seconds) / sum(seconds))
        self.middles.append(1000 * median(seconds))
        self.slowest.append(1000 * quantiles(seconds, n=20)[-1])

    def times(self, other):
        """How often this is as fast as another one, in the same round."""
        return median(mine / its for mine, its in zip(self.rates, other.rates, strict=True))

    def __str__(self):
        return (
            f"{median(self.rates):>10,.0f}{median(self.middles):>9.2f}{median(self.slowest):>9.2f}"
            f"{self.statements:>12.0f}{self.calls:>7.0f}"
        )


def measure(event_type, sides):
    """The figures of each side, by its name."""
    found = {
        side.name: Figures(*side.counted(batch(event_type, COUNTED, SECRET))) for side in sides
    }
    for _ in range(ROUNDS):
        events = batch(event_type, COUNT, SECRET)
        for side in sides:
            found[side.name].note(side.timed(events))
    return found


def warm_up(sides):
    """Have all customers there, and everything loaded that the first events load."""
    for event_type in ("customer.updated", "charge.succeeded"):
        events = batch(event_type, COUNT, SECRET)
        for side in sides:
            side.timed(events)


def show(event_type, found):
    print(
        f"\n{event_type:14}{'events/s':>14}{'p50 ms':>9}{'p95 ms':>9}{'statements':>12}{'calls':>7}"
    )
    for name, figures in found.items():
        print(f"  {name:16}{figures}")
    for name, other in found.items():
        if name != OURS:
            print(f"  {OURS} is {found[OURS].times(other):.2f} times as fast as {name}")


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
        sides = [View(OURS, "/stripe/webhook/"), View(FLOOR, "/insert-only/"), *found]
        print(f"{OURS} {version(OURS)}: stripe {version('stripe')}")
        for each in found:
            print(f"{each.name} {each.versions.pop(each.name)}: {spelled(each.versions)}")
        print(f"{COUNT} events a round, {ROUNDS} rounds, medians")
        warm_up(sides)
        for event_type in OBJECTS:
            show(event_type, measure(event_type, sides))
    assert not InboxEvent.objects.exclude(status=InboxEvent.Status.APPLIED).exists()
    assert not PendingRead.objects.exists()


def spelled(versions):
    return ", ".join(f"{package} {number}" for package, number in versions.items())
