"""System checks: what is wrong with a project's settings, models and database, with a hint.

Every start registers them, and only commands run them: they are imported when they run.
"""

from __future__ import annotations

from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Tags

TAG = "stripe_django"


def register() -> None:
    checks.register(check_project, TAG)
    checks.register(check_database, TAG, Tags.database)


def check_project(**kwargs: Any) -> list[CheckMessage]:
    from .every import OF_PROJECT

    return [message for check in OF_PROJECT for message in check(**kwargs)]


def check_database(**kwargs: Any) -> list[CheckMessage]:
    from .every import OF_DATABASE

    return [message for check in OF_DATABASE for message in check(**kwargs)]
