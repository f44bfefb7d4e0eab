"""`python -m benchmarks.reading DATABASE read|deliver`: works until it is told to stop.

Prints the seconds that each step took.
"""

import json
import os
import sys
import threading
from itertools import count
from time import perf_counter

import django
from django.conf import settings

SECRET = settings.STRIPE_DJANGO["WEBHOOK_SECRETS"][0]


def main(database, what):
    settings.DATABASES["default"]["NAME"] = database
    settings.STRIPE_DJANGO |= {"API_KEY": ""}
    django.setup()
    step = {"read": read, "deliver": deliver}[what]
    for _ in range(3):
        step()
    print("ready", flush=True)
    stop, seconds = threading.Event(), []
    threading.Thread(target=lambda: (sys.stdin.readline(), stop.set())).start()
    while not stop.is_set():
        start = perf_counter()
        step()
        seconds.append(perf_counter() - start)
    print(json.dumps({"seconds": seconds}))


def read():
    from stripe_django.models import Event, InboxEvent

    list(Event.objects.order_by("-created")[:20])
    oldest = Event.objects.order_by("created").first()
    list(Event.objects.filter(object_id=oldest.object_id)[:10] if oldest else ())
    list(InboxEvent.objects.order_by("-pk")[:20])
    list(InboxEvent.objects.order_by("pk")[:20])


def deliver():
    from . import driving, events
    from .events import batch

    if not deliver.is_new:  # two processes deliver no event twice
        events._numbers, deliver.is_new = count(os.getpid() % 400 * 2_000), True

    driving.timed("/stripe/webhook/", batch("customer.updated", 1, SECRET).deliveries)


deliver.is_new = False

if __name__ == "__main__":
    main(*sys.argv[1:])
