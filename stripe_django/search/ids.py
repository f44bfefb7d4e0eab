"""Finds the object that has an id."""

from __future__ import annotations

from collections.abc import Iterable

from stripe_django.models.base import StripeModel
from stripe_django.models.qualified_ids import MODES, qualified_id

from .branches import Branch, Key, run


def identify(
    text: str, models: Iterable[type[StripeModel]], *, using: str
) -> dict[type[StripeModel], list[Key]]:
    """The objects of your own account that have the text as their Stripe id; one query."""
    ids = [text, *(qualified_id("", mode, text) for mode in MODES)]
    where = f"t.stripe_id IN ({', '.join(['%s'] * len(ids))})"
    return run([Branch(model, where, ids) for model in models], using)
