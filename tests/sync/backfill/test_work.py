"""``stripe_sync --work``: processes that share a run, of which some die, leave or stand still."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError, connection, transaction

from stripe_django.models import SyncRange
from tests import child
from tests.sync.backfill.test_engine import charge
from tests.sync_working import WORKERS

START = 1_700_000_000
PATIENCE = 60  # seconds
HELD = "SELECT process FROM stripe_django_syncrange WHERE token <> ''"

pytestmark = pytest.mark.django_db(transaction=True)


class Crew:
    """Processes on one database, and the fake Stripe that they read."""

    def __init__(self, fake, address, database):
        self.fake, self.address, self.database = fake, address, database

    def command(self, step):
        words = ["tests.sync_working", self.database, step, self.fake.key, self.address]
        return [sys.executable, "-m", "tests.child", *words]

    def run(self, step):
        done = subprocess.run(
            self.command(step), env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    @property
    def environment(self):
        return os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}

    @contextmanager
    def workers(self, count):
        """So many processes, which begin at once."""
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        begin = (self.command("work") for _ in range(count))
        processes = [
            subprocess.Popen(each, env=self.environment, text=True, **pipes) for each in begin
        ]
        try:
            for each in processes:
                assert each.stdout.readline() == "ready\n"
            for each in processes:
                each.stdin.write("go\n")
                each.stdin.flush()
            yield processes
        finally:
            for each in processes:
                each.kill()
                each.communicate()

    def wait_for(self, pages):
        """Until so many more pages were requested."""
        aim = len(self.fake.requests) + pages
        wait_until(lambda: len(self.fake.requests) >= aim)

    def holders(self):
        """The numbers of the processes that have leases."""
        if connection.vendor != "sqlite":
            held = SyncRange.objects.exclude(token="").values_list("process", flat=True)
        else:
            with closing(sqlite3.connect(self.database)) as database:
                held = [each for [each] in database.execute(HELD)]
        return {int(each.rpartition(" ")[2]) for each in held}

    def stop(self, process):
        """Stop it between two transactions: in one, it would keep its ranges locked."""
        process.send_signal(signal.SIGSTOP)
        held = SyncRange.objects.filter(process__endswith=f" {process.pid}").exclude(token="")
        mine = SyncRange.objects.filter(pk__in=list(held.values_list("pk", flat=True)))
        try:
            with transaction.atomic():
                is_held = bool(mine.select_for_update(nowait=True))
        except OperationalError:
            is_held = False
        if not is_held:
            process.send_signal(signal.SIGCONT)
        return is_held


def wait_until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def crew(fake_stripe, settings, tmp_path):
    database = django_settings.DATABASES["default"]["NAME"]
    if django_settings.DATABASE == "sqlite":
        database = str(tmp_path / "copy.sqlite3")
        child.copy_tables(database)
    return Crew(fake_stripe, settings.STRIPE_DJANGO["API_BASE"], database)


def objects(charges, transactions):
    made = [charge(number, created=START + 600 * number) for number in range(charges)]
    known = {"object": "balance_transaction", "created": START}
    return [*made, *({"id": f"txn_{number}", **known} for number in range(transactions))]


def assert_is_whole(crew, truth, *, again):
    found = json.loads(crew.run("state"))
    assert found["rows"] == {each["id"]: each for each in truth}
    assert found["run"] == ["done", "", True]
    assert found["ranges"] == [["done", ""]]
    pages = [request for request in crew.fake.requests if request.path != "/v1/account"]
    assert len(pages) - found["pages"] <= again
    return found["pages"], len(pages) - found["pages"]


def test_a_process_that_is_killed_leaves_its_ranges_to_another(crew):
    truth = objects(3_000, 300)
    crew.fake.add(*truth)
    crew.run("enqueue")
    crew.fake.slow(0.1)
    with crew.workers(2) as (first, second):
        wait_until(lambda: len(crew.holders()) == 2)
        crew.wait_for(4)
        first.kill()
        _, err = second.communicate(timeout=PATIENCE)
    assert second.returncode == 0, err
    assert_is_whole(crew, truth, again=WORKERS)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="a smaller one is above")
def test_one_is_killed_one_leaves_and_one_stands_still(crew, record_property):
    """Each does part of it; the one that stood still writes nothing of what others have read."""
    truth = objects(10_000, 1_000)
    crew.fake.add(*truth)
    crew.run("enqueue")
    crew.fake.slow(0.3)
    with crew.workers(3) as (still, killed, leaving):
        wait_until(lambda: len(crew.holders()) == 3)
        wait_until(lambda: crew.stop(still))
        wait_until(lambda: still.pid not in crew.holders())  # others read what it had
        crew.wait_for(4)
        killed.kill()
        leaving.send_signal(signal.SIGTERM)
        still.send_signal(signal.SIGCONT)
        _, err = leaving.communicate(timeout=PATIENCE)
        assert leaving.returncode == 0, err
        _, err = still.communicate(timeout=PATIENCE)
        assert still.returncode == 0, err
    pages, again = assert_is_whole(crew, truth, again=2 * WORKERS)
    record_property(
        "summary",
        f"a killed, a leaving and a stopped process on {connection.vendor}: {pages} pages,"
        f" {again} of them requested again",
    )
