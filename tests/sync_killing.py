"""Die at random steps of a sync, go on, die again, and end it at last: for ``tests.child``.

A program of its own, because it forks. It prints the steps at which each child died, and what is in
the tables at the end.
"""

import json
import os
from itertools import count
from random import Random

from django.conf import settings
from django.db import connection

from stripe_django.models import BalanceTransaction, Charge, SyncRange, SyncRun
from stripe_django.sync import incremental

from .killing import Death

DEATHS = 20
STEPS = 60  # about seven pages


def main(key, api_base):
    settings.STRIPE_DJANGO = {"API_KEY": key, "API_BASE": api_base, "RATE_LIMIT": 0, "WORKERS": 4}
    chance, died = Random(7), []
    for _ in count():
        step = chance.randint(1, STEPS) if len(died) < DEATHS else 0
        connection.close()
        child = os.fork()
        if not child:
            if step:
                Death(connection, step, refused="")
            incremental.sync(incremental.SyncRequest((Charge, BalanceTransaction)))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            assert status == 0
            break
        died.append(step)
    connection.close()
    print(json.dumps({"died": died, **state()}))


def state():
    return {
        "rows": {
            row.stripe_id: row.to_stripe()
            for model in (Charge, BalanceTransaction)
            for row in model.objects.iterator()
        },
        "runs": [*SyncRun.objects.values_list("status", flat=True)],
        "pages": sum(SyncRange.objects.values_list("pages", flat=True)),
    }
