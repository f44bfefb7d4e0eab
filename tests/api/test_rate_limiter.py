"""How often Stripe is asked: evenly, within every limit, slower after a refusal, and together."""

import json
import logging
import os
import subprocess
import sys
import time
from bisect import bisect_left
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks import canned
from stripe_django import credentials
from stripe_django.api.client import Client
from stripe_django.api.rate_limiter import Limiter, Limits, Rate, endpoint_of, limiter_of
from stripe_django.api.rate_store import MAX_AHEAD, ProcessRateStore
from stripe_django.api.shared_rate_stores import CacheRateStore, FileRateStore, SharedRateStore
from tests.api.test_client import with_settings

CHARGES, REFUNDS = "/v1/charges", "/v1/refunds"
START = 1_000_000.0


class Simulation:
    """A limiter whose time passes only while it sleeps, and while an answer takes its time."""

    def __init__(self, total=25, per_endpoint=0, reserve=0.0, now=START):
        self.now = now
        self.naps = []  # what happens during a sleep, once each
        limits = Limits("owner", total, per_endpoint, reserve, "")
        self.limiter = Limiter(limits, ProcessRateStore(lambda: self.now))

    def sleep(self, seconds):
        assert seconds > 0
        self.now += seconds
        if self.naps:
            self.naps.pop(0)()

    def send(self, path=CHARGES, bulk=True, account=""):
        steps = self.limiter.wait("get", path, bulk=bulk, account=account)
        while True:
            try:
                self.sleep(next(steps).seconds)
            except StopIteration as end:
                return end.value

    def sent(self, seconds, *paths):
        """The moments of all that can be sent in so many seconds, by path in turn."""
        end, moments = self.now + seconds, []
        while True:
            for path in paths or [CHARGES]:
                moment = self.send(path)
                if moment >= end:
                    return moments
                moments.append(moment)

    def sent_for(self, seconds, *accounts):
        """How many requests can be sent in so many seconds, by account in turn."""
        end, counts = self.now + seconds, dict.fromkeys(accounts, 0)
        while self.now < end:
            for account in accounts:
                self.send(account=account)
                counts[account] += 1
        return counts

    def refuse(self, sent, reason="", pause=0.0, path=CHARGES, account=""):
        self.limiter.slow_down("get", path, sent, reason, pause, account)


def most_within(moments, seconds=1.0):
    """The most that were sent within any stretch of that length."""
    moments = sorted(moments)
    return max(bisect_left(moments, each + seconds) - at for at, each in enumerate(moments))


@pytest.mark.parametrize("total", [1.5, 3, 25, 100, 333])
def test_a_limit_is_used_and_kept(total):
    moments = Simulation(total).sent(40)
    assert len(moments) >= 0.95 * 40 * total
    assert most_within(moments) <= max(total, 2)


def test_nothing_is_saved_up():
    simulation = Simulation(25)
    simulation.send()
    simulation.now += 1000.07
    assert most_within(simulation.sent(3)) <= 25 + 3  # the rest of one window


def test_an_endpoint_has_a_limit_of_its_own():
    moments = Simulation(total=100, per_endpoint=25).sent(10)
    assert 240 <= len(moments) <= 250


def test_endpoints_share_what_there_is():
    simulation = Simulation(total=40, per_endpoint=25)
    assert 380 <= len(simulation.sent(10, CHARGES, REFUNDS)) <= 400


def test_files_have_less():
    assert 190 <= len(Simulation(total=100).sent(10, "/v1/files")) <= 200


def test_without_a_limit_nobody_waits():
    simulation = Simulation(total=0)
    for _ in range(1000):
        simulation.refuse(simulation.send())
    assert simulation.now == START


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("/v1/charges", "get:/v1/charges"),
        ("/v1/charges?limit=3", "get:/v1/charges"),
        ("/v1/payment_intents/pi_3MtwBwLkdIwHu7ix28a3tqPa", "get:/v1/payment_intents/{id}"),
        ("/v1/customers/cus_9s6XKz/sources", "get:/v1/customers/{id}/sources"),
        ("/v1/issuing/cards", "get:/v1/issuing/cards"),
        ("/v2/core/accounts/acct_1", "get:/v2/core/accounts/{id}"),
    ],
)
def test_the_endpoint_of_a_path(path, endpoint):
    assert endpoint_of("GET", path) == endpoint


# The reserve


def test_lists_leave_the_reserve():
    simulation = Simulation(total=100, reserve=0.2)
    assert 760 <= len(simulation.sent(10)) <= 800


def test_what_is_no_list_goes_before_lists():
    simulation = Simulation(total=100, reserve=0.2)
    for _ in range(4):
        simulation.sent(0.5)
        before = simulation.now
        simulation.send(bulk=False)
        assert simulation.now - before <= 0.1


# Refusals


def rates(moments, start):
    return Counter(int(moment - start) for moment in moments)


def test_a_refusal_halves_the_rate_for_seconds():
    simulation = Simulation(100)
    simulation.refuse(simulation.sent(2)[-1])
    start = simulation.now
    by_second = rates(simulation.sent(70), start)
    assert 45 <= by_second[0] <= 65
    assert [by_second[second] < by_second[second + 1] for second in range(4)] == [True] * 4
    assert 90 <= by_second[6] <= 95  # not as many as were too much, for a minute
    assert 98 <= by_second[65] <= 99


def test_one_volley_teaches_once():
    simulation = Simulation(100)
    sent = simulation.sent(1)
    for moment in sent[-8:]:
        simulation.refuse(moment)
    assert simulation.limiter.rate.limit == pytest.approx(49, abs=1)
    simulation.refuse(simulation.send())
    assert simulation.limiter.rate.limit == pytest.approx(25, abs=1)


def test_the_rate_does_not_fall_to_nothing():
    simulation = Simulation(100)
    for _ in range(50):
        simulation.refuse(simulation.send())
    assert len(simulation.sent(10)) >= 20
    simulation.now += 600
    assert simulation.limiter.rate.limit == 99


def test_nothing_is_sent_before_the_server_allows_it():
    simulation = Simulation(100)
    simulation.refuse(simulation.send(), pause=7.0)
    resumed = simulation.now + 7
    moments = simulation.sent(20)
    assert moments[0] >= resumed
    assert most_within(moments[:40]) <= 60


def test_who_waits_meanwhile_waits_on():
    simulation = Simulation(2)
    first = simulation.send()
    simulation.naps = [lambda: simulation.refuse(first, pause=5.0)]
    assert simulation.send() >= first + 5


@pytest.mark.parametrize(
    ("reason", "charges", "refunds"),
    [
        ("endpoint-rate", 12, 24),
        ("endpoint-concurrency", 12, 24),
        ("global-rate", 19, 19),
        ("global-concurrency", 19, 19),
        ("resource-specific", 24, 24),
        ("", 12, 19),
    ],
)
def test_the_reason_says_what_to_slow_down(reason, charges, refunds):
    def rate_after(path):
        simulation = Simulation(total=40, per_endpoint=25)
        simulation.refuse(simulation.send(), reason)
        return len(simulation.sent(1, path))

    assert rate_after(CHARGES) == pytest.approx(charges, abs=3)
    assert rate_after(REFUNDS) == pytest.approx(refunds, abs=3)


def test_a_refusal_slows_down_the_account_that_it_is_about():
    simulation = Simulation(total=50)
    simulation.refuse(simulation.send(account="acct_1A"), account="acct_1A")
    assert simulation.sent_for(2, "acct_1A")["acct_1A"] < 70
    simulation = Simulation(total=50)
    simulation.refuse(simulation.send(account="acct_1A"), account="acct_1A")
    assert simulation.sent_for(2, "acct_1B")["acct_1B"] >= 98
    assert simulation.limiter.rate.limit > 49


def test_all_accounts_share_the_limit_of_the_key():
    counts = Simulation(total=50).sent_for(4, "acct_1A", "acct_1B", "")
    assert sum(counts.values()) <= 203


def test_accounts_that_send_no_more_are_forgotten():
    now = START
    store = ProcessRateStore(lambda: now)
    for number in range(100):
        store.increment(f"acct_{number}", int(now * 10))
    store.increment("acct_0", int(now * 10) + 10_000)
    assert list(store._state.data["counts"]) == ["acct_0"]


def test_a_limit_that_is_lower_than_thought_is_found():
    """The server has a bucket of 10 that takes in 10 a second."""
    simulation, left, last, refused = Simulation(100), 10.0, START, []
    while simulation.now < START + 120:
        sent = simulation.send()
        left, last = min(10.0, left + (sent - last) * 10), sent
        if left >= 1:
            left -= 1
        else:
            refused.append(sent - START)
            simulation.refuse(sent)
        simulation.now += 0.01
    assert len(refused) < 12
    assert sum(moment > 20 for moment in refused) <= 4


# What is shown


def test_the_rate_that_is_shown():
    simulation = Simulation(25)
    assert simulation.limiter.rate == Rate(0.0, 24.75, 0)
    simulation.refuse(simulation.sent(10)[-1])
    shown = simulation.limiter.rate
    assert (shown.per_second, shown.refused) == (pytest.approx(24.5, abs=0.5), 1)
    assert shown.limit == pytest.approx(12.5, abs=0.5)
    simulation.now += 60
    assert simulation.limiter.rate.per_second == 0


def test_a_client_shows_its_rate(fake_stripe, settings):
    client = Client()
    client.retrieve("/v1/balance")  # the first answer of a fake takes its time
    fake_stripe.fail(status=429, retry_after=0, times=1)
    list(client.pages(CHARGES, {}))
    assert 0 < client.rate.per_second <= 3
    assert (client.rate.limit, client.rate.refused) == (None, 1)
    with_settings(settings, RATE_LIMIT=50)
    assert Client().rate == Rate(0.0, 49.5, 0)


# Together


@pytest.fixture
def owner(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return "0123456789abcdef"


@pytest.fixture
def redis_cache(settings):
    redis = pytest.importorskip("redis", reason="of the extra for development")
    try:
        redis.Redis(socket_connect_timeout=1).ping()
    except redis.ConnectionError:
        pytest.skip("no Redis answers at 127.0.0.1:6379")
    shared = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS}
    settings.CACHES = {**settings.CACHES, "shared": shared}
    return f"test-{os.getpid()}-{time.monotonic_ns()}"


REDIS = "redis://127.0.0.1:6379"


def check_stores(one, other):
    """What one of them is told, the other one knows."""
    window = int(one.now())
    counts = [store.increment("a", window) for store in (one, other, one)]
    assert [*counts, other.increment("b", window), one.increment("a", window + 1)] == [
        1,
        2,
        3,
        1,
        1,
    ]
    assert other.throttle("a") is None
    at = one.now()
    one.record_throttle("a", at, 12.5)
    assert other.throttle("a") == (at, 12.5)
    assert other.throttle("b") is None


def test_a_file_is_shared(owner):
    check_stores(FileRateStore(owner), FileRateStore(owner))
    assert FileRateStore(owner).path.stat().st_mode & 0o777 == 0o600


def test_a_cache_is_shared(redis_cache):
    check_stores(CacheRateStore(redis_cache, "shared"), CacheRateStore(redis_cache, "shared"))


def test_the_file_counts_each_one(owner):
    def count(_):
        store = FileRateStore(owner)
        return [store.increment("a", 1) for _ in range(100)]

    with ThreadPoolExecutor(4) as pool:
        counts = sorted(each for counted in pool.map(count, range(4)) for each in counted)
    assert counts == list(range(1, 401))


def test_the_file_stays_small(owner):
    store = FileRateStore(owner)
    for window in range(1000):
        store.increment("a", window)
    assert store.path.stat().st_size < 3000


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]", b"7" * 5000])
def test_a_file_that_says_nothing(content, owner):
    store = FileRateStore(owner)
    store.path.write_bytes(content)
    assert [store.increment("a", 1), store.increment("a", 1)] == [1, 2]


@pytest.mark.parametrize("ahead", [-7200.0, MAX_AHEAD + 1])
def test_a_lesson_of_another_time(ahead, owner):
    store = FileRateStore(owner)
    store.record_throttle("a", store.now() + ahead, 5.0)
    assert store.throttle("a") is None


def test_a_file_that_leads_elsewhere_is_not_shared(owner, tmp_path, caplog):
    store = FileRateStore(owner)
    store.path.symlink_to(tmp_path / "elsewhere")
    shared = SharedRateStore(store)
    with caplog.at_level(logging.WARNING):
        assert [shared.increment("a", 1), shared.increment("a", 1)] == [1, 2]
    assert caplog.text.count("not shared for a minute") == 1
    assert not (tmp_path / "elsewhere").exists()


READER = """
import json, sys, threading
import django
from django.conf import settings
settings.configure(USE_TZ=True, **json.loads(sys.argv[1]))
django.setup()
from stripe_django import credentials
from stripe_django.api.client import Client
client = Client()
def read():
    for _ in range(15):
        client.retrieve("/v1/balance")
threads = [threading.Thread(target=read) for _ in range(4)]
for each in threads: each.start()
for each in threads: each.join()
"""


@pytest.mark.parametrize("shared", ["", "shared"], ids=["file", "Redis"])
def test_processes_with_one_key_stay_under_its_limit(shared, fake_stripe, settings, request):
    if shared:
        request.getfixturevalue("redis_cache")
    Client().retrieve("/v1/balance")  # the first answer of a fake takes its time
    fake_stripe.requests.clear()
    with_settings(settings, RATE_LIMIT=40, RATE_LIMIT_PER_ENDPOINT=0, RATE_CACHE=shared)
    given = {"STRIPE_DJANGO": settings.STRIPE_DJANGO, "CACHES": settings.CACHES}
    readers = [
        subprocess.Popen([sys.executable, "-c", READER, json.dumps(given)], stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    assert [reader.communicate(timeout=60)[1] for reader in readers] == [b"", b""]
    asked = [each.at.timestamp() for each in fake_stripe.requests]
    assert len(asked) == 2 * 60
    assert most_within(asked) <= 40 + 8 + 4  # all threads late at once, and the rest of a window


def test_a_fork_has_a_limiter_and_a_connection_of_its_own(settings, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with canned.serving("charge", 0) as server:
        settings.STRIPE_DJANGO = {"API_KEY": "sk_test_x", "API_BASE": server.url}
        client = Client()
        client.retrieve("/v1/balance")
        limiter = limiter_of(Limits.in_force(credentials.own()))
        with limiter._lock:
            child = os.fork()
            if not child:
                client.retrieve("/v1/balance")
                os._exit(client.rate.per_second != 1.0)
        assert os.waitpid(child, 0)[1] == 0
        client.retrieve("/v1/balance")
        assert server.counts()["connections"] == 2 + 1  # and one for the counts themselves
    assert limiter_of(Limits.in_force(credentials.own())) is limiter
