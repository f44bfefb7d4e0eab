"""One column of a model, as the mapping sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from stripe_django import fields
from stripe_django.models.base import StripeModel

Getter = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the key it holds, if any, and where else its value may come from.

    ``fallbacks`` get what is there from a payload, one for each of ``others``.
    """

    name: str
    attname: str
    key: str | None
    others: tuple[fields.Source, ...]
    fallbacks: tuple[Getter, ...]
    field: fields.StripeField
    target: type[StripeModel] | None
    is_simple: bool
    is_json: bool
    is_opaque: bool
    is_kinds: bool
    is_subject: bool
    on_request: bool
    is_from_parent: bool
