"""Two worker processes, on a real backend of tasks or of batches, of which one is killed at work.

The backend is RQ on Redis, which also says who is to be killed.
"""

import time
from collections import Counter
from importlib.util import find_spec

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from stripe_django.models import Customer, HandlerRun, InboxEvent
from stripe_django.sync.events import retry
from tests.posting import customer, event, make_due, post, states
from tests.process_groups import child, kill, running

redis = pytest.importorskip("redis", reason="of the extra for development")

EVENTS = 60
PATIENCE = 60  # seconds

pytestmark = [
    pytest.mark.skipif(find_spec("django_tasks_rq") is None, reason="django-tasks-rq is absent"),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="processes need a server"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("endpoint"),
]


@pytest.fixture
def queue(settings, monkeypatch):
    """A database of Redis that nobody else uses, for the tasks of this test and its workers."""
    for number in range(15, 0, -1):
        found = redis.Redis(db=number, socket_connect_timeout=1)
        try:
            is_free = found.dbsize() == 0 and found.set("tested", 1, nx=True, ex=5 * PATIENCE)
        except redis.ConnectionError:
            pytest.skip("no Redis answers at 127.0.0.1:6379")
        if is_free:
            break
    else:
        pytest.skip("every database of Redis is in use")
    monkeypatch.setenv("REDIS_DATABASE", str(number))
    settings.RQ_QUEUES = {"default": {"HOST": "127.0.0.1", "PORT": 6379, "DB": number}}
    settings.TASKS = {"default": {"BACKEND": "django_tasks_rq.RQBackend"}}
    settings.STRIPE_DJANGO |= {"TASKS": "default"}
    yield found
    found.flushdb()


def worker(way):
    return running(child("tests.working", way), DJANGO_SETTINGS_MODULE="tests.worker_settings")


def wait_until(condition):
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end, (states(), runs())
        time.sleep(0.1)
    return found


def runs():
    return Counter(HandlerRun.objects.values_list("status", flat=True))


def post_all():
    for number in range(EVENTS):
        payload = event(number, obj=customer(number, f"cus_{number % 7}"))
        assert post(payload).status_code == 200
    assert Counter(states().values()) == {"received": EVENTS}


def assert_each_is_done_once():
    assert Counter(InboxEvent.objects.values_list("status", "attempts")) == {("applied", 1): EVENTS}
    done = Counter(name.split()[0] for name in Group.objects.values_list("name", flat=True))
    assert done == dict.fromkeys(states(), 1)
    attempts = Counter(HandlerRun.objects.values_list("attempts", flat=True))
    assert attempts == {1: EVENTS - 1, 2: 1}  # the one whose worker died counts, too
    assert sorted(Customer.objects.values_list("balance", flat=True)) == list(range(53, 60))


def test_tasks_are_done_once_though_a_worker_dies(queue):
    post_all()
    with worker("tasks"), worker("tasks"):
        kill(int(wait_until(lambda: queue.get("mortal"))))
        wait_until(lambda: runs() == {"done": EVENTS - 1, "waiting": 1})
        make_due()
        assert retry.run_due() == 1
        wait_until(lambda: runs() == {"done": EVENTS})
    assert_each_is_done_once()


def test_batches_are_done_once_though_a_worker_dies(queue, settings, monkeypatch):
    settings.STRIPE_DJANGO |= {"APPLY_LATER": True}
    monkeypatch.setenv("WORKER_TASKS", "")  # handlers are for these processes as well
    post_all()
    with worker("batches"), worker("batches"):
        kill(int(wait_until(lambda: queue.get("mortal"))))
        left = wait_until(lambda: states_are_final() and runs())
        assert left["waiting"] >= 1
        make_due()
        wait_until(lambda: runs() == {"done": EVENTS})
    assert_each_is_done_once()


def states_are_final():
    return set(states().values()) == {"applied"}
