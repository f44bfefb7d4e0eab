"""A check of the setting ``RETENTION``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error

from stripe_django.conf import SETTING
from stripe_django.retention import policy

from .options import has_its_type


def check_retention(**kwargs: Any) -> Iterator[CheckMessage]:
    if has_its_type("RETENTION"):
        for problem in policy.problems():
            text = problem.message.replace("RETENTION", f"{SETTING}['RETENTION']", 1)
            yield Error(text, hint=problem.hint, id="stripe_django.E030")
