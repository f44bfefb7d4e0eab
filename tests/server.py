"""A small fake Stripe: stateful, over real HTTP on the loopback interface, and able to misbehave.

It is written from what Stripe's API does, with nothing of the package in it.
"""

import json
import re
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

KEY = "sk_test_of_the_fake"
NESTED_PAGE = 10
LARGEST_PAGE = 100
LISTS = (
    "accounts application_fees balance_transactions charges coupons customers disputes events files"
    " invoiceitems invoices plans refunds subscriptions transfers"
)


@dataclass
class Request:
    path: str
    query: dict
    headers: dict
    read_at: float  # Unix seconds, by the clock of the server

    @property
    def account(self):
        return self.headers.get("Stripe-Account", "")


@dataclass
class Answer:
    body: object
    status: int = 200
    headers: dict = field(default_factory=dict)
    delay: float = 0
    cut_after: int | None = None  # bytes of the body; none at all for 0


@dataclass
class Nested:
    """A list inside an object: its first ten members come with it, or only on request."""

    items: list
    on_request: bool = False


def error(status, message="No.", *, kind="invalid_request_error", headers=None, **details):
    """An error as Stripe puts it."""
    return Answer({"error": {"type": kind, "message": message, **details}}, status, headers or {})


def plain(status, body="Not here.", **headers):
    """An error from something before or beside Stripe, which does not speak JSON."""
    return Answer(body, status, {"Content-Type": "text/html", **headers})


def missing(path):
    return error(404, f"No such object: {path!r}", code="resource_missing", param="id")


CUT = Answer("", cut_after=0)
CUT_HALFWAY = Answer({"object": "list", "data": [{"id": "…" * 100}]}, cut_after=50)


class FakeStripe:
    """What the fake has, and how it behaves.

    ``objects`` by account and path: a list for a list's path, a dictionary for that of a single
    object. ``scripts`` are answers by path that come first, each once (``None`` for the usual
    answer); ``always`` are those that come instead of any other.
    """

    def __init__(self, address):
        self.address = address
        self.key = KEY
        self.objects = {"": {f"/v1/{name}": [] for name in LISTS.split()}}
        self.objects[""]["/v1/balance"] = {"object": "balance", "livemode": False}
        self.objects[""]["/v1/account"] = {"object": "account", "id": "acct_home"}
        self.scripts = {}
        self.always = {}
        self.requests = []
        self.ahead = 0.0  # seconds between this machine's clock and the server's
        self.has_date = True
        self.restarts_lists = False  # ignores starting_after

    @property
    def now(self):
        return time.time() + self.ahead

    def add(self, path, *objects, account=""):
        self.objects.setdefault(account, {}).setdefault(path, []).extend(objects)

    def script(self, path, *answers):
        self.scripts.setdefault(path, []).extend(answers)

    def asked(self, path):
        """The requests for this path, in their order."""
        return [request for request in self.requests if request.path == path]

    def answer(self, request):
        scripted = self.scripts.get(request.path)
        special = scripted.pop(0) if scripted else self.always.get(request.path)
        if special is not None:
            return special
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            return error(401, "Invalid API Key provided: ****", kind="invalid_request_error")
        return self.find(request)

    def find(self, request):
        place = self.objects.get(request.account, {})
        found = place.get(request.path)
        if isinstance(found, dict):
            return Answer(found)
        if found is not None:
            return self.page(found, request)
        parent, _, last = request.path.rpartition("/")
        for item in place.get(parent, ()):
            if item.get("id") == last:
                return Answer(shown(item, parent, ()))
        if parent in place:
            return missing(request.path)
        return self.find_nested(place, request)

    def find_nested(self, place, request):
        for parent, items in place.items():
            for item in items if isinstance(items, list) else ():
                for key, value in item.items():
                    path = f"{parent}/{item.get('id')}/{key}"
                    if not isinstance(value, Nested) or not request.path.startswith(path):
                        continue
                    if request.path == path:
                        return self.page(value.items, request)
                    last = request.path.removeprefix(f"{path}/")
                    found = [member for member in value.items if member["id"] == last]
                    return Answer(found[0]) if found else missing(request.path)
        return plain(404)

    def page(self, items, request):
        query = request.query
        limit = int(query.get("limit", 10))
        if not 0 < limit <= LARGEST_PAGE:
            return error(400, "That is no limit.", param="limit")
        created = int(query.get("created[gte]", 0))
        found = [item for item in items if not created or item.get("created", 0) >= created]
        if request.path.endswith("/subscriptions") and query.get("status") != "all":
            found = [item for item in found if item["status"] != "canceled"]
        after = query.get("starting_after")
        if after and not self.restarts_lists:
            ids = [item["id"] for item in found]
            if after not in ids:
                return error(400, code="resource_missing", param="starting_after")
            found = found[ids.index(after) + 1 :]
        expanded = [value for key, value in query.items() if re.fullmatch(r"expand\[\d*\]", key)]
        data = [shown(item, request.path, expanded) for item in found[:limit]]
        has_more = len(found) > limit
        return Answer({"object": "list", "data": data, "has_more": has_more, "url": request.path})


def shown(item, path, expanded):
    """The object as an answer has it: nested lists with their beginning, or left out."""
    found = {}
    for key, value in item.items() if isinstance(item, dict) else ():
        if not isinstance(value, Nested):
            found[key] = value
        elif not value.on_request or f"data.{key}" in expanded:
            found[key] = {
                "object": "list",
                "data": value.items[:NESTED_PAGE],
                "has_more": len(value.items) > NESTED_PAGE,
                "url": f"{path}/{item['id']}/{key}",
            }
    return found if isinstance(item, dict) else item


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self):
        fake = self.server.fake
        parts = urlsplit(self.path)
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        request = Request(parts.path, query, dict(self.headers), fake.now)
        fake.requests.append(request)
        answer = fake.answer(request)
        time.sleep(answer.delay)
        self.send(fake, answer)

    def send(self, fake, answer):
        text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        body = text.encode()
        if answer.cut_after == 0:
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        if fake.has_date:
            self.send_header("Date", formatdate(fake.now, usegmt=True))
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        for name, value in (headers | answer.headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: answer.cut_after])
        self.close_connection = answer.cut_after is not None

    def log_message(self, *arguments):
        """Keep quiet."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that went away, as in the test of an interrupt, is none of our business."""


@contextmanager
def running():
    """Yield a fake, empty but for an account and a balance, that is listening."""
    with Server(("127.0.0.1", 0), Handler) as server:
        server.fake = FakeStripe(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server.fake
        finally:
            server.shutdown()
            thread.join()
