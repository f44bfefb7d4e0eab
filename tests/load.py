"""``python -m tests.child tests.load :memory: [SECONDS]``: eight senders, a silent API of Stripe.

A WSGI server in a process of its own gets events that conflict, each of which asks for a read of
Stripe. What is printed is how long the slowest event and the slowest unrelated page took.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

from django.core.management import call_command

from .child import copy_tables
from .posting import SECRET, START, customer, event, signed

SENDERS = 8
PAGE = "/admin/login/"
WEBHOOK = "/stripe/webhook/"


@contextmanager
def silent_api():
    """A server that accepts connections, and never responds."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=256)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def serving(database, api_base):
    """The port of the server."""
    command = [sys.executable, "-m", "tests.child", "tests.web_server", str(database), api_base]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "SECRET": SECRET}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def request(port, method, path, body=None, headers=()):
    """The status of a response, and how many seconds it took."""
    began = time.monotonic()
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        response.read()
    return response.status, time.monotonic() - began


def deliver(port, sender, number):
    """An event that disagrees with the one before it, of the same second."""
    name = f"cus_{sender}_{number // 2}"
    payload = event(1, obj=customer(number, name), id=f"evt_{sender}_{number}")
    body = json.dumps(payload | {"created": START})
    headers = {"Content-Type": "application/json", "Stripe-Signature": signed(body)}
    return request(port, "POST", WEBHOOK, body, headers)


def run(database, seconds):
    """What the events and the pages got: their statuses and times, in two lists."""
    events, pages = [], []
    with ExitStack() as stack:
        port = stack.enter_context(serving(database, stack.enter_context(silent_api())))
        assert request(port, "GET", PAGE)[0] == 200
        deliver(port, "first", 0)
        end = time.monotonic() + seconds

        def send(sender):
            number = 0
            while time.monotonic() < end:
                events.append(deliver(port, sender, number))
                number += 1
                time.sleep(0.1)

        def look():
            while time.monotonic() < end:
                pages.append(request(port, "GET", PAGE))
                time.sleep(0.2)

        threads = [threading.Thread(target=send, args=[number]) for number in range(SENDERS)]
        threads.append(threading.Thread(target=look))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return events, pages


def main(seconds="30"):
    call_command("migrate", verbosity=0)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "load.sqlite3")
        copy_tables(file)
        events, pages = run(file, float(seconds))
    for name, found in (("events", events), ("pages", pages)):
        statuses = sorted({status for status, _ in found})
        slowest = max(took for _, took in found)
        print(f"{len(found)} {name} with status {statuses}, the slowest after {slowest:.2f} s")
