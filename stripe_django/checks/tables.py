"""Checks of the models, their database and the mode that it mirrors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.db import connections, router
from django.utils.translation import gettext as _

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
        examples = ", ".join(
            _("%(name)s to %(alias)s") % {"name": names[0], "alias": alias}
            for alias, names in models_by_alias.items()
        )
        yield Error(
            _("The models of stripe_django are routed to different databases: %(examples)s.")
            % {"examples": examples},
            hint=_(
                "Let DATABASE_ROUTERS send the whole app to one database: one transaction"
                " writes an object and all that it contains."
            ),
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
                _("%(name)s and %(field_name)s both hold %(payload_key)r of the payload.")
                % {"name": first.name, "field_name": field.name, "payload_key": field.payload_key},
                hint=_("Give one of them another source, or remove %(name)s.")
                % {"name": field.name},
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
            _(
                "The Stripe key is for %(key)s mode, but the database %(alias)r mirrors"
                " %(home)s mode."
            )
            % {"key": key, "alias": alias, "home": home},
            hint=_("Use the key of %(home)s mode, or a database of its own for %(key)s mode.")
            % {"home": home, "key": key},
            id="stripe_django.E012",
        )
    ]


def _home_mode(alias: str) -> bool | None:
    """Whether home is in live mode; ``None`` before the first sync, or even before migrating."""
    if Home._meta.db_table not in connections[alias].introspection.table_names():
        return None
    return Home.objects.using(alias).values_list("livemode", flat=True).first()
