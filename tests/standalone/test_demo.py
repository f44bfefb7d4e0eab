"""``stripe_django demo``. That it works as a whole is a test of the built wheel."""

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from stripe_django import cli, sync
from stripe_django.models import Customer, PendingRead
from stripe_django.standalone.demo import (
    counts,
    differences,
    first_act,
    report,
    second_act,
    stripes,
)
from stripe_django.testing import FakeStripe
from tests.serving import COMMAND, bare

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(settings.DATABASE != "sqlite", reason="it brings its own database")


def demo(folder, *arguments, **environment):
    """It has a folder of its own for temporary files, and has to leave it empty."""
    scratch = folder / "scratch"
    scratch.mkdir()
    done = subprocess.run(
        [*COMMAND, "demo", *arguments],
        cwd=folder,
        env=bare({"TMPDIR": str(scratch), **environment}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert list(scratch.iterdir()) == []
    return done


@pytest.mark.usefixtures("migrated")
def test_with_a_key_it_reads_and_creates_nothing(tmp_path):
    """Neither at Stripe nor in the database that the environment names."""
    before = (tmp_path / "stripe.sqlite3").read_bytes()
    stripe = FakeStripe(key="sk_test_secret")
    stripe.create("customer")
    with stripe.serving() as address:
        keys = {"STRIPE_SECRET_KEY": stripe.key, "STRIPE_API_BASE": address}
        done = demo(tmp_path, DATABASE_URL="stripe.sqlite3", **keys)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {request.method for request in stripe.requests} == {"GET"}
    assert "creating nothing there" in done.stdout
    assert "The second act" not in done.stdout
    assert stripe.key not in done.stdout + done.stderr
    assert (tmp_path / "stripe.sqlite3").read_bytes() == before


@pytest.mark.usefixtures("migrated")
def test_what_a_database_has_is_left_alone(tmp_path):
    stripe = FakeStripe()
    stripe.create("customer")
    with stripe.serving() as address:
        env = bare({"STRIPE_SECRET_KEY": stripe.key, "STRIPE_API_BASE": address})
        subprocess.run([*COMMAND, "sync"], cwd=tmp_path, env=env, check=True, capture_output=True)
    done = demo(tmp_path, "--database", "stripe.sqlite3")
    assert done.returncode == 1
    assert "This database holds data of Stripe already." in done.stderr
    assert "The sync" not in done.stdout


def test_a_taken_port_is_found_before_the_work(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = demo(tmp_path, "--serve", "--port", str(taken.getsockname()[1]))
    assert (done.returncode, done.stdout) == (1, "")
    assert "already in use" in done.stderr
    assert "Traceback" not in done.stderr


def test_another_database_may_have_another_engine(tmp_path):
    code = (
        "import django\n"
        "django.setup()\n"
        "from django.db import connection\n"
        "from stripe_django.standalone.tables import connect\n"
        "for database in ('x.sqlite3', 'postgres://user@127.0.0.1:1/y', 'z.sqlite3'):\n"
        "    connect(database)\n"
        "    settings = connection.settings_dict\n"
        "    print(connection.vendor, settings['NAME'], sorted(settings['OPTIONS']))\n"
    )
    environment = {"DJANGO_SETTINGS_MODULE": cli.SETTINGS, "PYTHONPATH": str(ROOT)}
    options = {"cwd": tmp_path, "env": bare(environment), "capture_output": True, "text": True}
    done = subprocess.run([sys.executable, "-c", code], check=False, **options)
    sqlite = ["init_command", "timeout", "transaction_mode"]
    assert done.stdout.splitlines() == [
        f"sqlite {tmp_path}/x.sqlite3 {sqlite}",
        "postgresql y []",
        f"sqlite {tmp_path}/z.sqlite3 {sqlite}",
    ]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_all_of_it(tmp_path, number, status):
    options = {"cwd": tmp_path, "env": bare({"TMPDIR": str(tmp_path)}), "start_new_session": True}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*COMMAND, "demo"], stdout=pipe, stderr=subprocess.DEVNULL, text=True, **options
    ) as process:
        assert any("$ stripe_django sync" in line for line in process.stdout)
        time.sleep(1)  # so that the sync is under way
        process.send_signal(number)
        process.communicate(timeout=60)
    assert process.returncode == status
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


@pytest.mark.usefixtures("migrated")
def test_its_server_ends_with_a_demo_that_is_killed(tmp_path):
    code = (
        "from stripe_django.standalone.demo.commands import Project\n"
        "with Project('stripe.sqlite3').receiving() as address:\n"
        "    print(address, flush=True)\n"
        "    input()\n"
    )
    command = [sys.executable, "-c", code]
    pipe = subprocess.PIPE
    env = bare({"PYTHONPATH": str(ROOT)})
    options = {"cwd": tmp_path, "env": env, "text": True}
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, **options) as parent:
        address = urlsplit(parent.stdout.readline().strip())
        assert address.path == "/stripe/webhook/"
        assert accepts(address.port)
        parent.kill()
    end = time.monotonic() + 20
    while accepts(address.port) and time.monotonic() < end:
        time.sleep(0.05)
    assert not accepts(address.port)


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


@pytest.mark.django_db
def test_what_differs_is_found(settings):
    fake = FakeStripe()
    settings.STRIPE_DJANGO = {"API_KEY": fake.key}
    same, changed, missing = (fake.create("customer")["id"] for _ in range(3))
    for id in (same, changed):
        sync.apply(fake.emit("customer.updated", id))
    fake.update(changed, balance=5)
    with stripes.served(fake) as stripe:
        found = {each.name: each for each in counts.compare(stripe.client)}
        [customers] = differences.compare_all(stripe.client)
    assert found["Customer"] == ("Customer", 3, 2)
    assert not found["Customer"].agrees
    assert found["Charge"] == ("Charge", 0, 0)
    assert (customers.name, customers.missing) == (Customer.__name__, [missing])
    assert customers.differing == sorted([changed, missing])


@pytest.mark.django_db
def test_a_second_poll_is_announced_as_what_it_is(monkeypatch, capsys):
    """It reads rows once more, and finds no event."""
    customer = {"object_name": "customer", "reason": PendingRead.Reason.CONFIRM}
    customer["not_before"] = datetime.now(UTC)
    PendingRead.objects.create(stripe_id="cus_1", **customer)
    monkeypatch.setattr(second_act, "SECONDS_BETWEEN_POLLS", 0)
    polls = iter([["one differs"], ["one differs"], []])
    monkeypatch.setattr(second_act.report, "show_differences", lambda *_: next(polls))
    project = SimpleNamespace(run=lambda *_: print("a poll"))
    assert second_act._poll(project, None)
    waits = "1 row waits to be read from Stripe once more."
    again = f"{waits} The next poll does that:"
    found = "What no webhook has brought, a poll finds:"
    assert capsys.readouterr().out.splitlines() == [waits, found, *["a poll", again] * 2, "a poll"]
    PendingRead.objects.create(stripe_id="cus_2", **customer)
    [rows] = second_act._waiting()
    assert rows == "2 rows wait to be read from Stripe once more."


def test_what_differs_is_counted_by_kind():
    comparison = differences.Comparison("Customer", {"a": 1, "b": 2}, {"b": 3})
    assert report._explained(comparison) == "Customer: 1 missing, 1 different: a, b"
    comparison = differences.Comparison("Customer", {"a": 1}, {})
    assert report._explained(comparison) == "Customer: 1 missing: a"


def test_the_numbers_of_a_summary_are_added_up():
    summary = {"objects": [{"created": 1, "x": {"created": 2}}, {"created": "3"}], "created": 4}
    assert first_act.total("created", summary) == 7
