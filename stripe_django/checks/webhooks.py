"""Checks of webhook secrets, the webhook URL and tasks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import django
from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Warning
from django.urls import URLResolver, get_resolver
from django.utils.translation import gettext as _

from stripe_django.conf import settings

from .options import has_its_type

SECRET = re.compile(r"whsec_[!-~]+")
TASKS = "django.tasks" if django.VERSION >= (6, 0) else "django_tasks"
NAME = "stripe_django"  # of its URLs
BY_DEFAULT = "default"  # the backend that Django makes tasks for, before another one is chosen


def check_secrets(**kwargs: Any) -> Iterator[CheckMessage]:
    """A secret is never part of a message."""
    given = settings.webhook_secrets if has_its_type("WEBHOOK_SECRETS") else ()
    wrong = [number for number, each in enumerate(given, 1) if not SECRET.fullmatch(each)]
    for number in wrong:
        yield Error(
            _("Webhook secret %(number)s of %(count)s does not look like one.")
            % {"number": number, "count": len(given)},
            hint=_(
                'Set STRIPE_DJANGO["WEBHOOK_SECRETS"], or the environment variable'
                " STRIPE_WEBHOOK_SECRET, to what Stripe shows as the signing secret of the"
                " endpoint: whsec_…, without quotes, spaces or line ends."
            ),
            id="stripe_django.E014",
        )


def check_url(**kwargs: Any) -> Iterator[CheckMessage]:
    """Without a secret no signature can be verified, so all events are refused."""
    if has_its_type("WEBHOOK_SECRETS") and not settings.webhook_secrets and _has_url():
        yield Warning(
            _("The webhook endpoint is among the URLs, but has no secret: it refuses every event."),
            hint=_(
                "Put the secret of the endpoint at Stripe into"
                ' STRIPE_DJANGO["WEBHOOK_SECRETS"], or into the environment variable'
                ' STRIPE_WEBHOOK_SECRET. "manage.py stripe_webhook create" makes an endpoint and'
                " shows its secret."
            ),
            id="stripe_django.W015",
        )


def _has_url() -> bool:
    has_any = bool(getattr(django_settings, "ROOT_URLCONF", None))
    return has_any and _has_app(get_resolver())


def _has_app(resolver: URLResolver) -> bool:
    """Search by the app's name, because ``reverse()`` would load every URL."""
    return resolver.app_name == NAME or any(
        _has_app(each) for each in resolver.url_patterns if isinstance(each, URLResolver)
    )


def has_task_backend() -> bool:
    """Whether the setting names a backend that can be used."""
    return bool(has_its_type("TASKS") and settings.tasks) and not [*check_tasks()]


def check_tasks(**kwargs: Any) -> Iterator[CheckMessage]:
    """Without this check, the first event would show the error."""
    if not has_its_type("TASKS") or not settings.tasks:
        return
    if find_spec(TASKS) is None:
        yield Error(
            _("STRIPE_DJANGO['TASKS'] needs django-tasks, which this Django does not have itself."),
            hint="pip install stripe-django[tasks].",
            id="stripe_django.E016",
        )
        return
    known = set(getattr(django_settings, "TASKS", None) or {BY_DEFAULT})
    for name in sorted({settings.tasks, BY_DEFAULT} - known):
        yield Error(
            _("STRIPE_DJANGO['TASKS'] needs the task backend %(name)r, which is not in TASKS.")
            % {"name": name},
            hint=_("It has %(known)s.") % {"known": ", ".join(sorted(known))},
            id="stripe_django.E017",
        )
