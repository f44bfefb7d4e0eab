"""Webhooks that FakeStripe posts over HTTP, and retries."""

import threading
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stripe
from django.http import HttpResponse
from django.test import RequestFactory

from stripe_django.testing import FakeStripe


class Receiver(ThreadingHTTPServer):
    """Keeps what it is sent; responds with ``statuses``, then with 200."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies, self.headers, self.statuses = [], [], []
        self.busy, self.busiest, self.gate = 0, 0, threading.Event()
        self.gate.set()
        self.lock = threading.Lock()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/stripe/webhook/?from=fake"

    def events(self, secret):
        """What arrived, in order; raises for a bad signature."""
        pairs = zip(self.bodies, self.headers, strict=True)
        return [
            stripe.Webhook.construct_event(body, headers["Stripe-Signature"], secret)
            for body, headers in pairs
        ]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        server = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with server.lock:
            server.busy += 1
            server.busiest = max(server.busiest, server.busy)
        server.gate.wait(10)
        with server.lock:
            server.busy -= 1
            server.bodies.append(body)
            server.headers.append(self.headers)
            status = server.statuses.pop(0) if server.statuses else 200
        if status:
            self.send_response(status)
            self.send_header("Location", "/elsewhere/")
            self.end_headers()

    def log_message(self, *args):
        pass


@contextmanager
def receiving():
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def receiver():
    with receiving() as server:
        yield server


@pytest.fixture
def fake():
    return FakeStripe()


def subscribe(fake, receiver, *types, **values):
    return fake.create(
        "webhook_endpoint", url=receiver.url, enabled_events=list(types or ["*"]), **values
    )


def test_an_event_is_posted_signed_with_the_secret_of_the_endpoint(fake, receiver):
    endpoint = subscribe(fake, receiver)
    with fake.delivering() as deliveries:
        customer = fake.create("customer")
        deliveries.wait(10)
    [event] = receiver.events(endpoint["secret"])
    assert (event.type, event.data.object.id) == ("customer.created", customer["id"])
    assert not fake.webhooks()
    assert [(each.status, each.number) for each in deliveries.attempts] == [(200, 1)]


def test_only_enabled_endpoints_get_what_they_listen_to(fake, receiver):
    subscribe(fake, receiver, "charge.succeeded", "customer.updated")
    with receiving() as other, fake.delivering() as deliveries:
        off = subscribe(fake, other, status="disabled")
        connect = subscribe(fake, other, application="ca_1")
        mine = fake.create("customer")["id"]
        fake.update(mine, name="Ann")
        theirs = fake.create("customer", account="acct_1")["id"]
        fake.create("customer", livemode=True)
        deliveries.wait(10)
        assert [each.type for each in other.events(connect["secret"])] == ["customer.created"]
        assert other.events(connect["secret"])[0].data.object.id == theirs
    assert off["status"] == "disabled"
    assert Counter(each.event_type for each in deliveries.attempts) == {
        "customer.updated": 1,
        "customer.created": 1,
    }
    assert len(receiver.bodies) == 1


def test_an_event_of_version_2_goes_to_a_destination(fake, receiver):
    webhook = {"url": receiver.url, "signing_secret": "whsec_of_it"}
    kind = {"type": "webhook_endpoint", "event_payload": "thin"}
    fake.create("v2.core.event_destination", webhook_endpoint=webhook, **kind)
    with fake.delivering() as deliveries:
        fake.create("v2.core.account")
        fake.create("customer")
        deliveries.wait(10)
    [attempt] = deliveries.attempts
    assert attempt.event_type.startswith("v2.core.account")
    client = stripe.StripeClient(fake.key)
    signature = receiver.headers[0]["Stripe-Signature"]
    notice = client.parse_event_notification(receiver.bodies[0], signature, "whsec_of_it")
    assert notice.id == attempt.event_id


@pytest.mark.parametrize("status", [500, 302, 404, 0])
def test_a_failed_delivery_is_retried_later_and_later(status, fake, receiver):
    subscribe(fake, receiver)
    receiver.statuses = [status] * 2
    with fake.delivering(retry_after=(0.05, 0.2), workers=2) as deliveries:
        fake.create("customer")
        deliveries.wait(10)
    assert [each.status for each in deliveries.attempts] == [status, status, 200]
    assert [each.number for each in deliveries.attempts] == [1, 2, 3]
    assert len(set(receiver.bodies)) == 1
    assert not deliveries.failed
    assert not status or not deliveries.attempts[0].error
    first, second, third = (each.at for each in deliveries.attempts)
    assert second - first >= 0.05
    assert third - second >= 0.2


def test_an_endpoint_that_stays_down_is_given_up(fake, receiver):
    subscribe(fake, receiver)
    receiver.shutdown()
    receiver.server_close()
    with fake.delivering(retry_after=(0.01,)) as deliveries:
        created = fake.create("customer")
        deliveries.wait(10)
    [failure] = deliveries.failed
    assert (failure.number, failure.status) == (2, 0)
    assert "ConnectionRefusedError" in failure.error
    sdk = stripe.StripeClient(fake.key, http_client=fake.http_client)
    [event] = sdk.v1.events.list({"delivery_success": False}).data
    assert (event.data.object.id, event.pending_webhooks) == (created["id"], 1)
    assert not sdk.v1.events.list({"delivery_success": True}).data


def test_what_is_delivered_is_no_longer_pending(fake, receiver):
    subscribe(fake, receiver)
    subscribe(fake, receiver)
    sdk = stripe.StripeClient(fake.key, http_client=fake.http_client)
    with fake.delivering() as deliveries:
        receiver.gate.clear()
        fake.create("customer")
        assert sdk.v1.events.list({"type": "customer.created"}).data[0].pending_webhooks == 2
        receiver.gate.set()
        deliveries.wait(10)
    assert sdk.v1.events.list({"type": "customer.created"}).data[0].pending_webhooks == 0


def test_waiting_ends_and_says_what_is_left(fake, receiver):
    subscribe(fake, receiver)
    receiver.statuses = [503]
    with fake.delivering(retry_after=(60,)) as deliveries:
        fake.create("customer")
        with pytest.raises(TimeoutError, match=r"1 deliveries are left.*status=503"):
            deliveries.wait(0.5)


def test_a_delivery_is_lost_on_purpose(fake, receiver):
    endpoint = subscribe(fake, receiver)
    with fake.delivering() as deliveries:
        deliveries.drop(type="customer.*")
        for name in ("charge", "customer", "customer"):
            fake.create(name, event=f"{name}.created" if name == "customer" else "")
        deliveries.wait(10)
    types = sorted(each.type for each in receiver.events(endpoint["secret"]))
    assert types == ["charge.succeeded", "customer.created"]
    [lost] = deliveries.dropped
    assert lost not in {each.event_id for each in deliveries.attempts}
    assert fake.get(lost)["type"] == "customer.created"


def test_a_delivery_comes_twice(fake, receiver):
    endpoint = subscribe(fake, receiver)
    with fake.delivering() as deliveries:
        deliveries.duplicate(2, copies=3)
        for _ in range(3):
            fake.create("customer")
        deliveries.wait(10)
    ids = Counter(each.id for each in receiver.events(endpoint["secret"]))
    assert sorted(ids.values()) == [1, 3, 3]


def test_a_burst_is_shuffled_and_comes_at_once(fake, receiver):
    endpoint = subscribe(fake, receiver)
    with fake.delivering(workers=1) as deliveries:
        with deliveries.burst(shuffled=3):
            made = [fake.create("customer")["id"] for _ in range(20)]
            assert not receiver.bodies
        deliveries.wait(10)
    found = [each.data.object.id for each in receiver.events(endpoint["secret"])]
    assert found != made
    assert sorted(found) == sorted(made)


def test_no_more_than_the_workers_send_at_a_time(fake, receiver):
    subscribe(fake, receiver)
    with fake.delivering(workers=3) as deliveries:
        receiver.gate.clear()
        with deliveries.burst():
            for _ in range(12):
                fake.create("customer")
        with pytest.raises(TimeoutError, match="12 deliveries"):
            deliveries.wait(0.5)
        receiver.gate.set()
        deliveries.wait(10)
    assert receiver.busiest == 3
    assert len(receiver.bodies) == 12


def test_the_endpoint_may_ask_the_fake_while_it_is_sent_something(fake, receiver):
    subscribe(fake, receiver)
    receiver.statuses = [500]
    with fake.serving() as address, fake.delivering(retry_after=(0.01,)) as deliveries:
        sdk = stripe.StripeClient(fake.key, base_addresses={"api": address})
        sdk.v1.customers.create({"email": "ann@example.com"})
        assert len(sdk.v1.customers.list().data) == 1
        deliveries.wait(10)
    assert [each.status for each in deliveries.attempts] == [500, 200]


def test_a_closed_queue_delivers_no_more(fake, receiver):
    subscribe(fake, receiver)
    with fake.delivering():
        pass
    fake.create("customer")
    assert fake.webhooks()[-1].event["type"] == "customer.created"
    assert not receiver.bodies


class Client:
    """Like Django's test client, for one view."""

    def __init__(self, *outcomes):
        self.outcomes, self.seen = list(outcomes), []

    def post(self, path, body, **options):
        RequestFactory().post(path, body, **options)
        self.seen.append(body)
        outcome = self.outcomes.pop(0) if self.outcomes else 200
        if isinstance(outcome, Exception):
            raise outcome
        return HttpResponse(status=outcome)


def test_what_a_test_client_refuses_is_delivered_again(fake):
    for _ in range(3):
        fake.create("customer")
    client = Client(200, 500, 200)
    assert [each.status_code for each in fake.deliver(client, "/hook/")] == [200, 500, 200]
    assert [each.status_code for each in fake.deliver(client, "/hook/")] == [200]
    assert client.seen[3] == client.seen[1]
    assert not fake.deliver(client, "/hook/")


def test_what_raises_in_a_test_client_is_delivered_again(fake):
    for _ in range(2):
        fake.create("customer")
    client = Client(200, ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        fake.deliver(client, "/hook/")
    [response] = fake.deliver(client, "/hook/")
    assert (response.status_code, len(client.seen)) == (200, 3)
    assert client.seen[2] == client.seen[1]
