"""Planted differences in a mirror of 100,000 rows, and one missing one of 100,000 transactions.

A fake Stripe in a process of its own has the objects. The mirror is filled over HTTP, and damaged
in 50 rows, in each way that ``stripe_verify`` knows. Then it is verified, repaired, and verified
again, each in a process of its own, of which the growth of the memory is measured.
"""

import json
import multiprocessing
import os
import re
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from time import perf_counter

import django
from django.db import connection
from django.db.models import QuerySet

from .charges import START, charge
from .transactions import balance_transaction

ROWS = int(os.environ.get("VERIFY_ROWS", "100000"))
SHARES = {"charge": 0.6, "customer": 0.3, "dispute": 0.1}
EACH = 6  # planted differences of each class; two classes have one more
KEY = "sk_test_of_the_benchmark"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
GRACE = "1"  # seconds: nothing else happens meanwhile


def made(name, number):
    if name == "charge":
        return charge(number)
    from stripe_django.testing import payload

    if name == "customer":
        return payload(name, id=f"cus_{number:024d}", created=START + number)
    booked = balance_transaction(number) | {"type": "adjustment"}
    known = {"id": f"dp_{number:024d}", "charge": f"ch_{number:024d}"}
    return payload(name, **known, balance_transactions=[booked], created=START + number)


def serve(pipe):
    """A fake Stripe over HTTP, which does what it is told until it gets ``None``."""
    from stripe_django.testing import FakeStripe

    fake = FakeStripe(key=KEY)
    for name, share in SHARES.items():
        fake.add(*(made(name, number) for number in range(int(ROWS * share))))
    with fake.serving() as url:
        pipe.send(url)
        while (told := pipe.recv()) is not None:
            pipe.send(COMMANDS[told[0]](fake, *told[1:]))


def requests(fake):
    counted = len(fake.requests)
    fake.requests.clear()
    return counted


def delete(fake, *ids):
    for each in ids:
        fake.delete(each, stub=False)


def update(fake, *ids):
    for each in ids:
        fake.update(each, description="changed at Stripe alone")


def add_transactions(fake):
    """Those of a balance, in place of the other objects."""
    transactions = [balance_transaction(number) for number in range(ROWS)]
    total = sum(each["net"] for each in transactions)
    own = [{"amount": total, "currency": "eur", "source_types": {}}]
    fake.add(*transactions, payload("balance", available=own, pending=[], livemode=False))


COMMANDS = {
    "requests": requests,
    "delete": delete,
    "update": update,
    "add_transactions": add_transactions,
}


@contextmanager
def fake_process():
    here, there = multiprocessing.Pipe()
    context = multiprocessing.get_context("fork")
    connection.close()  # or both processes would have it
    process = context.Process(target=serve, args=(there,), daemon=True)
    process.start()

    def tell(*what):
        here.send(what)
        return here.recv()

    try:
        yield tell, here.recv()
    finally:
        here.send(None)
        process.join(10)


def rows(model, *ids):
    return QuerySet(model).filter(stripe_id__in=ids)


def plant(tell):
    """Damage the mirror; returns the planted differences as object, id and class."""
    from stripe_django.models import Charge, Customer, DisputeBalanceTransaction

    ids = QuerySet(Charge).order_by("pk").values_list("stripe_id", flat=True)
    step = max(1, len(ids) // (8 * EACH))
    chosen = islice(ids[step // 2 :: step], None)
    take = lambda number: [*islice(chosen, number)]  # noqa: E731
    customers = [*QuerySet(Customer).order_by("?").values_list("stripe_id", flat=True)[:EACH]]
    disputes = QuerySet(DisputeBalanceTransaction).values_list("dispute_id", flat=True).distinct()
    disputes = [*disputes.order_by("dispute_id")[:EACH]]
    planted = {
        "missing": take(EACH + 1),
        "older": take(EACH),
        "different": take(EACH),
        "wrong_account": take(EACH),
        "ambiguous": take(EACH),
        "gone": take(EACH + 1),
        "wrongly_deleted": customers,
        "members": disputes,
    }
    rows(Charge, *planted["missing"]).delete()
    tell("update", *planted["older"])
    rows(Charge, *planted["different"]).update(amount=1)
    rows(Charge, *planted["wrong_account"]).update(stripe_account="acct_other")
    rows(Charge, *planted["ambiguous"]).update(ambiguous=True)
    tell("delete", *planted["gone"])
    deleted = {"as_of": LONG_AGO, "as_of_from": None, "deleted_at": datetime.now(UTC)}
    rows(Customer, *planted["wrongly_deleted"]).update(
        **deleted | {"deleted_at": datetime(2021, 1, 1, tzinfo=UTC)}
    )
    QuerySet(DisputeBalanceTransaction).filter(dispute__in=disputes).delete()
    objects = {"wrongly_deleted": "customer", "members": "dispute"}
    return {
        (objects.get(kind, "charge"), each, kind) for kind, some in planted.items() for each in some
    }


def verified(url, *options, command="stripe_verify"):
    """What the command has found in a process of its own, and what that took."""
    environment = os.environ | {"PGDATABASE": connection.settings_dict["NAME"]}
    given = [sys.executable, "-m", "benchmarks.verify", url, command, *options]
    done = subprocess.run(given, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def peak():
    """The most memory that this process has had, in MB; ``ru_maxrss`` is also its parent's."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s*(\d+) kB", status)[1]) / 1024


def run(url, command, *options):
    """Run the command in this process, after a first time with nothing to do."""
    from io import StringIO

    from django.core.management import CommandError, call_command

    from .backfill import settings_for

    with settings_for(url, API_KEY=KEY, RATE_LIMIT=0):
        warm = (
            ["coupon"]
            if command == "stripe_verify"
            else ["--since", "2001-01-01", "--until", "2001-01-02"]
        )
        call_command(command, *warm, stdout=StringIO(), stderr=StringIO())
        before = peak()
        out, started, failed = StringIO(), perf_counter(), ""
        try:
            call_command(command, *options, json=True, stdout=out, stderr=StringIO())
        except CommandError as error:
            failed = str(error)
        seconds = perf_counter() - started
    figures = {"seconds": seconds, "before": before, "memory": peak(), "error": failed}
    print(json.dumps(json.loads(out.getvalue()) | figures))


def shown(found, tell, name):
    print(
        f"  {name:24}{found['seconds']:>8,.1f} s{tell('requests'):>8,} requests, memory"
        f" {found['memory']:,.0f} MB, {found['memory'] - found['before']:,.0f} MB more than before"
    )


def report():
    from stripe_django.models import Charge, Customer, Dispute
    from stripe_django.sync.backfill import engine

    from .backfill import settings_for

    names = ("charge", "customer", "dispute")
    with fake_process() as (tell, url):
        with settings_for(url, API_KEY=KEY, RATE_LIMIT=0):
            engine.run([Charge, Customer, Dispute])
        total = sum(QuerySet(each).count() for each in (Charge, Customer, Dispute))
        planted = plant(tell)
        tell("requests")
        print(
            f"{total:,} rows, {len(planted)} planted differences: "
            f"{dict(Counter(kind for _, _, kind in planted))}"
        )
        for name, options in (
            ("verify", ()),
            ("verify and repair", ("--repair",)),
            ("verify again", ()),
        ):
            found = verified(url, *names, "--all", "--grace", GRACE, *options)
            examples = {
                (each["object"], each["id"], each["difference"])
                for part in found["objects"].values()
                for each in part["examples"]
            }
            shown(found, tell, name)
            print(
                f"    {len(planted & examples)} of {len(planted)} found, {len(examples - planted)}"
                f" others, {found['repaired']} repaired. {found['error']}"
            )
        sampled = verified(url, *names, "--grace", GRACE, "--sample", "500")
        shown(sampled, tell, "a sample of 500")
        prove(tell, url)


def prove(tell, url):
    """The balance proof, with one transaction missing of all of them."""
    from stripe_django.models import BalanceTransaction
    from stripe_django.sync.backfill import engine

    from .backfill import settings_for

    QuerySet(BalanceTransaction).delete()
    tell("add_transactions")
    with settings_for(url, API_KEY=KEY, RATE_LIMIT=0):
        engine.run([BalanceTransaction])
    missing = f"txn_{ROWS // 3:024d}"
    print(f"{BalanceTransaction.objects.count():,} balance transactions, of which one goes missing")
    for name, options in (
        ("prove", ()),
        ("prove with one missing", ()),
        ("prove and repair", ("--repair",)),
        ("prove again", ()),
    ):
        if name == "prove with one missing":
            rows(BalanceTransaction, missing).delete()
        tell("requests")
        found = verified(url, *options, command="stripe_reconcile")
        shown(found, tell, name)
        named = [each["id"] for each in found["differences"]]
        print(f"    differences: {named or 'none'}. {found['error']}")


if __name__ == "__main__":
    django.setup()
    run(*sys.argv[1:])
