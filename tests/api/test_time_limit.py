"""A response that comes byte by byte, from a server on a socket of its own."""

import socket
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from email.utils import formatdate

import pytest
import stripe

from stripe_django.api.client import Client

BODY = b'{"object": "balance"}'
NOW = b"<now>"  # or else a second request would confirm the Date
HEAD = b"HTTP/1.1 200 OK\r\nDate: %b\r\nContent-Type: application/json\r\n" % NOW
PLAIN = HEAD + b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
PAUSE = 0.05  # seconds between two bytes: less than any timeout
LIMIT, LATE = 0.4, 0.8  # seconds


@contextmanager
def dripping(*responses):
    """Serve each response on a connection of its own: bytes at once, then bytes one by one.

    Yields the address, and the moments at which connections came.
    """
    moments = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server, responses, moments), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", moments
        thread.join(timeout=10)
        assert not thread.is_alive()


def serve(server, responses, moments):
    for at_once, slowly in responses:
        connection, _ = server.accept()
        with connection, suppress(OSError):  # the client hung up
            connection.recv(65536)
            moments.append(time.monotonic())
            date = formatdate(usegmt=True).encode()
            connection.sendall(at_once.replace(NOW, date))
            for byte in slowly.replace(NOW, date):
                time.sleep(PAUSE)
                connection.sendall(bytes([byte]))


@pytest.fixture
def retrieve(settings, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,stripe.test")

    def retrieve(url, timeout=LIMIT, retries=0):
        settings.STRIPE_DJANGO = {
            "API_KEY": "sk_test_x",
            "API_BASE": url,
            "TIMEOUT": timeout,
            "MAX_NETWORK_RETRIES": retries,
        }
        return Client().retrieve("/v1/balance").objects

    return retrieve


def times_out(retrieve, url):
    started = time.monotonic()
    with pytest.raises(stripe.APIConnectionError, match=r"[Tt]ime"):
        retrieve(url)
    return LIMIT * 0.9 < time.monotonic() - started < LATE


@pytest.mark.parametrize(
    ("at_once", "slowly"),
    [
        (b"", PLAIN),
        (HEAD, PLAIN.removeprefix(HEAD)),
        (PLAIN.removesuffix(BODY), BODY),
        (CHUNKED[: CHUNKED.index(BODY)], CHUNKED[CHUNKED.index(BODY) :]),
    ],
    ids=["status", "headers", "body", "chunked body"],
)
def test_the_limit_is_for_the_whole_response(at_once, slowly, retrieve):
    with dripping((at_once, slowly)) as (url, _):
        assert times_out(retrieve, url)


@pytest.mark.parametrize("response", [PLAIN, CHUNKED], ids=["plain", "chunked"])
def test_a_slow_response_within_the_limit(response, retrieve):
    start = response.index(BODY)
    with dripping((response[:start], response[start:])) as (url, _):
        assert retrieve(url, timeout=10) == [{"object": "balance"}]


def test_each_retry_has_the_whole_limit(retrieve):
    with dripping((b"", PLAIN), (PLAIN[:-4], PLAIN[-4:])) as (url, moments):
        assert retrieve(url, retries=1) == [{"object": "balance"}]
    assert moments[1] - moments[0] > LIMIT * 0.9


def test_several_addresses_share_the_limit(retrieve, monkeypatch):
    """As long as the queue of a listening socket is full, connecting to it takes for ever."""
    with ExitStack() as stack:
        full = [stack.enter_context(full_queue()) for _ in range(4)]
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in full]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        assert times_out(retrieve, "http://stripe.test:80")


@contextmanager
def full_queue():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server, ExitStack() as stack:
        address = server.getsockname()
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(address)
        yield address
