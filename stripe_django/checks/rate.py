"""Checks of the rate limits and the number of workers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Warning
from django.utils.translation import gettext as _

from stripe_django.conf import settings

from .options import has_its_type

LARGEST_RESERVE = 0.9  # without any rate left, lists would wait forever
# Django's backends that cannot count for several processes.
APART = ("locmem.LocMemCache", "dummy.DummyCache", "filebased.FileBasedCache", "db.DatabaseCache")


def check_rates(**kwargs: Any) -> Iterator[CheckMessage]:
    for name in ("RATE_LIMIT", "RATE_LIMIT_PER_ENDPOINT"):
        if has_its_type(name) and settings.given.get(name, 0) < 0:
            yield _out_of_range(name, _("Requests a second, or 0 for no limit."))
    if has_its_type("WORKERS") and settings.workers < 1:
        yield _out_of_range("WORKERS", _("At least one."))
    reserve = settings.given.get("RATE_RESERVE", 0)
    if has_its_type("RATE_RESERVE") and not 0 <= reserve <= LARGEST_RESERVE:
        yield _out_of_range(
            "RATE_RESERVE",
            _("A share, from 0 to %(largest_reserve)s.") % {"largest_reserve": LARGEST_RESERVE},
        )


def _out_of_range(name: str, hint: str) -> CheckMessage:
    return Error(
        _("STRIPE_DJANGO[%(name)r] is %(given)s.") % {"name": name, "given": settings.given[name]},
        hint=hint,
        id="stripe_django.E018",
    )


def check_rate_cache(**kwargs: Any) -> Iterator[CheckMessage]:
    """With a cache that is not shared, each process would use the whole limit."""
    name = settings.rate_cache if has_its_type("RATE_CACHE") else ""
    caches = django_settings.CACHES
    if not name:
        return
    if name not in caches:
        problem = _("names the cache %(name)r, which is not in CACHES") % {"name": name}
    elif caches[name].get("BACKEND", "").endswith(APART):
        problem = _(
            "names the cache %(name)r, which does not count for several processes at once"
        ) % {"name": name}
    else:
        return
    yield Error(
        _("STRIPE_DJANGO['RATE_CACHE'] %(problem)s.") % {"problem": problem},
        hint=_(
            "Name a cache on Redis or Memcached, or leave it out: then the processes of one"
            " machine share the limit."
        ),
        id="stripe_django.E019",
    )


def check_shared_rate(**kwargs: Any) -> Iterator[CheckMessage]:
    """Workers of tasks are usually on more than one machine."""
    if has_its_type("TASKS") and settings.tasks and is_limited_by_machine():
        yield Warning(
            _(
                "STRIPE_DJANGO['TASKS'] is set, and RATE_CACHE is not: if tasks run on several"
                " machines, each of these sends as many requests as Stripe allows all of them."
            ),
            hint=_(
                "Name a cache on Redis or Memcached in STRIPE_DJANGO['RATE_CACHE']. If all"
                " processes with this key run on one machine, silence this check."
            ),
            id="stripe_django.W024",
        )


def is_limited_by_machine() -> bool:
    """Whether each machine has the whole rate limit for itself."""
    has_types = has_its_type("RATE_CACHE") and has_its_type("RATE_LIMIT")
    return has_types and not settings.rate_cache and settings.rate_limit > 0
