"""System checks: what is wrong with a project's settings, models and database, with a hint."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from fnmatch import filter as filter_names
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings as django_settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, Warning
from django.db import connections, router

from stripe_django import registry
from stripe_django.conf import OPTIONS, SETTING, Option, settings
from stripe_django.fields import StripeField
from stripe_django.models import Home
from stripe_django.models.base import StripeModel

TAG = "stripe_django"
SECRET_KEY = re.compile(r"[sr]k_\w+")
PUBLISHABLE = "pk_"
WHERE_THE_KEY_IS_SET = (
    f'Set {SETTING}["API_KEY"], or the environment variable STRIPE_SECRET_KEY, to'
)


def register() -> None:
    for check in (check_dictionary, check_key, check_objects, check_project, check_models):
        checks.register(check, TAG)
    checks.register(check_home, TAG, Tags.database)


def check_dictionary(**kwargs: Any) -> list[CheckMessage]:
    given = getattr(django_settings, SETTING, {})
    if not isinstance(given, dict):
        return [
            Error(
                f"{SETTING} is of type {_name(type(given))}, not a dictionary.",
                hint=f'Write {SETTING} = {{"API_KEY": …}}.',
                id="stripe_django.E002",
            )
        ]
    unknown = (_unknown(name) for name in given if name not in OPTIONS)
    wrong = (_wrong_type(name) for name in OPTIONS if not _has_its_type(name))
    return [*unknown, *wrong]


def _unknown(name: object) -> CheckMessage:
    # A name that Django's settings could not have may be a key that was put in the wrong place.
    text = name if isinstance(name, str) and name.isidentifier() else ""
    shown = "" if text.startswith((PUBLISHABLE, "sk_", "rk_")) else text
    near = get_close_matches(shown.upper(), OPTIONS, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"It may have {', '.join(OPTIONS)}."
    return Error(
        f"{SETTING} has the unknown key {shown!r}." if shown else f"{SETTING} has an unknown key.",
        hint=hint,
        id="stripe_django.E003",
    )


def _has_its_type(name: str) -> bool:
    return name not in settings.given or OPTIONS[name].accepts(settings.given[name])


def _wrong_type(name: str) -> CheckMessage:
    option = OPTIONS[name]
    found = _name(type(settings.given[name]))
    instead = f"{option.environment} of the environment" if option.environment else "the default"
    return Error(
        f"{SETTING}[{name!r}] is of type {found}, not {_types(option)}.",
        hint=f"Correct it, or leave it out: then {instead} applies.",
        id="stripe_django.E004",
    )


def _types(option: Option) -> str:
    allowed = option.type if isinstance(option.type, tuple) else (option.type,)
    return " or ".join(map(_name, allowed))


def _name(kind: type) -> str:
    return kind.__name__


def check_key(**kwargs: Any) -> list[CheckMessage]:
    """The key is never part of a message."""
    if not _has_its_type("API_KEY"):
        return []
    if not settings.api_key:
        return [
            Warning(
                "There is no Stripe key, so nothing can be read from Stripe.",
                hint=f"{WHERE_THE_KEY_IS_SET} a secret or restricted key. Without one,"
                " sync.apply() still works.",
                id="stripe_django.W005",
            )
        ]
    if settings.api_key.startswith(PUBLISHABLE):
        return [
            Error(
                "The Stripe key is a publishable one, which cannot read anything.",
                hint=f"{WHERE_THE_KEY_IS_SET} a key that begins with sk_ or rk_.",
                id="stripe_django.E006",
            )
        ]
    if SECRET_KEY.fullmatch(settings.api_key):
        return []
    return [
        Warning(
            "The Stripe key has none of the known forms.",
            hint=f"{WHERE_THE_KEY_IS_SET} a key that begins with sk_ or rk_, without quotes,"
            " spaces or line ends.",
            id="stripe_django.W007",
        )
    ]


def check_objects(**kwargs: Any) -> Iterator[CheckMessage]:
    """A name in ``OBJECTS`` that is no object would silently leave out what was meant."""
    known = [model.OBJECT_NAME for model in registry.models()]
    for pattern in settings.objects if _has_its_type("OBJECTS") else ():
        if not filter_names(known, pattern):
            near = get_close_matches(pattern, known, n=1)
            yield Error(
                f"{SETTING}['OBJECTS'] names {pattern!r}, which matches no object.",
                hint=f"Did you mean {near[0]!r}?" if near else "Names are those of Stripe's API.",
                id="stripe_django.E013",
            )


def check_project(**kwargs: Any) -> list[CheckMessage]:
    messages: list[CheckMessage] = []
    if not django_settings.USE_TZ:
        messages.append(
            Error(
                "USE_TZ is off, but Stripe's times are kept in UTC.",
                hint="Set USE_TZ = True.",
                id="stripe_django.E008",
            )
        )
    if _has_its_type("API_BASE") and not _is_private(settings.api_base):
        messages.append(
            Error(
                "API_BASE is neither an https address nor an http address of this machine, so the"
                " Stripe key would travel in clear.",
                hint=f'Leave {SETTING}["API_BASE"] and STRIPE_API_BASE out to use Stripe itself;'
                " a fake Stripe for tests may listen on http://127.0.0.1.",
                id="stripe_django.E009",
            )
        )
    return messages


def _is_private(address: str) -> bool:
    """Whether nobody else can read what is sent there."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        if parts.scheme == "https":
            return bool(host)
        # User names in addresses are read in more than one way.
        is_plain = parts.scheme == "http" and "@" not in parts.netloc
        return is_plain and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False


def check_models(**kwargs: Any) -> list[CheckMessage]:
    columns = (message for model in registry.models() for message in check_columns(model))
    return [*_check_routing(), *columns]


def _check_routing() -> Iterator[CheckMessage]:
    models_by_alias = defaultdict(list)
    for model in apps.get_app_config("stripe_django").get_models():
        models_by_alias[router.db_for_write(model)].append(model.__name__)
    if len(models_by_alias) > 1:
        examples = ", ".join(f"{names[0]} to {alias}" for alias, names in models_by_alias.items())
        yield Error(
            f"The models of stripe_django are routed to different databases: {examples}.",
            hint="Let DATABASE_ROUTERS send the whole app to one database: one transaction writes"
            " an object and all that it contains.",
            id="stripe_django.E010",
        )


def check_columns(model: type[StripeModel]) -> Iterator[CheckMessage]:
    """One key of the payload is held by one column, or ``to_stripe()`` could not tell which."""
    holders: dict[str, StripeField] = {}
    for field in model._meta.concrete_fields:
        if not isinstance(field, StripeField) or not field.payload_key:
            continue
        first = holders.setdefault(field.payload_key, field)
        if first is not field:
            yield Error(
                f"{first.name} and {field.name} both hold {field.payload_key!r} of the payload.",
                hint=f"Give one of them another source, or remove {field.name}.",
                obj=model,
                id="stripe_django.E011",
            )


def check_home(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """The only check that asks the database; Django runs it where a command names one."""
    key_mode = settings.key_livemode
    alias = router.db_for_write(Home)
    if key_mode is None or alias not in (databases or ()) or _home_mode(alias) in (None, key_mode):
        return []
    key, home = ("live", "test") if key_mode else ("test", "live")
    return [
        Error(
            f"The Stripe key is for {key} mode, but the database {alias!r} mirrors {home} mode.",
            hint=f"Use the key of {home} mode, or a database of its own for {key} mode.",
            id="stripe_django.E012",
        )
    ]


def _home_mode(alias: str) -> bool | None:
    """Whether home is in live mode; ``None`` before the first sync, or even before migrating."""
    if Home._meta.db_table not in connections[alias].introspection.table_names():
        return None
    return Home.objects.using(alias).values_list("livemode", flat=True).first()
