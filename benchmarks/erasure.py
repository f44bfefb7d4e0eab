"""What an erased customer costs those who write, and how long it takes to erase one.

The same charges are written with an erased customer and without one, by turns. The customer who is
erased has ``CHARGES`` charges.
"""

import os
import resource
from itertools import pairwise
from statistics import median
from time import perf_counter

from stripe_django import sync
from stripe_django.models import Charge, ErasedObject, Home

from .change_feed import timed
from .charges import charge, charges
from .upsert import empty
from .writing import batches, write

COUNT = int(os.environ.get("OBJECTS", 10_000))
CHARGES = int(os.environ.get("CHARGES", 50_000))
ROUNDS = 3
STEPS = {"created": 0, "updated": 1, "unchanged": 1}
CUSTOMER = "cus_of_all_these_charges"


def writing():
    """Charges a second for each step, without and with an erased customer."""
    payloads = [charges(COUNT, version) for version in range(2)]
    found = {}
    for turn in range(2 * ROUNDS):
        is_on = turn % 2 == 1
        sync.erase("cus_nobody", force=True) if is_on else sync.lift_erasure("cus_nobody")
        empty()
        for place, (name, version) in enumerate(STEPS.items()):
            rate = timed(COUNT, write, payloads[version], place)
            found.setdefault(name, ([], []))[is_on].append(rate)
    sync.lift_erasure("cus_nobody")
    return found


def show(found):
    print(f"\n{'per second':14}{'without':>10}{'with':>10}{'ratio':>8}")
    for name, (without, along) in found.items():
        ratio = median(b / a for a, b in zip(without, along, strict=True))
        print(f"  {name:12}{median(without):>10,.0f}{median(along):>10,.0f}{ratio:>8.2f}")


def erasing():
    empty()
    for batch in batches(range(CHARGES)):
        write([{**charge(number), "customer": CUSTOMER} for number in batch], 0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    times = [perf_counter()]

    def note(name, rows):
        times.append(perf_counter())

    report = sync.erase(CUSTOMER, progress=note)
    seconds = times[-1] - times[0]
    longest = max(b - a for a, b in pairwise(times))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"\n{report.rows.total():,} rows of a customer erased in {seconds:,.0f} s")
    print(f"  rows a second{report.rows.total() / seconds:>16,.0f}")
    print(f"  the longest batch{longest:>12,.2f} s")
    print(f"  more memory at its peak{(after - before) / 1024:>6,.0f} MB")
    print(f"  hashes that stay{ErasedObject.objects.count():>13,}")
    assert not Charge.objects.exclude(receipt_url=None).exists()


def report():
    Home.objects.get_or_create(defaults={"livemode": False})
    show(writing())
    erasing()
