"""System checks: what is wrong with a project's settings, models and database, with a hint."""

from __future__ import annotations

from django.core import checks
from django.core.checks import Tags

from .accounts import check_accounts, check_keys
from .erasures import check_erasures
from .health import check_limits, check_mails, check_token
from .links import check_links
from .options import check_dictionary, check_key, check_objects, check_other_mode
from .privacy import check_privacy
from .project import check_project
from .rate import check_rate_cache, check_rates, check_shared_rate
from .retention import check_retention
from .retries import check_retries
from .tables import check_columns, check_home, check_models
from .webhooks import check_secrets, check_tasks, check_url, has_task_backend

__all__ = ["TAG", "check_columns", "has_task_backend", "register"]

TAG = "stripe_django"
CHECKS = (
    *(check_dictionary, check_key, check_objects, check_other_mode, check_secrets),
    *(check_project, check_url, check_tasks, check_models),
    *(check_rates, check_rate_cache, check_shared_rate, check_accounts),
    *(check_links, check_privacy, check_retention),
    *(check_limits, check_token, check_mails),
)


def register() -> None:
    for check in CHECKS:
        checks.register(check, TAG)
    checks.register(check_home, TAG, Tags.database)
    checks.register(check_keys, TAG, Tags.database)
    checks.register(check_erasures, TAG, Tags.database)
    checks.register(check_retries, TAG, Tags.database)
