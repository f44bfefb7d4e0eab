"""One payload to one row: its columns, and ``extra`` for what these do not give back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha1
from typing import Any

from stripe_django import registry
from stripe_django.exceptions import PayloadError
from stripe_django.models.base import StripeModel
from stripe_django.models.extra import ABSENT, ENCODED, RESERVED

from . import identity, lists, secrets
from .context import Context
from .encoding import encode, encode_quickly, is_suspicious, literal
from .plan import Column, Manner, Plan, plan
from .rows import UNKNOWN_TIME, Row

MISSING = object()
NOTHING: frozenset[str] = frozenset()
CONVERTED, JSON, ID = Manner.CONVERTED, Manner.JSON, Manner.ID
DIGEST_LENGTH = 32
STUB_KEYS = frozenset({"id", "object", "deleted"})


class _SuspiciousError(Exception):
    """This payload has to be mapped with care."""


@dataclass(slots=True)
class Snapshot:
    """One payload on its way to one row.

    ``expanded`` collects the objects in place of an id, and ``unvisited`` all other values that
    may have Stripe objects inside, by key. Nearly all payloads are safe to store as they are, so
    they are mapped without looking at each value (``careful`` is false), and once more with care
    if the result looks suspicious.
    """

    model: type[StripeModel]
    payload: Mapping[Any, Any]
    context: Context
    careful: bool = False
    place: identity.Place = field(init=False)
    plan: Plan = field(init=False)
    stripe_id: str = field(init=False)
    row: Row = field(init=False)
    extra: dict[str, Any] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    expanded: dict[str, Any] = field(default_factory=dict)
    unvisited: dict[str, Any] = field(default_factory=dict)
    kinds: dict[str, Any] = field(default_factory=dict)
    encoded: dict[int, tuple[Any, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.plan = plan(self.model)
        self.place = self.context.place()
        parent = self.context.parent
        self.stripe_id = identity.stripe_id(
            self.model, self.payload, self.place, parent.stripe_id if parent else None
        )
        self.row = self._row()

    @classmethod
    def of(cls, model: type[StripeModel], payload: Mapping[str, Any], context: Context) -> Snapshot:
        try:
            return cls(model, payload, context)
        except _SuspiciousError:
            return cls(model, payload, context, careful=True)

    def _row(self) -> Row:
        moment = self.context.moment
        is_deleted = moment.deleted or self.payload.get("deleted") is True
        self._identify()
        values = self._values()
        extra = self._extra_text()
        return Row(
            model=self.model,
            stripe_id=self.stripe_id,
            account=self.context.account,
            moment=moment,
            digest=_digest([*values, extra]),
            extra=extra,
            values=values,
            content=not (is_deleted and self.payload.keys() <= STUB_KEYS),
            deleted_at=(moment.as_of or UNKNOWN_TIME) if is_deleted else None,
            untouched=self._untouched(),
            links=self._links(),
            partial_links=lists.partial(self.plan, self.payload) if self.plan.links else NOTHING,
            incomplete=list(lists.incomplete(self.plan, self.payload)) if self.plan.parts else [],
        )

    def _links(self) -> dict[str, list[str]]:
        if not self.plan.links:
            return {}
        return dict(lists.linked(self.plan, self.payload, self._reference))

    def _untouched(self) -> frozenset[str]:
        """The columns of which this payload says nothing, so that they stay as they are."""
        if not (self.plan.on_request or self.plan.from_parent):
            return NOTHING
        parent = self.context.parent.reference if self.context.parent else None
        on_request = (name for key, name in self.plan.on_request.items() if key in self.absent)
        others = (each.attname for each in self.plan.from_parent if each.name != parent)
        return frozenset((*on_request, *others))

    def _identify(self) -> None:
        for key, stored in (("id", self.stripe_id), ("object", self.model.OBJECT_NAME)):
            sent = self.payload.get(key, MISSING)
            if sent is MISSING:
                self.absent.append(key)
            elif sent != stored:
                self.extra[key] = sent

    def _values(self) -> list[Any]:
        """The value of each column; what these do not give back is noted in ``extra``.

        The common cases are settled here, one call for each column being too much.
        """
        get = self.payload.get
        alone, careful = self.context.parent is None, self.careful
        values = []
        for key, has_fallbacks, manner, convert, to_payload, column in self.plan.steps:
            sent = get(key, MISSING)
            if sent is None and alone and not has_fallbacks:
                value = None
            elif sent is None or sent is MISSING:
                value = self._value(column, sent)
            elif manner is CONVERTED:
                value = convert(sent)
                if value is not sent and (value is None or to_payload(value) != sent):
                    value = self._value(column, sent)
            elif manner is JSON and not careful:
                value = self._json(column, sent, key)
            elif manner is ID and identity.is_id(sent):
                value = sent
            else:
                value = self._value(column, sent)
            values.append(value)
        return values

    def _value(self, column: Column, sent: Any) -> Any:
        if column.is_kinds:
            return self._kinds(column)
        if sent is MISSING:
            if column.key is not None:
                self.absent.append(column.key)
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
            return self._json(column, sent, key)
        assert column.target is not None
        if key and isinstance(sent, dict):
            self.expanded[key] = sent
        return self._reference(column.target, sent)

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
        text = self._json(column, found, None) if found else None
        if text is not None:
            self.kinds = found
            if secrets.OBJECT in text:
                self.unvisited.update(found)
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

    def _json(self, column: Column, sent: Any, key: str | None) -> str | None:
        name = secrets.owner(self.payload, key) or self.model.OBJECT_NAME
        text = encode(sent) if self.careful else self._encoded(sent, name)
        if key and not column.is_opaque and (text is None or secrets.OBJECT in text):
            self.unvisited[key] = sent
        is_checked = self.careful and text is not None and key != "metadata"
        if is_checked and secrets.mentioned(text or "", name):
            return encode(secrets.without_secrets(sent, name))
        return text

    def _encoded(self, value: Any, name: str) -> str:
        """The text of a value, made once for all columns that hold it."""
        known = self.encoded.get(id(value))
        if known is not None:
            return known[1]
        text = encode_quickly(value, decoded=self.context.decoded)
        if text is None or is_suspicious(text) or secrets.mentioned(text, name):
            raise _SuspiciousError
        self.encoded[id(value)] = value, text  # the value too, so that its id stays its own
        return text

    def _reference(self, target: type[StripeModel], sent: Any) -> str | None:
        if isinstance(sent, dict):
            model = registry.model_of(sent) or target
            try:
                return identity.stripe_id(model, sent, self.place, self.stripe_id)
            except PayloadError:
                return None
        if not identity.is_id(sent) or target.ID_FROM == ("parent",):
            return None
        return self.place.qualify(target, sent)

    def _extra_text(self) -> str:
        known, kinds = self.plan.known, self.kinds
        unknown = {
            key: value
            for key, value in self.payload.items()
            if key not in known and key not in kinds
        }
        self.extra.update(unknown)
        if self.careful:
            self.unvisited.update(unknown)
            self.extra = secrets.without_secrets(self.extra, self.model.OBJECT_NAME)
            return self._text_in_parts()
        if not RESERVED.isdisjoint(unknown):
            raise _SuspiciousError
        extra = {**self.extra, ABSENT: self.absent} if self.absent else self.extra
        text = self._encoded(extra, self.model.OBJECT_NAME)
        if secrets.OBJECT in text:
            self.unvisited.update(unknown)
        return text

    def _text_in_parts(self) -> str:
        """``extra`` value by value: what some database refuses goes into one string."""
        safe: dict[str, Any] = {}
        unsafe: dict[str, Any] = {}
        for key, value in self.extra.items():
            refused = key in RESERVED or encode({key: value}) is None
            (unsafe if refused else safe)[key] = value
        if self.absent:
            safe[ABSENT] = self.absent
        if unsafe:
            safe[ENCODED] = literal(unsafe)
        text = encode(safe)
        assert text is not None  # each of its parts was encoded above
        return text


def _digest(values: list[Any]) -> str:
    """A short hash of the columns' values; a NUL, which no text has, marks what is no text."""
    parts = [
        value if type(value) is str else "\0" if value is None else f"\0{value}" for value in values
    ]
    image = "\0".join(parts).encode()
    return sha1(image, usedforsecurity=False).hexdigest()[:DIGEST_LENGTH]


def _own_id(value: Any) -> str | None:
    """The id of a nested object that has a model, and so a row of its own."""
    if registry.model_of(value) and identity.is_id(value.get("id")):
        return str(value["id"])
    return None
