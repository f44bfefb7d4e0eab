"""Work that can wait: done at once, or by a task where the project has a backend for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stripe_django.conf import settings
from stripe_django.exceptions import StripeDjangoError

from . import request_reads

_tasks: dict[Callable[..., Any], Any] = {}


def register(step: Callable[..., Any], task: Any) -> None:
    """Have ``task`` do the work of ``step`` in projects with a backend for tasks."""
    _tasks[step] = task


def run(step: Callable[..., Any], argument: Any, *, reads_stripe: bool = False) -> None:
    """Call ``step``, or enqueue its task; the argument has to be JSON.

    ``reads_stripe`` is for work of a request that sends requests of its own to Stripe.
    """
    if settings.tasks:
        if step not in _tasks:
            raise StripeDjangoError(f"STRIPE_DJANGO['TASKS'] is set, and {step} has no task.")
        _tasks[step].using(backend=settings.tasks).enqueue(argument)
    elif reads_stripe:
        request_reads.run(step, argument)
    else:
        step(argument)
