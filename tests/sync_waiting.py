"""A sync while another connection locks the database, at its start and after a page: for
``tests.child``. It prints how the run ended.
"""

import json
import sqlite3
import time
from contextlib import closing
from threading import Event, Thread

from django.conf import settings

from stripe_django.models import Charge, SyncRun
from stripe_django.sync import incremental
from stripe_django.sync.backfill.progress import Observer

HELD = 1.5  # seconds


def lock(database, is_locked):
    with closing(sqlite3.connect(database, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        is_locked.set()
        time.sleep(HELD)
        other.execute("COMMIT")


def locked(database):
    """Have a thread lock the database for a while, from now on."""
    is_locked = Event()
    Thread(target=lock, args=(database, is_locked)).start()
    is_locked.wait()


class Locking(Observer):
    def page(self, run):
        if run.pages == 1:
            locked(settings.DATABASES["default"]["NAME"])


def main(key, api_base):
    settings.STRIPE_DJANGO = {"API_KEY": key, "API_BASE": api_base}
    settings.DATABASES["default"]["OPTIONS"]["timeout"] = 0  # seconds that the driver waits
    locked(settings.DATABASES["default"]["NAME"])
    incremental.sync(incremental.SyncRequest((Charge,)), Locking())
    print(json.dumps([SyncRun.objects.get().status, Charge.objects.count()]))
