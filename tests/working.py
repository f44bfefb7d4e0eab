"""A worker, of RQ on Redis or of this package, and what it works on: for ``tests.child``."""

import os
import time

from django.contrib.auth.models import Group
from django.core.management import call_command
from django_rq import get_connection

from stripe_django.sync.events import retry
from stripe_django.webhooks import on

MORTAL = "evt_20"  # its first handler waits to be killed

COMMANDS = {
    "tasks": ("rqworker", "default", "--job-class", "django_tasks_rq.Job"),
    "batches": ("stripe_events", "apply", "--follow"),
}


def main(way):
    @on("*")
    def once(event, row):
        Group.objects.create(name=f"{event.stripe_id} {os.getpid()}")
        if event.stripe_id == MORTAL and is_first():
            time.sleep(60)

    retry.PAUSE = 0.5
    call_command(*COMMANDS[way], verbosity=0)


def is_first():
    """Whether nobody was to be killed before; says which group of processes shall be."""
    return bool(get_connection().set("mortal", os.getpgid(0), nx=True))
