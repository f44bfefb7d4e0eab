"""A handler that takes its time, in a process of its own: for ``tests.child``."""

import sys
import time

from django.contrib.auth.models import Group

from stripe_django.webhooks import on

from .conftest import Watching
from .posting import event, post


def main(is_writing):
    @on("*")
    def slow(event, row):
        if is_writing == "True":
            Group.objects.create(name="before")
        print("running", flush=True)
        sys.stdin.readline()
        time.sleep(0.1)
        Group.objects.create(name="after")

    with Watching().installed():
        print(post(event()).status_code, flush=True)
