"""One payload's values for the columns of its model, and what these do not give back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stripe_django import registry
from stripe_django.exceptions import PayloadError
from stripe_django.models.base import StripeModel
from stripe_django.models.extra import RESERVED

from . import identity
from .columns import Column
from .context import Context
from .profiles import Shape, shape
from .schema import Plan, plan

MISSING = object()


@dataclass(slots=True)
class Values:
    """The values of one payload, a column at a time.

    ``extra`` collects what no column gives back, ``expanded`` the objects in place of an id, and
    ``unvisited`` all other values that may have Stripe objects inside; all of them by key.
    """

    model: type[StripeModel]
    payload: Mapping[Any, Any]
    context: Context
    plan: Plan = field(init=False)
    shape: Shape = field(init=False)
    place: identity.Place = field(init=False)
    stripe_id: str = field(init=False)
    extra: dict[str, Any] = field(default_factory=dict)
    expanded: dict[str, Any] = field(default_factory=dict)
    unvisited: dict[str, Any] = field(default_factory=dict)
    kinds: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.plan = plan(self.model)
        self.shape = shape(self.model, tuple(self.payload))
        self.place = self.context.place()
        parent = self.context.parent
        self.stripe_id = identity.stripe_id(
            self.model, self.payload, self.place, parent.stripe_id if parent else None
        )

    def json(self, column: Column, sent: Any, key: str | None) -> str | None:
        """The JSON text of a value; ``None`` if one of the databases refuses it."""
        raise NotImplementedError

    def value(self, column: Column, sent: Any) -> Any:
        """The column's value for what the payload has under its key, or ``MISSING``."""
        if column.is_kinds:
            return self._kinds(column)
        if sent is MISSING:
            return self._fallback(column)
        value = None if sent is None else self._converted(column, sent, column.key)
        if value is None:
            value = self._fallback(column)
            is_held = sent is None and value is None
        else:
            is_held = value is sent or self._gives_back(column, value, sent)
        if not is_held:
            self._keep(column, sent)
        return value

    def _converted(self, column: Column, sent: Any, key: str | None = None) -> Any:
        if column.is_simple:
            return column.field.from_payload(sent)
        if column.is_json:
            return self.json(column, sent, key)
        if column.is_subject:
            model = registry.model_of(sent)
            return self.reference(model, sent) if model else None
        assert column.target is not None
        if key and isinstance(sent, dict):
            self.expanded[key] = sent
        return self.reference(column.target, sent)

    def _fallback(self, column: Column) -> Any:
        for get in column.fallbacks:
            found = get(self.payload)
            if found is not None:
                value = self._converted(column, found)
                if value is not None:
                    return value
        parent = self.context.parent
        if parent is not None and parent.reference == column.name:
            return parent.stripe_id
        return None

    def _kinds(self, column: Column) -> str | None:
        """Every hash that has no column of its own."""
        known = self.plan.known
        found = {
            key: value
            for key, value in self.payload.items()
            if isinstance(value, dict) and key not in known and key not in RESERVED
        }
        text = self.json(column, found, None) if found else None
        if text is not None:
            self.kinds = found
        return text

    def _gives_back(self, column: Column, value: Any, sent: Any) -> bool:
        if column.is_json:
            return True
        if column.target is not None:
            return bool(value == (_own_id(sent) if isinstance(sent, dict) else sent))
        return bool(column.field.to_payload(value) == sent)

    def _keep(self, column: Column, sent: Any) -> None:
        assert column.key is not None
        own_id = _own_id(sent) if column.target is not None else None
        self.extra[column.key] = sent if own_id is None else own_id
        if column.is_simple and isinstance(sent, dict):
            self.unvisited[column.key] = sent

    def reference(self, target: type[StripeModel], sent: Any) -> str | None:
        """The ``stripe_id`` of the object that a value of the payload refers to."""
        if isinstance(sent, dict):
            model = registry.model_of(sent) or target
            try:
                return identity.stripe_id(model, sent, self.place, self.stripe_id)
            except PayloadError:
                return None
        if not identity.is_id(sent) or target.stripe.id_from == ("parent",):
            return None
        return self.place.qualify(target, sent)


def _own_id(value: Any) -> str | None:
    """The id of a nested object that has a model, and so a row of its own."""
    if registry.model_of(value) and identity.is_id(value.get("id")):
        return str(value["id"])
    return None
