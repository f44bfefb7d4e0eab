"""Events that tasks apply, on backends of Django's own."""

import django
import pytest

from stripe_django.models import HandlerRun, PendingRead
from stripe_django.sync.events import retry
from stripe_django.webhooks import on
from tests.posting import customer, event, make_due, post, states

if django.VERSION >= (6, 0):
    from django.tasks import task_backends
else:
    from django_tasks import task_backends

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("endpoint")]

BACKENDS = f"{type(task_backends).__module__}.backends"


@pytest.fixture
def tasks(settings):
    settings.TASKS = {
        "default": {"BACKEND": f"{BACKENDS}.immediate.ImmediateBackend"},
        "later": {"BACKEND": f"{BACKENDS}.dummy.DummyBackend"},
        "broken": {"BACKEND": f"{BACKENDS}.dummy.DummyBackend", "QUEUES": ["other"]},
    }

    def choose(name):
        settings.STRIPE_DJANGO = settings.STRIPE_DJANGO | {"TASKS": name}

    return choose


def enqueued():
    return [(each.task.name, *each.args) for each in task_backends["later"].results]


def work(most=100):
    """Do what is enqueued, as a worker would."""
    results = task_backends["later"].results
    for _ in range(most):
        if results:
            result = results.pop(0)
            result.task.call(*result.args)


def test_an_event_is_enqueued_and_not_applied(tasks):
    tasks("later")
    on("*")(lambda event, row: None)
    assert post(event()).status_code == 200
    assert (enqueued(), states()) == ([("process", "evt_1")], {"evt_1": "received"})
    work()
    assert states() == {"evt_1": "applied"}
    assert HandlerRun.objects.get().status == "done"


def test_each_handler_is_a_task_of_its_own(tasks):
    tasks("later")
    on("*")(lambda event, row: 1)

    @on("*")
    def other(event, row):
        raise ValueError

    post(event())
    work(1)
    runs = HandlerRun.objects.order_by("pk").values_list("pk", flat=True)
    assert enqueued() == [("run_handler", run) for run in runs]
    work()
    assert [run.status for run in HandlerRun.objects.order_by("pk")] == ["done", "failed"]


def test_an_immediate_backend_applies_at_once(tasks):
    tasks("default")
    seen = []
    on("*")(lambda event, row: seen.append(row.balance))
    post(event())
    post(event())
    assert (seen, states()) == ([1], {"evt_1": "applied"})


def test_a_queue_that_takes_nothing_loses_nothing(tasks):
    tasks("broken")
    assert post(event()).status_code == 200
    assert states() == {"evt_1": "received"}
    tasks("default")
    make_due()
    assert (retry.run_due(), states()) == (1, {"evt_1": "applied"})


def test_what_is_due_is_enqueued_once(tasks):
    tasks("later")
    post(event())
    task_backends["later"].results.clear()
    make_due()
    assert [retry.run_due(), retry.run_due()] == [1, 0]
    assert enqueued() == [("process", "evt_1")]


def test_a_tie_is_read_by_a_task(fake, tasks):
    fake.add(customer(2))
    tasks("later")
    for number in (1, 2):
        post(event(1, obj=customer(number), id=f"evt_{number}"))
    work(2)
    assert enqueued() == [("refetch", PendingRead.objects.get().pk)]
    work()
    assert (len(fake.requests), PendingRead.objects.count()) == (1, 0)
