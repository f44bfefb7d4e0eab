"""The seeding script stays on this machine, and the fake it fills leaves nothing behind."""

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from example import demo, fake
from example.fill import NotLoopbackError, connect, fill, loopback

# Nothing here touches the database, so that one run is enough.
pytestmark = pytest.mark.skipif(settings.DATABASE != "sqlite", reason="same on any database")


@pytest.mark.parametrize(
    "address",
    [
        "https://api.stripe.com",
        "http://api.stripe.com:80",
        "http://127.0.0.1.example.com:8420",
        "http://localhost.example.com:8420",
        "http://127.0.0.1:8420@example.com:80",
        "http://127.0.0.1\\@example.com:80",
        "http://0.0.0.0:8420",
        "http://192.168.0.1:8420",
        "http://2130706433:8420",
        "https://127.0.0.1:8420",
        "http://127.0.0.1",
        "http://[::2]:8420",
        "http://[::1",
        "127.0.0.1:8420",
        "",
    ],
)
def test_fill_refuses_any_address_but_loopback(address):
    with pytest.raises(NotLoopbackError, match="on this machine only"):
        fill(address)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://127.0.0.1:8420", "http://127.0.0.1:8420"),
        ("http://127.3.2.1:8420/", "http://127.3.2.1:8420"),
        ("http://LOCALHOST:8420", "http://localhost:8420"),
        ("http://user:word@[::1]:8420/v1?x=1", "http://[::1]:8420"),
    ],
)
def test_only_host_and_port_of_the_address_are_used(address, expected):
    assert loopback(address) == expected


def test_the_command_refuses_too():
    command = [sys.executable, "-m", "example.fill", "https://api.stripe.com"]
    answer = subprocess.run(command, cwd=fake.ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert "on this machine only, and 'https://api.stripe.com' is somewhere else" in answer.stderr


def test_a_proxy_of_the_environment_is_not_used(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with fake.running() as address:
        assert listed(address, "customers") == []


def test_a_small_business_over_http():
    with fake.running() as address:
        fill(address, customers=5, say=lambda line: None)
        customers, charges, invoices, plans, coupons = (
            listed(address, name)
            for name in ("customers", "charges", "invoices", "plans", "coupons")
        )
    assert [len(customers), len(plans), len(coupons)] == [5, 12, 5]
    assert Counter(charge["status"] for charge in charges)["succeeded"] > 5
    assert {type(charge["amount"]) for charge in charges} == {int}
    assert {charge["currency"] for charge in charges} == {"eur", "usd"}
    assert {invoice["status"] for invoice in invoices} == {"paid"}
    months = {time.gmtime(charge["created"])[:2] for charge in charges}
    assert len(months) > 3


def test_the_same_seed_gives_the_same_business():
    first, again, other = (ids_after_filling(seed) for seed in (1, 1, 2))
    assert first == again != other


def test_the_fake_starts_empty_and_writes_no_file():
    file = Path("/tmp/localstripe.pickle")
    before = file.stat() if file.exists() else None
    for _ in range(2):
        with fake.running() as address:
            assert listed(address, "customers") == []
            fill(address, customers=1, say=lambda line: None)
            assert len(listed(address, "customers")) == 1
    assert (file.stat() if file.exists() else None) == before


def test_the_fake_stops_when_its_block_fails():
    addresses = []
    with pytest.raises(KeyboardInterrupt):
        interrupt(addresses)
    assert [answers(address) for address in addresses] == [False]


def test_the_fake_stops_when_its_parent_is_killed():
    script = (
        "from example import fake\n"
        "with fake.running() as address:\n"
        "    print(address, flush=True)\n"
        "    input()\n"
    )
    command = [sys.executable, "-c", script]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=fake.ROOT, stdin=pipe, stdout=pipe, text=True) as parent:
        address = parent.stdout.readline().strip()
        assert answers(address)
        parent.kill()
    deadline = time.monotonic() + 10
    while answers(address) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not answers(address)


def test_the_fake_says_so_when_it_cannot_start(monkeypatch):
    monkeypatch.setattr(fake, "SERVER", "example.no_such_module")
    with pytest.raises(RuntimeError, match="did not start"), fake.running():
        pass


def test_with_a_key_nothing_is_started_or_filled(monkeypatch, capsys):
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_secret")
    before = dict(os.environ)
    with demo.stripe_to_read():
        assert dict(os.environ) == before
    said = capsys.readouterr().out
    assert "creating nothing there" in said
    assert "sk_test_secret" not in said


def lived(**environment):
    command = [sys.executable, "-c", "from example import live; raise SystemExit(live.main(3))"]
    env = {key: value for key, value in os.environ.items() if key != "STRIPE_SECRET_KEY"}
    return subprocess.run(
        command, cwd=fake.ROOT, env=env | environment, capture_output=True, text=True, check=False
    )


def test_webhooks_alone_keep_a_running_project_true():
    done = lived()
    assert done.returncode == 0, done.stdout + done.stderr
    assert (done.stdout.count("equal"), "DIFFER" in done.stdout) == (6, False)


def test_with_a_key_nothing_is_made_to_happen():
    done = lived(STRIPE_SECRET_KEY="sk_test_secret")
    assert (done.returncode, "nothing is made to happen" in done.stdout) == (0, True)
    assert "listening" not in done.stdout


def interrupt(addresses):
    with fake.running() as address:
        assert answers(address)
        addresses.append(address)
        raise KeyboardInterrupt


def ids_after_filling(seed):
    with fake.running() as address:
        fill(address, customers=3, seed=seed, say=lambda line: None)
        return [charge["id"] for charge in listed(address, "charges")]


def listed(address, path):
    return connect(address).raw_request("get", f"/v1/{path}", limit=100).data["data"]


def answers(address):
    parts = urlsplit(address)
    try:
        socket.create_connection((parts.hostname, parts.port), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True
