"""The rows that the figures are computed from."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import NullIf

from stripe_django.models import Home


def text_under(column: str, *path: str) -> Combinable:
    """The text under a path of keys into JSON; null for null, which some databases have as text."""
    *outer, last = path
    found: Combinable = F(column)
    for key in outer:
        found = KeyTransform(key, found)
    return NullIf(KeyTextTransform(last, found), Value("null", TextField()))


def own(model: Any, using: str | None) -> QuerySet:
    """The objects of your own account in its mode that are not deleted."""
    rows: QuerySet = model.objects.using(using).alive().filter(stripe_account="")
    home = Home.objects.using(using).filter(pk=Home.SINGLETON).first()
    return rows.exclude(livemode=not home.livemode) if home else rows
