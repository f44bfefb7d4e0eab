"""One of several processes that take part in a run: for ``tests.child``.

``enqueue`` stores the run, ``work`` joins it, and ``state`` prints what there is at the end.
"""

import json
import sys

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from stripe_django.models import BalanceTransaction, Charge, SyncRun
from stripe_django.sync import incremental
from stripe_django.sync.backfill import lease_terms

SECONDS = 2.0  # of a lease
WORKERS = 2


def main(step, key, api_base):
    own = {"API_KEY": key, "API_BASE": api_base}
    settings.STRIPE_DJANGO = {**own, "RATE_LIMIT": 0, "WORKERS": WORKERS}
    lease_terms.SECONDS = SECONDS
    if step == "enqueue":
        incremental.enqueue(incremental.SyncRequest((Charge, BalanceTransaction)))
    elif step == "work":
        print("ready", flush=True)
        sys.stdin.readline()  # so that all of them begin at once
        call_command("stripe_sync", "--work", stdout=sys.stdout, stderr=sys.stderr)
    else:
        print(json.dumps(state()))
    connection.close()


def state():
    [run] = SyncRun.objects.all()
    ranges = run.ranges.all()
    return {
        "rows": {
            row.stripe_id: row.to_stripe()
            for model in (Charge, BalanceTransaction)
            for row in model.objects.iterator()
        },
        "run": [run.status, run.token, run.finished_at is not None],
        "ranges": sorted({(each.status, each.token) for each in ranges}),
        "pages": sum(each.pages for each in ranges),
    }
