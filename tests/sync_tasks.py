"""A run that is left to tasks, and the workers of RQ or Celery: for ``tests.child``."""

import os
import sys

from django.core.management import call_command

from stripe_django import tasks
from stripe_django.sync.backfill import lease_terms

from . import sync_working

RQ = ("rqworker", "default", "--job-class", "django_tasks_rq.Job")
CELERY = ("worker", "--concurrency=1", "--loglevel=WARNING", "--without-gossip")


def main(step):
    lease_terms.SECONDS = sync_working.SECONDS
    tasks.WORK_SECONDS = 2.0
    if step == "enqueue":
        call_command("stripe_sync", "charge", "--tasks", "2", stderr=sys.stdout)
    elif step == "rq":
        call_command(*RQ, verbosity=0)
    elif step == "celery":
        from .celery_backend import app

        app.worker_main([*CELERY, f"--hostname=worker{os.getpid()}@%h"])
