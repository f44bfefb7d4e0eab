"""A Stripe that lists one kind of object, in a process of its own, late and at little cost.

Objects are numbered, and the higher number is the newer one. An answer takes ``LATENCY`` seconds,
however many are on the way. With a limit, there is a bucket of one second's requests, as Stripe
describes its own; what finds it empty gets a 429.

``python -m benchmarks.canned charge 20000 25`` prints the port. ``/_counts`` tells what there was.
"""

import asyncio
import json
import sys
import time
from contextlib import contextmanager
from email.utils import formatdate
from functools import cache
from subprocess import PIPE, Popen
from urllib.parse import parse_qsl, urlsplit
from urllib.request import urlopen

import django

from .charges import START, charge
from .transactions import balance_transaction

LATENCY = 0.1  # seconds
SANDBOX, LIVE = 25, 100  # requests a second
WARMING_UP = 3  # seconds, after which no request may be refused
KINDS = {
    "charge": ("/v1/charges", charge),
    "balance_transaction": ("/v1/balance_transactions", balance_transaction),
}
EMPTY = b'{"object": "list", "data": [], "has_more": false}'
REFUSED = b'{"error": {"code": "rate_limit", "message": "Too many.", "type": "api_error"}}'


class Shelf:
    """The objects, of which pages are made."""

    def __init__(self, kind, count, *, keep):
        self.path, make = KINDS[kind]
        self.count = count
        encode = lambda number: json.dumps(make(number)).encode()  # noqa: E731
        self._encoded = cache(encode) if keep else encode

    def page(self, query):
        """The answer to a list: those within the bounds, the newest first."""
        numbers = self._within(query)
        limit = int(query.get("limit", 10))
        shown = numbers[-limit:]
        data = b", ".join(map(self._encoded, reversed(shown)))
        more = b"true" if len(numbers) > limit else b"false"
        return b'{"object": "list", "data": [%b], "has_more": %b}' % (data, more)

    def _within(self, query):
        least, most = 0, self.count - 1
        for name, value in query.items():
            if name.startswith("created["):
                number = int(value) - START
                least = max(least, {"gte": number, "gt": number + 1}.get(name[8:-1], 0))
                most = min(most, {"lte": number, "lt": number - 1}.get(name[8:-1], most))
            elif name == "starting_after":
                most = min(most, int(value.rpartition("_")[2]) - 1)
        return range(least, most + 1)


class Limit:
    """A bucket with room for one second's requests; 0 is no limit."""

    def __init__(self, per_second):
        self.per_second = self.left = per_second
        self.since = time.monotonic()

    def has_room(self):
        if not self.per_second:
            return True
        now = time.monotonic()
        self.left = min(self.per_second, self.left + (now - self.since) * self.per_second)
        self.since = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class Connection(asyncio.Protocol):
    """One client: requests without a body, one after the other."""

    def __init__(self, shelf, limit, counts):
        self.shelf, self.limit, self.counts = shelf, limit, counts
        self.head = b""
        self.counts["connections"] += 1

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.head += data
        while b"\r\n\r\n" in self.head:
            head, _, self.head = self.head.partition(b"\r\n\r\n")
            self.answer(head.split(b" ", 2)[1].decode())

    def answer(self, target):
        parts = urlsplit(target)
        if parts.path == "/_counts":
            return self.send(200, json.dumps(self.counts).encode())
        if not self.limit.has_room():
            self.counts["refused"].append(time.monotonic())
            return self.later(429, REFUSED)
        self.counts["answered"].append(time.monotonic())
        listed = parts.path == self.shelf.path
        body = self.shelf.page(dict(parse_qsl(parts.query))) if listed else EMPTY
        return self.later(200, body)

    def later(self, status, body):
        asyncio.get_running_loop().call_later(LATENCY, self.send, status, body)

    def send(self, status, body):
        reason = b"Stripe-Rate-Limited-Reason: global-rate\r\n" if status == 429 else b""
        self.transport.write(
            b"HTTP/1.1 %d -\r\nDate: %b\r\nContent-Type: application/json\r\n%b"
            b"Content-Length: %d\r\n\r\n%b"
            % (status, formatdate(usegmt=True).encode(), reason, len(body), body)
        )


async def serve(shelf, limit):
    counts = {"connections": 0, "answered": [], "refused": []}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(shelf, limit, counts), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)  # until the other process closes it


class Server:
    """The process, as the one that measures sees it."""

    def __init__(self, url):
        self.url = url

    def counts(self):
        with urlopen(f"{self.url}/_counts") as answer:
            return json.load(answer)


def seconds(counts):
    """From the first answer to the last one."""
    return counts["answered"][-1] - counts["answered"][0]


def use_of(limit, counts):
    """The share of so many requests a second that was used, and the refusals after the first
    seconds.
    """
    late = counts["answered"][0] + WARMING_UP
    used = (len(counts["answered"]) - 1) / seconds(counts) / limit
    return used, sum(moment > late for moment in counts["refused"])


@contextmanager
def serving(kind, count, *, per_second=0, keep=True):
    """Such a server; ``keep`` says to encode each object only once."""
    given = [kind, str(count), str(per_second), str(int(keep))]
    command = [sys.executable, "-m", "benchmarks.canned", *given]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as process:
        try:
            yield Server(f"http://127.0.0.1:{int(process.stdout.readline())}")
        finally:
            process.stdin.close()


if __name__ == "__main__":
    django.setup()
    kind, count, per_second, keep = sys.argv[1:]
    shelf = Shelf(kind, int(count), keep=keep == "1")
    if keep == "1":
        for start in range(0, shelf.count, 100):
            shelf.page({"limit": 100, "starting_after": f"_{start + 100}"})
    asyncio.run(serve(shelf, Limit(float(per_second))))
