"""The models by the name of their Stripe object, derived from the models' declarations."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.apps import apps

from stripe_django import fields
from stripe_django.models.base import StripeModel


@cache
def models() -> tuple[type[StripeModel], ...]:
    """Every mirrored model, in the fixed order in which tables are locked."""
    found = apps.get_app_config("stripe_django").get_models()
    mirrored = (model for model in found if issubclass(model, StripeModel))
    return tuple(sorted(mirrored, key=lambda model: model._meta.db_table))


@cache
def by_object_name() -> dict[str, type[StripeModel]]:
    """The models by Stripe's value of ``object``, former values included."""
    return {name: model for model in models() for name in model.stripe.names}


def model_of(payload: Any) -> type[StripeModel] | None:
    """The model of a payload, going by its ``object``; ``None`` for anything else."""
    name = payload.get("object") if isinstance(payload, dict) else None
    return by_object_name().get(name) if type(name) is str else None


@cache
def members(parent: type[StripeModel]) -> dict[str, dict[type[StripeModel], fields.Reference]]:
    """The nested lists of ``parent`` by key, with the reference of each member model to it."""
    lists: dict[str, dict[type[StripeModel], fields.Reference]] = {}
    for model in models():
        for field in model._meta.concrete_fields:
            if isinstance(field, fields.Reference) and field.related_model is parent:
                for key in field.parent_lists:
                    lists.setdefault(key, {})[model] = field
    return lists
