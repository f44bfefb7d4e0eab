"""Whole payloads from shapes, with what the caller gives merged in at every level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from stripe_django.sdk.annotations import Annotation, Kind

from .agreement import agree
from .deterministic import Draw
from .payload_schema import Key, Shape, hash_shape, object_shape

MISSING: Any = object()
DEEPEST = 3  # levels of optional hashes in a payload that has everything

# Optional keys that an ordinary object has, the lists that have a member, and the codes that
# come before others.
USUAL = frozenset(
    {"amount", "api_version", "balance_transaction", "brand", "charges_enabled"}
    | {"client_secret", "country", "created", "currency", "details_submitted", "email"}
    | {"fingerprint", "funding", "last4", "latest_charge", "metadata", "name", "payment_method"}
    | {"payment_method_details", "payouts_enabled", "percent_off", "status", "type"}
    | {"unit_amount", "unit_amount_decimal", "url"}
)
INHABITED = frozenset(
    {"available", "pending", "payment_method_types", "enabled_events", "supported_currencies"}
)
PREFERRED = (
    *("card", "recurring", "customer.created", "succeeded", "paid", "active", "available"),
    *("complete", "completed", "approved", "open", "posted", "verified", "enabled", "online"),
    "chargeable",
    *("payment", "month", "once", "standard", "individual", "virtual"),
    *("none", "charge", "self"),
)


class Fill(StrEnum):
    """What becomes of optional keys: the usual ones filled and the others null, all filled, or
    all left out.
    """

    ORDINARY = "ordinary"
    FULL = "full"
    BARE = "bare"


@dataclass(frozen=True, slots=True)
class Generator:
    """Makes values for annotations; ``depth`` counts the hashes around, ``inside`` the objects."""

    fill: Fill = Fill.ORDINARY
    depth: int = 0
    inside: int = 0

    def object(self, name: str, draw: Draw, given: Mapping[str, Any]) -> dict[str, Any]:
        """A payload of the object called ``name``."""
        return self.hash(object_shape(name), draw, given)

    def hash(self, shape: Shape, draw: Draw, given: Mapping[str, Any]) -> dict[str, Any]:
        """A hash with all keys of its shape that apply, ``given`` in place of what is made.

        Raises ``TypeError`` for a given key that the shape does not have.
        """
        shape.check(given)
        kind = self._kind(shape, draw, given)
        made = dict(self._items(shape, draw, given, kind))
        agree(made, given)
        if made.get("client_secret") and "client_secret" not in given and "id" in made:
            made["client_secret"] = f"{made['id']}_secret_{made['client_secret']}"
        return made

    def _items(
        self, shape: Shape, draw: Draw, given: Mapping[str, Any], kind: str | None
    ) -> Iterator[tuple[str, Any]]:
        for name, key in shape.keys.items():
            if name in given or self._is_filled(shape, key, kind):
                default = kind if name == "type" and kind else MISSING
                yield name, self.value(key, draw.at(name), given.get(name, default))
            elif self._is_null(shape, key):
                yield name, None

    def _kind(self, shape: Shape, draw: Draw, given: Mapping[str, Any]) -> str | None:
        """The type of a hash that has kinds, or else ``None``."""
        if not shape.kinds or "type" in given:
            return given.get("type")
        named = [name for name in given if name in shape.kinds]
        return named[0] if named else self._code(shape.keys["type"].annotation, draw.at("type"))

    def _is_filled(self, shape: Shape, key: Key, kind: str | None) -> bool:
        if key.on_demand or key.name in shape.kinds:
            return key.name == kind
        if not key.annotation.optional or key.name == shape.identity:
            return True
        if self.fill is Fill.FULL:
            return not self._is_too_deep(key.annotation)
        is_page = key.annotation.kind is Kind.PAGE  # which Stripe sends on request
        return self.fill is Fill.ORDINARY and key.name in USUAL and not is_page

    def _is_too_deep(self, annotation: Annotation) -> bool:
        if annotation.kind is Kind.OBJECT:
            return self.inside > 0
        return annotation.kind in (Kind.HASH, Kind.LIST) and self.depth >= DEEPEST

    def _is_null(self, shape: Shape, key: Key) -> bool:
        is_left_out = key.on_demand or (key.name in shape.kinds and shape.is_union)
        if is_left_out or self.fill is Fill.BARE:
            return False
        return self.fill is Fill.FULL or key.annotation.kind is not Kind.PAGE

    def value(self, key: Key, draw: Draw, given: Any = MISSING) -> Any:
        """What stands under a key."""
        return self._value(key, key.annotation, draw, given)

    def _value(self, key: Key, annotation: Annotation, draw: Draw, given: Any) -> Any:
        if annotation.kind is Kind.PAGE:
            return self._page(key, annotation, draw, given)
        if isinstance(given, list) and annotation.kind is Kind.LIST:
            return list(self._members(key, annotation, draw, given))
        is_part = isinstance(given, Mapping) and "object" not in given
        if is_part and annotation.kind is Kind.HASH:
            return self._nested(annotation, draw, given)
        if is_part and annotation.targets:
            return self._inner(annotation, draw, given)
        return self._made(key, annotation, draw) if given is MISSING else given

    def _made(self, key: Key, annotation: Annotation, draw: Draw) -> Any:
        match annotation.kind:
            case Kind.HASH:
                return self._nested(annotation, draw, {})
            case Kind.OBJECT:
                return self._inner(annotation, draw, {})
            case Kind.ENUM:
                return self._code(annotation, draw)
            case Kind.LIST:
                is_inhabited = self.fill is Fill.FULL or key.name in INHABITED
                return list(self._members(key, annotation, draw, [MISSING] * is_inhabited))
            case Kind.MAP:
                return self._map(key, annotation, draw)
        return key.make(draw)

    def _nested(self, annotation: Annotation, draw: Draw, given: Mapping[str, Any]) -> Any:
        assert annotation.shape is not None
        deeper = replace(self, depth=self.depth + 1)
        return deeper.hash(hash_shape(annotation.shape), draw, given)

    def _inner(self, annotation: Annotation, draw: Draw, given: Mapping[str, Any]) -> Any:
        deeper = replace(self, depth=self.depth + 1, inside=self.inside + 1)
        return deeper.object(annotation.targets[0], draw, given)

    def _members(
        self, key: Key, annotation: Annotation, draw: Draw, given: list[Any]
    ) -> Iterator[Any]:
        assert annotation.items is not None
        for number, member in enumerate(given):
            # The path still ends with the key, which decides what a single value looks like.
            place = Draw(draw.seed, f"{number}/{draw.path}")
            yield self._value(key, annotation.items, place, member)

    def _page(self, key: Key, annotation: Annotation, draw: Draw, given: Any) -> Any:
        if given is not MISSING and not isinstance(given, Mapping):
            return given
        parts: dict[str, Any] = {} if given is MISSING else dict(given)
        data = list(self._members(key, annotation, draw, parts.pop("data", [])))
        page = {"object": "list", "data": data, "has_more": False, "url": f"/v1/{draw.path}"}
        return page | parts

    def _map(self, key: Key, annotation: Annotation, draw: Draw) -> dict[str, Any]:
        if annotation.items is None or (key.name == "metadata" and self.fill is not Fill.FULL):
            return {}
        name = "key" if annotation.items.kind in (Kind.TEXT, Kind.ANY) else "usd"
        return {name: self._value(key, annotation.items, draw, MISSING)}

    def _code(self, annotation: Annotation, draw: Draw) -> str:
        """A value of an enum: the usual one, or any in a payload that has everything."""
        values = annotation.values
        if self.fill is Fill.FULL:
            return draw.pick(values)
        return next((value for value in PREFERRED if value in values), values[0])
