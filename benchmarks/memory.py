"""What a backfill of a million objects takes: memory, and whether it is as fast at its end.

The backfill has a process of its own, of which the peak is told. The objects are balance
transactions, of which an account has the most.
"""

import json
import os
import resource
import subprocess
import sys
from itertools import pairwise
from time import perf_counter

import django
from django.db import connection

from .canned import serving

COUNT = int(os.environ.get("OBJECTS", 1_000_000))
PART = COUNT // 10


def report():
    with serving("balance_transaction", COUNT, keep=False) as server:
        found = filled(server)
    first, last = found["rates"][0], found["rates"][-1]
    print(f"{COUNT:,} balance transactions in {found['seconds']:,.0f} s")
    print(f"  peak memory of the process{found['memory']:>10,.0f} MB")
    print(f"  the first {PART:,}{first:>15,.0f}/s")
    print(f"  the last {PART:,}{last:>16,.0f}/s, {last / first:.2f} of the first")
    with connection.cursor() as cursor:
        cursor.execute("SHOW shared_buffers")
        print(f"PostgreSQL has shared_buffers of {cursor.fetchone()[0]};", end=" ")
        cursor.execute(
            "SELECT pg_size_pretty(pg_relation_size(name)), pg_size_pretty(pg_indexes_size(name))"
            " FROM (VALUES ('stripe_django_balancetransaction'::regclass)) AS of (name)"
        )
        print("the table has {}, its indexes {}.".format(*cursor.fetchone()))


def filled(server):
    """What the other process found."""
    environment = os.environ | {"PGDATABASE": connection.settings_dict["NAME"]}
    command = [sys.executable, "-m", "benchmarks.memory", server.url]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def fill(url):
    """Run the backfill in this process."""
    from stripe_django.models import BalanceTransaction
    from stripe_django.sync.backfill import engine
    from stripe_django.sync.backfill.progress import Observer, Status

    from .backfill import settings_for

    moments = [perf_counter()]

    class Watch(Observer):
        def page(self, run):
            if run.read >= PART * len(moments):
                moments.append(perf_counter())

    with settings_for(url):
        [run] = engine.run([BalanceTransaction], observer=Watch())
    assert (run.status, run.read) == (Status.DONE, COUNT), run.error
    rates = [PART / (end - start) for start, end in pairwise(moments)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts in kB
    print(json.dumps({"rates": rates, "seconds": moments[-1] - moments[0], "memory": peak}))


if __name__ == "__main__":
    django.setup()
    fill(sys.argv[1])
