"""How long a lease lasts, and which rows have one."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db.models import Q

from .database_time import DatabaseTime
from .processes import this_process

SECONDS = 60.0  # without a sign of life, after which another process takes over
BEATS = 12  # signs of life in this time

RELEASED: dict[str, Any] = {"token": "", "leased_until": None}


def until() -> DatabaseTime:
    """When a lease ends that begins or is renewed now."""
    return DatabaseTime(SECONDS)


def terms() -> dict[str, Any]:
    """The columns of a new lease of this process."""
    return {"process": this_process(), "token": uuid4().hex, "leased_until": until()}


def is_leased() -> Q:
    return Q(leased_until__gt=DatabaseTime())


def is_free() -> Q:
    return Q(leased_until=None) | Q(leased_until__lte=DatabaseTime())
