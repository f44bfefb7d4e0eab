"""What the change feed costs those who write, and how fast it is read.

The same charges and deliveries are written with the setting ``CHANGE_FEED`` and without it, by
turns, so that a machine that is busy now and then is so for both.
"""

from statistics import median
from time import perf_counter

from django.conf import settings
from django.db import connection
from django.test import override_settings

from stripe_django.models import Change, Charge, NewChange
from stripe_django.sync.change_feed import changes, number_all

from . import driving
from .charges import charges
from .events import batch
from .upsert import empty
from .writing import write

COUNT = 10_000
DELIVERIES = 200
ROUNDS = 5
[SECRET] = settings.STRIPE_DJANGO["WEBHOOK_SECRETS"]
STEPS = {"created": 0, "updated": 1, "unchanged": 1}


def switched(on):
    return override_settings(STRIPE_DJANGO=settings.STRIPE_DJANGO | {"CHANGE_FEED": on})


def timed(count, step, *arguments):
    """How many a second."""
    start = perf_counter()
    step(*arguments)
    return count / (perf_counter() - start)


def measure():
    """Figures a second for each step, without and with the feed."""
    payloads = [charges(COUNT, version) for version in range(2)]
    found = {}
    for turn in range(2 * ROUNDS):
        is_on = turn % 2 == 1
        with switched(is_on):
            empty()
            for place, (name, version) in enumerate(STEPS.items()):
                rate = timed(COUNT, write, payloads[version], place)
                found.setdefault(name, ([], []))[is_on].append(rate)
            deliveries = batch("charge.succeeded", DELIVERIES, SECRET).deliveries
            rate = timed(DELIVERIES, driving.timed, "/stripe/webhook/", deliveries)
            found.setdefault("webhooks", ([], []))[is_on].append(rate)
    return found


def show(found):
    print(f"\n{'per second':14}{'without':>10}{'with':>10}{'ratio':>8}")
    for name, (without, along) in found.items():
        ratio = median(b / a for a, b in zip(without, along, strict=True))
        print(f"  {name:12}{median(without):>10,.0f}{median(along):>10,.0f}{ratio:>8.2f}")


def report():
    driving.timed("/stripe/webhook/", batch("charge.succeeded", 20, SECRET).deliveries)
    show(measure())
    with switched(True):
        waiting = NewChange.objects.count()
        print(f"\nnumbered: {timed(waiting, number_all, connection.alias):,.0f} a second")
        rows = Charge.objects.count()
        print(f"all rows read: {timed(rows, list, changes(objects=['charge'])):,.0f} a second")
        token = next(changes(objects=["charge"])).cursor.partition(":")[0]
        count = Change.objects.filter(object_name="charge").count()
        rate = timed(count, list, changes(f"{token}:0", objects=["charge"]))
        print(f"changes read: {rate:,.0f} a second")
