"""Checks of the models, their database and the mode that it mirrors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.db import connections, router

from stripe_django import registry
from stripe_django.conf import settings
from stripe_django.fields import StripeField
from stripe_django.models import Home
from stripe_django.models.base import StripeModel


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
    """Each key of the payload has one column, or ``to_stripe()`` would be ambiguous."""
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
    """The only check that queries the database; Django runs it if a command names one."""
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
