"""A run that tasks read, on RQ and on Celery: two workers each, of which one is killed."""

import os
import socket
import subprocess
from importlib.util import find_spec
from uuid import uuid4

import pytest
from django.db import connection

from stripe_django.models import Charge, SyncRange, SyncRun
from tests.process_groups import child, kill, running
from tests.sync.backfill.test_engine import charge
from tests.sync.backfill.test_work import START, wait_until
from tests.sync_working import WORKERS

redis = pytest.importorskip("redis", reason="of the extra for development")

TASKS = "tests.sync_tasks"
PORTS = {"rq": ("django_tasks_rq", 6379), "celery": ("celery", 5672)}

pytestmark = [
    pytest.mark.skipif(connection.vendor == "sqlite", reason="workers need a server"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(params=PORTS)
def backend(request, fake_stripe, settings, monkeypatch):
    """The name of a backend that answers, with a queue that nobody else uses."""
    module, port = PORTS[request.param]
    if find_spec(module) is None:
        pytest.skip(f"{module} is absent")
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)):
            pytest.skip(f"nothing answers at 127.0.0.1:{port}")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tests.task_settings")
    monkeypatch.setenv("TASK_BACKEND", request.param)
    monkeypatch.setenv("TASK_KEY", fake_stripe.key)
    monkeypatch.setenv("TASK_API_BASE", settings.STRIPE_DJANGO["API_BASE"])
    monkeypatch.setenv("CELERY_QUEUE", f"stripe_django_{uuid4().hex}")
    if request.param == "celery":
        yield request.param
        return
    number = free_database()
    monkeypatch.setenv("REDIS_DATABASE", str(number))
    yield request.param
    redis.Redis(db=number).flushdb()


def free_database():
    for number in range(15, 0, -1):
        found = redis.Redis(db=number)
        if found.dbsize() == 0 and found.set("tested", 1, nx=True, ex=300):
            return number
    pytest.skip("every database of Redis is in use")


def readers():
    """The processes that have leases, by the worker whose child each is."""
    held = SyncRange.objects.exclude(token="").values_list("process", flat=True)
    return {parent_of(number): number for each in held if (number := int(each.rpartition(" ")[2]))}


def parent_of(number):
    shown = subprocess.run(["ps", "-o", "ppid=", "-p", str(number)], capture_output=True, text=True)
    return int(shown.stdout or 0)


def test_a_run_is_read_by_tasks_though_a_worker_dies(backend, fake_stripe, record_property):
    truth = [charge(number, created=START + 600 * number) for number in range(6_000)]
    fake_stripe.add(*truth)
    fake_stripe.slow(0.15)
    with running(child(TASKS, backend)) as first, running(child(TASKS, backend)) as second:
        subprocess.run(child(TASKS, "enqueue"), check=True, stdout=subprocess.DEVNULL)
        both = {first.pid, second.pid}
        wait_until(lambda: readers().keys() == both)
        reader = os.getpgid(readers()[first.pid])  # RQ's have a group of their own
        kill(first.pid)
        kill(reader)
        wait_until(lambda: not SyncRun.objects.filter(status="running").exists())
    assert SyncRun.objects.get().status == "done"
    rows = {row.stripe_id: row.to_stripe() for row in Charge.objects.iterator()}
    assert rows == {each["id"]: each for each in truth}
    pages = sum(SyncRange.objects.values_list("pages", flat=True))
    again = len(fake_stripe.asked("/v1/charges")) - pages
    assert again <= WORKERS
    record_property(
        "summary", f"tasks of {backend} on {connection.vendor}: {pages} pages, {again} again"
    )
