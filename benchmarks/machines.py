"""How much faster two processes read a run than one, and whether they keep one rate limit.

The server answers each request after 100 ms, and each process has one worker, so that neither the
processor nor the database is the limit. Then a server that allows 25 requests a second, and two
processes that share this rate through Redis alone: each has its own directory for temporary files,
as two machines have. Without the cache, the same two do not know of each other.

``python -m benchmarks.machines DATABASE SETTINGS`` is one of the processes: it says when it is
ready, begins when it is told, and takes part until the run has ended.
"""

import json
import os
import sys
import tempfile
from contextlib import ExitStack
from statistics import median
from subprocess import PIPE, Popen

import django
from django.test.utils import override_settings

from .canned import LATENCY, LIVE, SANDBOX, WARMING_UP, seconds, serving, use_of

COUNT = 24_000
LIMITED = 20_000
ROUNDS = 3
WORKERS = 1
REDIS = {
    "BACKEND": "django.core.cache.backends.redis.RedisCache",
    "LOCATION": os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/15"),
}


def take_part(database, given):
    from django.conf import settings

    from stripe_django.sync.runs import work

    settings.DATABASES["default"]["NAME"] = database
    settings.CACHES = {**settings.CACHES, "shared": REDIS}
    settings.STRIPE_DJANGO = json.loads(given)
    print("ready", flush=True)
    sys.stdin.readline()
    work.work()


def started(stack, database, given):
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    return stack.enter_context(
        Popen(
            [sys.executable, "-m", "benchmarks.machines", database, json.dumps(given)],
            env=os.environ | {"TMPDIR": folder},
            stdin=PIPE,
            stdout=PIPE,
            text=True,
        )
    )


def read_by(processes, count, **given):
    """What the server counted while so many processes read all charges; the run has to be done."""
    from django.db import connection

    from stripe_django.models import Charge, SyncRun
    from stripe_django.sync import incremental

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {Charge._meta.db_table}")
    limit = given.get("RATE_LIMIT", 0)
    with serving("charge", count, per_second=limit) as server, ExitStack() as stack:
        own = {"API_KEY": "sk_test_of_the_benchmark", "API_BASE": server.url, **given}
        database = connection.settings_dict["NAME"]
        crew = [started(stack, database, own) for _ in range(processes)]
        for each in crew:
            assert each.stdout.readline() == "ready\n"
        with override_settings(STRIPE_DJANGO=own, CACHES={"default": REDIS, "shared": REDIS}):
            incremental.enqueue(incremental.SyncRequest((Charge,), full=True, anew=True))
        for each in crew:
            each.stdin.write("go\n")
            each.stdin.flush()
        for each in crew:
            assert each.wait() == 0
        counts = server.counts()
    assert (SyncRun.objects.latest("pk").status, Charge.objects.count()) == ("done", count)
    return counts


def report():
    print(f"{COUNT:,} charges, {LATENCY * 1000:.0f} ms for each answer,", end=" ")
    print(f"{WORKERS} worker in each process, {ROUNDS} rounds, medians")
    rates = {}
    for _ in range(ROUNDS):
        for processes in (1, 2):
            took = seconds(read_by(processes, COUNT, WORKERS=WORKERS, RATE_LIMIT=0))
            rates.setdefault(processes, []).append(COUNT / took)
    for processes, found in rates.items():
        print(f"  {processes} at a time {median(found):>10,.0f} charges/s")
    gains = [two / one for one, two in zip(rates[1], rates[2], strict=True)]
    print(f"  two have {median(gains):.2f} times the speed of one")
    for limit, name, cache in (
        (SANDBOX, "RATE_CACHE", "shared"),
        (SANDBOX, "no RATE_CACHE", ""),
        (LIVE, "RATE_CACHE", "shared"),
    ):
        counts = read_by(2, LIMITED, WORKERS=8, RATE_LIMIT=limit, RATE_CACHE=cache)
        used, late = use_of(limit, counts)
        print(f"{LIMITED:,} charges, two processes, {name}, {limit} requests a second at most:")
        print(f"  {used:.1%} of these were used, {late} requests refused", end=" ")
        print(f"after the first {WARMING_UP} seconds")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    django.setup()
    take_part(*sys.argv[1:])
