"""All of the checks, which only commands run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

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
from .statements import check_single_statement
from .tables import check_home, check_models
from .webhooks import check_secrets, check_tasks, check_url

Checks = Iterable[Callable[..., Any]]

OF_PROJECT: Checks = (
    *(check_dictionary, check_key, check_objects, check_other_mode, check_secrets),
    *(check_project, check_url, check_tasks, check_models),
    *(check_rates, check_rate_cache, check_shared_rate, check_accounts),
    *(check_links, check_privacy, check_retention),
    *(check_limits, check_token, check_mails, check_single_statement),
)
OF_DATABASE: Checks = (check_home, check_keys, check_erasures, check_retries)
