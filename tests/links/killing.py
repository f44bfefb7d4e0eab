"""Die at every step of ``customer_for``, and call it again: for ``tests.child``.

A program of its own, because it forks: each child gets a bit further before it is killed. What is
printed for each way is the number of the steps at which a child died, and what was left behind.
"""

import json
import os
import signal
import sys
from itertools import count

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.signals import connection_created

from stripe_django.api.client import Client
from stripe_django.links import creations, customer_for
from stripe_django.models import CustomerCreation
from tests.linked.models import Team

WAYS = ("alone", "in a transaction")


class Death:
    """Comes before the n-th statement or commit of all connections, or after that commit."""

    def __init__(self, step):
        self.left = step
        self.hook(connection=connection)
        connection_created.connect(self.hook)

    def hook(self, connection, **kwargs):
        if self.executing not in connection.execute_wrappers:
            commit = connection._commit
            connection._commit = lambda: (self.step(), commit(), self.step())
            connection.execute_wrappers.append(self.executing)

    def step(self):
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)

    def executing(self, execute, *arguments):
        self.step()
        return execute(*arguments)


def main(api_base, key):
    settings.STRIPE_DJANGO = {"API_KEY": key, "API_BASE": api_base}
    creations.LEASE = 0.2  # of those that die
    for way in WAYS:
        print(json.dumps([way, [*deaths(way)]]))


def deaths(way):
    """What comes of dying at each step, up to the first that there is none of."""
    for step in count(1):
        # Without an address, nothing but what was committed before leads to the customer.
        email = "" if is_durable(way) else f"{step}@example.com"
        team = Team.objects.create(name=f"{way} {step}", email=email)
        connection.close()
        child = os.fork()
        if not child:
            Death(step)
            call(way, team)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        before = list(CustomerCreation.objects.filter(object_pk=team.pk).values_list("status"))
        made = len(at_stripe(team))
        customer = call(way, Team.objects.get(pk=team.pk))
        yield {
            "died": os.WIFSIGNALED(status),
            "failed": os.WIFEXITED(status) and os.WEXITSTATUS(status),
            "before": [status for (status,) in before],
            "made": made,
            "after": at_stripe(team),
            "customer": customer.stripe_id,
            "link": Team.objects.get(pk=team.pk).customer_id,
        }
        if not os.WIFSIGNALED(status):
            break


def is_durable(way):
    return way == "alone" or connection.vendor != "sqlite"


def call(way, team):
    if way == "alone":
        return customer_for(team)
    with transaction.atomic():
        return customer_for(team)


def at_stripe(team):
    listed = [each for page in Client().pages("/v1/customers", {}) for each in page.objects]
    return [each["id"] for each in listed if each["metadata"]["linked_team_id"] == str(team.pk)]


def sleep_in_request(api_base, key):
    """Call it once; the parent kills this process meanwhile."""
    settings.STRIPE_DJANGO = {"API_KEY": key, "API_BASE": api_base}
    customer_for(Team.objects.get())
    sys.exit("It was not killed.")
