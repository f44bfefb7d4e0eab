"""dj-stripe in a process of its own: an order a line comes in, an answer a line goes out."""

import json
import os
import sys
from importlib.metadata import version
from time import perf_counter

import django
import stripe
from django.db import connection
from django.urls import reverse

from benchmarks import driving

from .memory import Memory


def main():
    django.setup()
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        obey(endpoint(), Memory())
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def endpoint():
    """The address of an endpoint that dj-stripe knows."""
    from djstripe.models import WebhookEndpoint

    made = WebhookEndpoint.objects.create(
        id="we_1", livemode=False, enabled_events=["*"], secret=os.environ["WEBHOOK_SECRET"]
    )
    return reverse("djstripe:djstripe_webhook_by_uuid", args=[made.djstripe_uuid])


def obey(url, memory):
    answer({package: version(package) for package in ("dj-stripe", "Django", "stripe")})
    for line in sys.stdin:
        order, deliveries, objects = json.loads(line)
        memory.learn(objects)
        memory.calls = 0
        if order == "synced":
            found = synced(deliveries)
        else:
            found = getattr(driving, order)(url, deliveries)
        calls = memory.calls / len(deliveries)
        answer(found if order == "timed" else [found, calls])


def synced(payloads):
    """The seconds that it takes dj-stripe to write charges that the SDK has read."""
    from djstripe.models import Charge

    charges = [stripe.Charge.construct_from(payload, key=None) for payload in payloads]
    start = perf_counter()
    for charge in charges:
        Charge.sync_from_stripe_data(charge)
    return perf_counter() - start


def answer(content):
    print(json.dumps(content), flush=True)


main()
