"""How much of Stripe's speed, and of the database's, a whole backfill reaches.

A server in a process of its own lists charges and answers each request after 100 ms. Measured in
turn: fetching them with as many workers as a backfill has and doing nothing with them; writing
pages that were fetched before; and a backfill, which does both. Then one with a server that allows
25 requests a second, as a sandbox does, and one that allows 100, as for a live account.
"""

from concurrent.futures import ThreadPoolExecutor
from statistics import median
from time import perf_counter, process_time

from django.db import connection
from django.test.utils import override_settings

from stripe_django.api.client import Client
from stripe_django.models import Charge
from stripe_django.sync.backfill import engine
from stripe_django.sync.backfill.progress import Status
from stripe_django.sync.ingest import PageWriter
from stripe_django.sync.mapping.identity import HomeAccount
from stripe_django.sync.writer.report import Report

from .canned import LATENCY, LIVE, SANDBOX, WARMING_UP, serving, use_of
from .charges import START

COUNT = 20_000
LIMITED = 50_000  # with a limit, which takes a while to reach
ROUNDS = 3
WORKERS = 8


def settings_for(url, **more):
    own = {"API_KEY": "sk_test_of_the_benchmark", "API_BASE": url}
    return override_settings(STRIPE_DJANGO={**own, **more})


def empty():
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {Charge._meta.db_table}")


def fetched(count):
    """The pages of all charges, each worker's own part of the time in which they were made."""
    client, size = Client(), -(-count // WORKERS)

    def part(first):
        created = {"gte": START + first, "lt": START + first + size}
        return list(client.pages("/v1/charges", {"created": created}))

    with ThreadPoolExecutor(WORKERS) as pool:
        return [page for pages in pool.map(part, range(0, count, size)) for page in pages]


def write(pages):
    report = Report()
    writer = PageWriter(Client(), "default", "", HomeAccount(livemode=False))
    for page in pages:
        writer.write(page, report)
    assert not report.failures


def whole():
    [done] = engine.run([Charge])
    assert (done.status, done.read) == (Status.DONE, Charge.objects.count()), done.error


def timed(figures, name, step, *given):
    """Append the charges a second, and the µs of this process's own CPU time for a charge."""
    start, cpu = perf_counter(), process_time()
    found = step(*given)
    cpu, elapsed = process_time() - cpu, perf_counter() - start
    figures.setdefault(name, []).append((COUNT / elapsed, cpu / COUNT * 1e6))
    return found


def rates(figures, name):
    return [rate for rate, _ in figures[name]]


def without_a_limit():
    figures = {}
    with serving("charge", COUNT) as server, settings_for(server.url):
        for _ in range(ROUNDS):
            pages = timed(figures, "fetching only", fetched, COUNT)
            empty()
            timed(figures, "writing only", write, pages)
            empty()
            timed(figures, "backfill", whole)
    return figures


def with_a_limit(limit):
    """The use of a limit in each round."""
    found = []
    for _ in range(ROUNDS):
        empty()
        with (
            serving("charge", LIMITED, per_second=limit) as server,
            settings_for(server.url, RATE_LIMIT=limit),
        ):
            whole()
            found.append(use_of(limit, server.counts()))
    return found


def report():
    print(
        f"{COUNT:,} charges, {LATENCY * 1000:.0f} ms for each answer, {WORKERS} workers,", end=" "
    )
    print(f"{ROUNDS} rounds, medians")
    figures = without_a_limit()
    for name, measured in figures.items():
        rate, cpu = (median(values) for values in zip(*measured, strict=True))
        print(f"  {name:16}{rate:>10,.0f} charges/s{cpu:>8,.0f} µs of client CPU a charge")
    slower = map(min, rates(figures, "fetching only"), rates(figures, "writing only"))
    whole_ones = rates(figures, "backfill")
    ratios = [rate / limit for rate, limit in zip(whole_ones, slower, strict=True)]
    print(f"  a backfill has {median(ratios):.2f} of the slower of the two")
    for limit in (SANDBOX, LIVE):
        used, late = zip(*with_a_limit(limit), strict=True)
        print(f"{LIMITED:,} charges and {limit} requests a second at the most:", end=" ")
        print(f"{median(used):.1%} of these were used;", end=" ")
        print(f"{max(late)} requests were refused after the first {WARMING_UP} seconds")
