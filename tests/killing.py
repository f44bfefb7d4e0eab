"""Die at every step of an event, and say what came of it: for ``tests.child``.

A program of its own, with one thread, because it forks: each child gets a bit further before it
is killed. What is printed is a line of JSON for each way of delivering: its name, and what came of
each of them, after the survivor has done what was left to do.
"""

import gc
import json
import os
import signal
from collections import Counter
from itertools import count
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import OperationalError, connection
from django.test import override_settings

from stripe_django.models import Customer, HandlerRun, InboxEvent, PendingRead
from stripe_django.sync.events import batches, retry
from stripe_django.webhooks import on

from .conftest import Watching
from .posting import START, customer, event, make_due, post


def deliver_later(payload):
    """As an endpoint that stores, and then a process that applies."""
    with override_settings(STRIPE_DJANGO=settings.STRIPE_DJANGO | {"APPLY_LATER": True}):
        response = post(payload)
        batches.process_received()
    return response


# The second has a delivery fail in each way that applies it at once, so that it is stored alone and
# then applied.
WAYS = {
    "at once": (post, ""),
    "one after the other": (post, Customer._meta.db_table),
    "in a batch": (deliver_later, ""),
}


class Death:
    """Comes before a statement, or before or after a commit, of a connection: the n-th of these.

    The first statements with ``refused`` in them fail before: one, or two where PostgreSQL tries a
    single statement before the others.
    """

    def __init__(self, connection, step, refused):
        self.left = step
        self.refused = refused
        self.refusals = 1 + (connection.vendor == "postgresql")
        self.commit = connection._commit
        connection._commit = self.committing
        connection.execute_wrappers.append(self.executing)

    def step(self, sql=""):
        if self.refusals and self.refused and self.refused in sql:
            self.refusals -= 1
            raise OperationalError("not now")
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)

    def executing(self, execute, sql, *arguments):
        self.step(sql)
        return execute(sql, *arguments)

    def committing(self):
        self.step()
        self.commit()
        self.step()


def main(file):
    retry.PAUSE = float("inf")
    log = Path(file)
    log.touch()
    for name in ("first", "second"):
        on("*")(handler(name, log))
    gc.freeze()  # so that a child copies little
    with Watching().installed() as fake:
        fake.now = START + 1_000_000
        for way in WAYS:
            print(json.dumps([way, [*deaths(way, fake, log)]]))


def deaths(way, fake, log):
    """What comes of dying at each step, up to the first that there is none of."""
    for step in count(1):
        found = killed_at(step, way, fake, log)
        yield found
        if not found["died"]:
            break


def handler(name, log):
    """One that leaves a trace in the database and one outside."""

    def handle(event, row):
        Group.objects.create(name=f"{name} {event.stripe_id} {os.getpid()}")
        with log.open("a") as lines:
            lines.write(f"{name} {event.stripe_id}\n")

    handle.__qualname__ = name
    return handle


def killed_at(step, way, fake, log):
    """Deliver two events of a second in which they disagree; the second delivery dies."""
    deliver, refused = WAYS[way]
    name = f"cus_{step}_{way.replace(' ', '_')}"
    fake.add(customer(2, name))  # as one of them says, so that no other read has to confirm it
    events = [
        event(step, obj=customer(balance, name), id=f"evt_{name}_{balance}") for balance in (1, 2)
    ]
    post(events[0])
    connection.close()
    child = os.fork()
    if not child:
        Death(connection, step, refused)
        os._exit(deliver(events[1]).status_code != 200)
    _, status = os.waitpid(child, 0)
    died = os.WIFSIGNALED(status)
    assert died or status == 0
    states = {"before": state(events[1]["id"], name, log)}
    while make_due() or retry.run_due():
        pass
    states["restarted"] = state(events[1]["id"], name, log)
    assert post(events[1]).status_code == 200
    return {"died": died, **states, "after": state(events[1]["id"], name, log)}


def state(event_id, name, log):
    """What there is of an event, and of the object with this id."""
    row = Customer.objects.get(stripe_id=name)
    lines = [line.split() for line in log.read_text().splitlines()]
    groups = Group.objects.filter(name__contains=f" {event_id} ")
    runs = HandlerRun.objects.filter(event_id=event_id).values_list("handler", "status")
    return {
        "event": InboxEvent.objects.filter(event_id=event_id).values_list("status").first(),
        "row": [row.balance, row.as_of_kind, row.ambiguous],
        "runs": {handler.rpartition(".")[2]: status for handler, status in runs},
        "groups": Counter(group.name.split()[0] for group in groups),
        "lines": Counter(handler for handler, line_of in lines if line_of == event_id),
        "reads": PendingRead.objects.count(),
    }
