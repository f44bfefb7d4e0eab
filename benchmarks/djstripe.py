"""How fast charges are written beside dj-stripe, which gets what it reads from memory.

Charges come as Stripe lists them, with the ids of their customer and balance transaction; of these
dj-stripe needs rows, and reads and writes them. Or they come with both in full, which are three
rows for either package.
"""

import gc
from collections import defaultdict
from itertools import count, product
from statistics import median
from time import perf_counter

from django.conf import settings
from django.db import connection

from stripe_django.testing import payload

from . import peers
from .charges import charge
from .writing import BATCH, write

OURS, PEER = 5_000, 100  # charges a round: dj-stripe would take minutes for as many
NAME = "dj-stripe"
ROUNDS = 3
EXPANDABLE = ("customer", "balance_transaction")
[SECRET] = settings.STRIPE_DJANGO["WEBHOOK_SECRETS"]

_numbers = count()


def new(size):
    """Charges with their customer and balance transaction in full; nobody has seen either."""
    return [_charge(next(_numbers)) for _ in range(size)]


def _charge(number):
    # Without an intent and a method, which dj-stripe would look for as well.
    made = charge(number) | {"payment_intent": None, "payment_method": None}
    settings = {"default_payment_method": None}  # dj-stripe needs the hash
    customer = payload("customer", seed=number, invoice_settings=settings, default_source=None)
    transaction = payload("balance_transaction", id=made["balance_transaction"], source=made["id"])
    return made | {"customer": customer, "balance_transaction": transaction}


def as_listed(charges):
    return [each | {key: each[key]["id"] for key in EXPANDABLE} for each in charges]


def in_full(charges):
    return charges


def changed(charges, version):
    return [each | {"description": f"state {version}"} for each in charges]


def ours(charges, version):
    """Seconds for mapping and writing them."""
    gc.freeze()  # a sync never holds that many objects at once
    start = perf_counter()
    write(charges, version, expanded=EXPANDABLE)
    seconds = perf_counter() - start
    gc.unfreeze()
    return seconds


def measure(peer):
    """Charges per second of both, a list of ``ROUNDS`` pairs for each step, and calls for each."""
    figures, calls = defaultdict(list), {}
    for _, form in product(range(ROUNDS), (as_listed, in_full)):
        mine, its = new(OURS), new(PEER)
        answers = {each[key]["id"]: each[key] for each in its for key in EXPANDABLE}
        for version, state in enumerate(["new", "present"]):
            step = f"{form.__name__}, {state}".replace("_", " ")
            seconds = ours(form(changed(mine, version)), version)
            its_seconds, calls[step] = peer.synced(form(changed(its, version)), answers)
            figures[step].append((OURS / seconds, PEER / its_seconds))
    return figures, calls


def report():
    database = connection.settings_dict["NAME"] + "_peer"
    context = peers.running(
        "benchmarks.peers.djstripe", NAME, "dj-stripe==2.11.*", database=database, secret=SECRET
    )
    try:
        with context as peer:
            show(peer.versions, *measure(peer))
    except peers.NotInstalledError as error:
        print(f"{NAME} is SKIPPED, it cannot be installed: {error}")


def show(versions, figures, calls):
    print(", ".join(f"{package} {number}" for package, number in versions.items()))
    print(f"{OURS:,} charges here, {PEER} there, batches of {BATCH}, {ROUNDS} rounds, medians")
    print(f"{'charges':20}{'here/s':>10}{'there/s':>10}{'calls':>8}{'times':>8}")
    for step, pairs in figures.items():
        here, there = (median(values) for values in zip(*pairs, strict=True))
        times = median(mine / its for mine, its in pairs)
        print(f"{step:20}{here:>10,.0f}{there:>10.1f}{calls[step]:>8.0f}{times:>8.0f}")
