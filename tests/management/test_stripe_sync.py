"""``stripe_sync``, called from Python and run as people run it."""

import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
from unittest.mock import patch

import pytest
from django.db import connection

from stripe_django import statistics
from stripe_django.api.client import clock_of
from stripe_django.models import Charge, Coupon, Invoice, SyncRun
from tests import said

ACCOUNT = "acct_connected"
OUTCOMES = "created updated unchanged stale conflicting refetch failed"
HIDDEN = "sk_test_hidden"
FIGURES = re.compile(r"[\d,]+ objects/s(, | · )[\d.]+ (of \d+ )?requests/s")
REFUSED = "Request req_00000000000001: "  # the SDK's beginning of messages


def charges(count, **more):
    return [
        {"id": f"ch_{n}", "object": "charge", "created": 1_000 + n, **more} for n in range(count)
    ]


class Said(said.Said):
    command = ("stripe_sync",)

    @property
    def table(self):
        """The counts by object, of those that are not zero."""
        header, *lines = [line.split() for line in self.out.splitlines()]
        assert header == ["object", *OUTCOMES.split()]
        found = {}
        for name, *counts in lines:
            pairs = zip(OUTCOMES.split(), counts, strict=True)
            found[name] = {outcome: count for outcome, count in pairs if count != "0"}
        return found


def interrupt_statistics(execute, sql, *arguments):
    if "stripe_django_statistics" in sql:
        raise KeyboardInterrupt
    return execute(sql, *arguments)


# Called from Python


@pytest.mark.django_db
class TestCalls:
    def test_the_table(self, fake_stripe):
        fake_stripe.add(*charges(1_205))
        fake_stripe.add({"id": "gold", "object": "coupon"})
        said = Said()
        assert said.error is None
        assert said.table == {
            "account": {"created": "1"},
            "balance": {"created": "1"},
            "balance_settings": {"created": "1"},
            "charge": {"created": "1,205"},
            "coupon": {"created": "1"},
            "tax.settings": {"created": "1"},
        }
        assert len({len(line) for line in said.out.splitlines()}) == 1
        assert Said("--full").table["charge"] == {"unchanged": "1,205"}

    def test_only_what_has_changed_is_counted_again(self, fake_stripe):
        fake_stripe.add(*charges(3), {"id": "gold", "object": "coupon"})
        asked = []
        with patch.object(statistics, "ask", asked.append):
            Said()
            fake_stripe.add({"id": "silver", "object": "coupon"})
            Said()
        assert asked[0] >= {"charge", "coupon"}
        assert asked[1] == {"coupon"}

    def test_progress_is_in_plain_lines(self, fake_stripe):
        for each in charges(50):
            page = {"data": [each | {"created": None}], "has_more": True}
            fake_stripe.answer(page, path="/v1/charges", times=1)
        fake_stripe.answer({"data": []}, path="/v1/charges")
        said = Said("charge", "--workers", "1")
        assert FIGURES.sub("…", said.err) == (
            "charge: 50 (…)\ncharge: 50\nRead all that is listed.\n"
        )

    def test_the_objects_that_are_named(self, fake_stripe):
        fake_stripe.add(*charges(1))
        said = Said("coupon", "charge")
        assert said.table == {"charge": {"created": "1"}}
        assert [request.path for request in fake_stripe.requests] == ["/v1/coupons", "/v1/charges"]

    def test_an_object_without_a_list(self, fake_stripe):
        said = Said("charge", "card", "cards")
        reason = "Stripe has no list of card: it comes inside the objects that have it."
        assert (str(said.error), said.error.returncode) == (f"{reason}\n{reason}", 1)
        assert (said.out, said.err, fake_stripe.requests) == ("", "", [])

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("charges", "charge"),
            ("PaymentIntents", "payment_intent"),
            ("checkout_session", "checkout.session"),
            ("invoice_item", "invoiceitem"),
        ],
    )
    def test_a_name_that_is_mistyped(self, typed, meant, fake_stripe):
        error = str(Said(typed).error)
        begin = f"Stripe has no list of {typed}: did you mean {meant}? The nearest names: {meant}, "
        assert error.startswith(begin)
        assert error.count(",") == 4
        assert len(error) < 250
        assert fake_stripe.requests == []

    def test_a_name_that_is_like_no_other(self, fake_stripe):
        assert str(Said("xyzzy").error).startswith("Stripe has no list of xyzzy. The nearest names")

    @pytest.mark.parametrize(
        ("given", "seconds"),
        [
            ("2026-01-31", 1769817600),
            ("2026-01-31T12:00:00Z", 1769860800),
            ("2026-01-31 12:00", 1769860800),
            ("2026-01-31T12:00:00+02:00", 1769853600),
        ],
    )
    def test_since(self, given, seconds, fake_stripe, settings):
        settings.TIME_ZONE = "UTC"
        assert Said("charge", "--since", given).error is None
        [request] = fake_stripe.requests
        assert request.params["created"] == {"gte": str(seconds)}

    def test_since_is_a_day_of_the_project(self, fake_stripe, settings):
        settings.TIME_ZONE = "Asia/Tokyo"
        Said("charge", "--since", "2026-01-31")
        assert fake_stripe.requests[0].params["created"] == {"gte": str(1769817600 - 9 * 3600)}

    @pytest.mark.parametrize("given", ["0", "-1", "1.5", "all"])
    def test_workers_of_no_number(self, given, fake_stripe):
        error = str(Said(f"--workers={given}").error)
        assert f"--workers: {given!r} is not a whole number above 0" in error
        assert fake_stripe.requests == []

    @pytest.mark.parametrize("given", ["yesterday", "2026-02-30", "31.1.2026", "", "1769817600"])
    def test_since_something_else(self, given, fake_stripe):
        said = Said("charge", f"--since={given}")
        assert f"{given!r} is neither a date nor a time like" in str(said.error)
        assert fake_stripe.requests == []

    def test_a_wrong_clock_of_this_machine_is_told(self, fake_stripe, settings):
        clock = clock_of(settings.STRIPE_DJANGO["API_BASE"])
        clock.machine = lambda: fake_stripe.now.timestamp() + 3_600
        fake_stripe.add({"id": "gold", "object": "coupon"})
        said = Said("coupon")
        assert "This machine's clock differs from Stripe's" in said.err
        assert Coupon.objects.count() == 1

    def test_a_connected_account(self, fake_stripe):
        fake_stripe.add({"id": "gold", "object": "coupon"}, account=ACCOUNT)
        assert Said("coupon", "--account", ACCOUNT).table == {"coupon": {"created": "1"}}
        assert Coupon.objects.get().stripe_id == f"{ACCOUNT}:test:gold"

    def test_what_was_named_and_is_unavailable_fails_the_command(self, fake_stripe):
        fake_stripe.fail(status=403, message="Not with this key.", path="/v1/charges")
        said = Said("charge", "coupon")
        assert str(said.error) == "1 list could not be read: charge."
        assert said.error.returncode == 1
        assert said.out.splitlines()[-1] == f"charge: unavailable ({REFUSED}Not with this key.)"
        assert said.err == "1 list is empty: coupon\n"
        assert SyncRun.objects.get().status == "failed"
        assert str(Said("charge").error) == "1 list could not be read: charge."

    def test_what_is_unavailable_and_was_not_named_is_shown(self, fake_stripe):
        fake_stripe.fail(status=403, message="Not with this key.", path="/v1/charges")
        said = Said()
        assert said.error is None
        assert f"charge: unavailable ({REFUSED[:-4]}" in said.out
        assert said.err.endswith("Read all that is listed.\n")

    def test_a_key_that_may_read_nothing(self, fake_stripe):
        fake_stripe.fail(status=403, message="Not with this key.")
        said = Said()
        assert str(said.error).startswith("Stripe refused every list, so nothing was read")
        assert str(said.error).endswith("Not with this key.")
        assert "Read all" not in said.err
        assert SyncRun.objects.get().status == "failed"

    def test_the_rest_of_a_run_may_be_refused(self, fake_stripe):
        """What the interrupted run had read before counts."""
        fake_stripe.fail(status=402, message="Pay first.", path="/v1/charges", times=1)
        fake_stripe.fail(status=403, message="Not with this key.", path="/v1/charges")
        assert str(Said().error) == "1 list failed: charge."
        said = Said()
        assert said.error is None
        assert said.err == "Resumed the interrupted run.\nRead all that is listed.\n"
        assert SyncRun.objects.get().status == "done"

    @pytest.mark.parametrize("named", [[], ["charge"]])
    def test_an_account_that_is_mistyped(self, named, fake_stripe):
        said = Said(*named, "--account", "acct_typo")
        assert str(said.error).startswith("The key has no access to this account: ")
        assert "acct_typo" in str(said.error)
        assert "Read all" not in said.err
        assert SyncRun.objects.get().status == "failed"
        assert len(fake_stripe.requests) == 1

    def test_many_that_are_unavailable_are_named_together(self, fake_stripe):
        names = ["charge", "coupon", "dispute", "invoice", "payout", "refund"]
        fake_stripe.fail(status=403, message="Not with this key.")
        said = Said(*names)
        assert str(said.error) == f"6 lists could not be read: {', '.join(names)}."
        assert said.out.splitlines()[1:] == [
            f"unavailable (6; --json says why): {', '.join(names)}"
        ]

    def test_a_failure_fails_the_command(self, fake_stripe):
        fake_stripe.fail(status=402, message="Pay first.", path="/v1/charges")
        fake_stripe.add({"id": "gold", "object": "coupon"})
        said = Said("charge", "coupon")
        assert (str(said.error), said.error.returncode) == ("1 list failed: charge.", 1)
        assert "Read all" not in said.err
        assert said.out.splitlines()[-1] == f"charge: failed (CardError: {REFUSED}Pay first.)"
        assert Coupon.objects.exists()

    def test_a_server_that_fails_a_fifth_of_the_time(self, fake_stripe, settings):
        """It gets through, but for the objects that it never gets: they fail alone."""
        settings.STRIPE_DJANGO |= {"TIMEOUT": 0.5}
        made = {
            "charge": charges(800),
            "invoice": [{"id": f"in_{n}", "object": "invoice", "created": n} for n in range(300)],
            "coupon": [{"id": f"gold{n}", "object": "coupon"} for n in range(40)],
        }
        fake_stripe.add(*(each for every in made.values() for each in every))
        fake_stripe.fail(status=500, message="Never.", retry_after=0, path="/v1/refunds")
        fake_stripe.fail(status=429, retry_after=0, share=0.1, seed=1)
        fake_stripe.fail(status=500, retry_after=0, share=0.1, seed=2)
        fake_stripe.cut(share=0.02, seed=3)
        fake_stripe.cut(after_bytes=1_000, share=0.02, seed=4)
        fake_stripe.hang(after=5, times=2)
        found = Said(*made, "refund", "--workers", "4")
        assert (str(found.error), found.error.returncode) == ("1 list failed: refund.", 1)
        assert found.out.splitlines()[-1].startswith("refund: failed (APIError: Request req_")
        kept = {model.stripe.object_name: model.objects for model in (Charge, Invoice, Coupon)}
        for name, every in made.items():
            rows = {row.stripe_id: row.to_stripe() for row in kept[name].all()}
            assert rows == {each["id"]: each for each in every}
        assert Said(*made, "--workers", "4").error is None

    def test_failures_are_shown(self, fake_stripe):
        bad = [{"id": f"x_{n}", "object": "unheard_of"} for n in range(25)]
        fake_stripe.answer({"data": [*charges(1), *bad]}, path="/v1/charges")
        said = Said("charge")
        assert str(said.error) == "25 objects failed."
        assert "Read all" not in said.err
        assert said.table == {"charge": {"created": "1"}, "unheard_of": {"failed": "25"}}
        lines = [line for line in said.err.splitlines() if "fail" in line]
        assert len(lines) == 21
        assert lines[0].startswith("failed: unheard_of x_0: No model for")
        assert lines[-1] == "and 5 more failures"

    def test_json(self, fake_stripe):
        fake_stripe.answer({"data": [*charges(2), {"object": "charge"}]}, path="/v1/charges")
        fake_stripe.answer("Not here.", status=404, path="/v1/coupons")
        said = Said("charge", "coupon", "--json")
        document = json.loads(said.out)
        [failure] = document.pop("failures")
        assert failure.startswith("charge None: ")
        error = document["lists"]["coupon"].pop("error")
        assert "404" in error
        assert document == {
            "lists": {
                "charge": {"status": "done", "read": 3, "error": ""},
                "coupon": {"status": "unavailable", "read": 0},
            },
            "objects": {"charge": {"created": 2, "failed": 1}},
            "run": {"kind": "full", "since": None, "resumed": False, "deleted": 0},
            "ambiguous": 0,
        }
        assert said.err.startswith("charge: 3\n")

    @pytest.mark.parametrize("key", ["", HIDDEN + "\n"])
    def test_no_usable_key(self, key, settings, monkeypatch):
        monkeypatch.delenv("STRIPE_SECRET_KEY", raising=False)
        settings.STRIPE_DJANGO = {"API_KEY": key}
        said = Said()
        assert "STRIPE_SECRET_KEY" in str(said.error)
        assert HIDDEN not in str(said.error)
        assert said.out == ""

    def test_a_key_that_stripe_refuses(self, fake_stripe):
        fake_stripe.key = "sk_test_another"
        said = Said()
        assert str(said.error) == "Stripe rejects the key: That is not the API key of this fake."
        assert len(fake_stripe.requests) == 1

    @pytest.mark.parametrize("named", [[], ["charge", "coupon"]])
    def test_without_a_network(self, named, settings):
        with socket.create_server(("127.0.0.1", 0)) as unused:
            address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        settings.STRIPE_DJANGO = {
            "API_KEY": HIDDEN,
            "API_BASE": address,
            "MAX_NETWORK_RETRIES": 0,
        }
        said = Said(*named)
        assert str(said.error).startswith(f"{address} cannot be reached: ")
        assert "refused" in str(said.error)
        assert len(str(said.error)) < 150
        assert SyncRun.objects.get().status == "failed"

    def test_an_interrupt_after_the_sync(self, fake_stripe):
        """While the statistics are computed, which may take a minute."""
        with connection.execute_wrapper(interrupt_statistics):
            said = Said("charge")
        assert (str(said.error), said.error.returncode) == ("Interrupted.", 130)
        assert "Read all that is listed." in said.err
        assert SyncRun.objects.get().status == "done"

    def test_a_key_of_another_mode(self, fake_stripe, settings):
        Said("charge")
        settings.STRIPE_DJANGO |= {"API_KEY": "sk_live_other"}
        assert "another mode" in str(Said("charge").error)


# Run by its name


class Project:
    """An empty folder, and the command in it."""

    def __init__(self, folder, key, address):
        self.folder = folder
        self.environment = {
            "PATH": os.environ["PATH"],
            "NO_PROXY": "127.0.0.1",
            "STRIPE_SECRET_KEY": key,
            "STRIPE_API_BASE": address,
        }

    def start(self, *arguments, **options):
        command = [sys.executable, "-W", "error", "-m", "stripe_django", "sync", *arguments]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options,
        )

    def run(self, *arguments, **environment):
        self.environment |= environment
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=60)
        return process.returncode, out, err


@pytest.fixture
def project(migrated, fake_stripe, settings):
    return Project(migrated, fake_stripe.key, settings.STRIPE_DJANGO["API_BASE"])


def wait_for(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_run_that_fails(project, fake_stripe):
    fake_stripe.fail(status=402, message="Pay first.", path="/v1/charges")
    status, out, err = project.run("charge")
    assert status == 1
    assert re.fullmatch(r"charge: failed \(CardError: .*Pay first.\)", out.splitlines()[-1])
    assert err.endswith("CommandError: 1 list failed: charge.\n")
    assert "Traceback" not in err


@pytest.mark.parametrize("key", [HIDDEN, HIDDEN + "\n"])
def test_the_key_is_not_printed(key, project):
    status, out, err = project.run(STRIPE_SECRET_KEY=key)
    assert status == 1
    assert HIDDEN not in out + err
    assert HIDDEN.encode() not in (project.folder / "stripe.sqlite3").read_bytes()
    assert "Traceback" not in err


def test_an_interrupt(project, fake_stripe):
    fake_stripe.add(*charges(250))
    fake_stripe.slow(5, path="/v1/charges", after=2, times=1)
    with project.start("charge", "coupon", "--workers", "1") as process:
        wait_for(lambda: len(fake_stripe.asked("/v1/charges")) == 3)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert time.monotonic() - began < 4
    assert process.returncode == 130
    done = sum(map(int, re.findall(r"^charge +(\d+)(?: +0){6}$", out, re.M)))
    assert done in (0, 100, 200)  # whole pages, as far as they were written by then
    assert out.splitlines()[-1] == "charge: interrupted"
    assert err.splitlines() == [
        *("charge: interrupted", "1 list is empty: coupon"),
        "CommandError: Interrupted. The same command resumes the run.",
    ]
    assert len(fake_stripe.asked("/v1/charges")) == 3
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    _, out, err = project.run("charge", "coupon")
    assert out.split()[-7:] == [str(250 - done), *["0"] * 6]
    assert "Resumed the interrupted run." in err


@pytest.fixture
def first(project, fake_stripe):
    """A run that has written two of five pages, and is halted until SIGCONT."""
    fake_stripe.add(*charges(500, created=None))
    fake_stripe.slow(2, path="/v1/charges", after=2, times=1)
    with project.start("charge") as process:
        wait_for(lambda: len(fake_stripe.asked("/v1/charges")) == 3)
        process.send_signal(signal.SIGSTOP)
        yield process
        process.kill()


def test_a_second_run_leaves_the_first_one_alone(first, project, fake_stripe):
    status, out, err = project.run("charge")
    assert (status, out) == (1, "")
    assert re.match(
        r"CommandError: Another stripe_sync is running since [-\d]{10} [:\d]{8} UTC"
        r" \(last sign of life .* UTC; machine and process: .*\)\. Wait for its end, which --wait"
        r" does, or stop it\.\n$",
        err,
    )
    assert f" {first.pid})" in err
    first.send_signal(signal.SIGCONT)
    out, err = first.communicate(timeout=30)
    assert (first.returncode, err.splitlines()[-1]) == (0, "Read all that is listed.")
    assert len(fake_stripe.asked("/v1/charges")) == 5


def test_a_second_run_may_wait_for_its_turn(first, project, fake_stripe):
    with project.start("charge", "--wait") as second:
        waits = second.stderr.readline()
        first.send_signal(signal.SIGCONT)
        _, err = first.communicate(timeout=30)
        assert (first.returncode, err.splitlines()[-1]) == (0, "Read all that is listed.")
        out, err = second.communicate(timeout=30)
    assert waits.startswith("Waiting. Another stripe_sync is running since ")
    assert (second.returncode, err) == (0, "charge: 500\nRead all that is listed.\n")
    assert re.search(r"^charge +0 +0 +500 ", out, re.M)


def test_a_run_that_was_killed_is_resumed_at_once(first, project):
    first.kill()
    first.wait()
    status, _, err = project.run("charge")
    assert (status, err.splitlines()[-2:]) == (
        0,
        ["Resumed the interrupted run.", "Read all that is listed."],
    )


def test_an_interrupt_leaves_one_json_document(project, fake_stripe):
    fake_stripe.slow(5)
    with project.start("charge", "--json") as process:
        wait_for(lambda: fake_stripe.asked("/v1/charges"))
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert json.loads(out)["lists"]["charge"]["status"] == "interrupted"


def test_progress_on_a_terminal(project, fake_stripe):
    fake_stripe.add(*charges(250, created=None))
    seen, terminal = pty.openpty()
    with project.start("charge", "coupon", stderr=terminal) as process:
        out, _ = process.communicate(timeout=60)
    os.close(terminal)
    with open(seen, "rb", closefd=True) as screen:
        text = screen.read1(10_000).decode()
    assert process.returncode == 0
    assert out.startswith("object ")
    *shown, last = FIGURES.sub("…", text).split("\r\x1b[K")
    assert shown[1] == "charge: 100 · …"
    assert "1 list is empty: coupon\r\n" in shown
    assert "charge: 250\r\n" in shown
    assert last == "Read all that is listed.\r\n"


def test_a_project_of_ones_own(tmp_path, fake_stripe):
    """With the tests' own settings, on any database: what is asked for is wrong from the start."""
    command = [sys.executable, "-W", "error", "-m", "django", "stripe_sync", "cards"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    options = {"capture_output": True, "text": True, "check": False, "env": environment}
    done = subprocess.run(command, **options)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("CommandError: Stripe has no list of card: ")
