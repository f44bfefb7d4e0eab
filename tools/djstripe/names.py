"""Run by the interpreter that has dj-stripe: prints the public names of its models as JSON.

``tests/facts/djstripe_names.json`` is its output for dj-stripe 2.11.
"""

from __future__ import annotations

import inspect
import json
from functools import cached_property
from typing import Any

import django
from django.conf import settings

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "djstripe"],
    USE_TZ=True,
    DJSTRIPE_FOREIGN_KEY_TO_FIELD="id",
    STRIPE_TEST_SECRET_KEY="sk_test_notARealKeyNotARealKey00",
    STRIPE_LIVE_MODE=False,
)
django.setup()

from django.apps import apps  # noqa: E402  after the setup
from django.db import models  # noqa: E402
from django.utils import functional  # noqa: E402

OF_DJANGO = {*dir(models.Model)}
MADE = ("get_next_by_", "get_previous_by_")  # by Django, for each field


def public(owner: type) -> dict[str, Any]:
    """What classes of dj-stripe define for a class, by name."""
    found = {
        name: value
        for each in reversed(owner.__mro__)
        if each.__module__.startswith("djstripe.")
        for name, value in vars(each).items()
        if name[0] != "_" and not name.startswith(MADE) and not name.endswith("_display")
    }
    return found


def described(model: Any) -> dict[str, list[str]]:
    found = {name: each for name, each in public(model).items() if name not in OF_DJANGO}
    kinds = (property, cached_property, functional.cached_property)
    properties = [name for name, each in found.items() if isinstance(each, kinds)]
    methods = [
        name
        for name, each in found.items()
        if inspect.isfunction(each) or isinstance(each, classmethod | staticmethod)
    ]
    queries = {name for manager in model._meta.managers for name in public(type(manager))}
    return {
        "properties": sorted(properties),
        "methods": sorted(methods),
        "queries": sorted(queries - {*dir(models.Manager)}),
    }


known = {model.__name__: described(model) for model in apps.get_app_config("djstripe").get_models()}
print(json.dumps(known, indent=1))
