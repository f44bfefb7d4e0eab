"""Work that can wait: done at once, or by a task where the project has a backend for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.module_loading import import_string

from stripe_django.conf import settings


def run(step: Callable[..., Any], *arguments: Any) -> None:
    """Call ``step``, or enqueue the task of its name; arguments have to be JSON."""
    if not settings.tasks:
        step(*arguments)
        return
    # By name, because tasks import what they call.
    task = import_string(f"stripe_django.tasks.{step.__name__}")
    task.using(backend=settings.tasks).enqueue(*arguments)
