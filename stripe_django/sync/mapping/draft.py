"""One payload on its way to a row: what the fast and the strict path have in common."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

from stripe_django import registry
from stripe_django.exceptions import PayloadError
from stripe_django.models.base import StripeModel
from stripe_django.models.extra import RESERVED

from . import identity, nested_lists, ownership
from .copy_text import line
from .identity import Context, Namespace
from .profiles import KeyProfile, key_profile, preserved_columns
from .rows import DIGEST_SEPARATOR, UNKNOWN_TIME, Row
from .schema import Column, MappingSchema, schema_for

MISSING = object()

DIGEST_SIZE = 16  # bytes, of which the column has two characters each
CONTENT_SIZE, REQUESTED_SIZE = 9, 6  # of the two parts of a digest
STUB_KEYS = frozenset({"id", "object", "deleted"})


class Mapped(NamedTuple):
    """One row, and the values of its payload that may have Stripe objects inside, by their key."""

    row: Row
    nested: dict[str, Any]


@dataclass(slots=True)
class Draft:
    """What is known of one payload while its columns are filled.

    ``encode_column`` returns the JSON text of a value for a column, ``None`` if it has none.
    ``extra`` collects what no column gives back, ``expanded`` the objects in place of an id,
    ``unscanned`` all other values that may have Stripe objects inside, and ``variants`` what the
    column of variants holds; all of them by key. ``is_refused`` is set where a value has no text.
    """

    model: type[StripeModel]
    payload: Mapping[Any, Any]
    context: Context
    schema: MappingSchema
    profile: KeyProfile
    namespace: Namespace
    stripe_id: str
    encode_column: EncodeColumn
    extra: dict[str, Any] = field(default_factory=dict)
    expanded: dict[str, Any] = field(default_factory=dict)
    unscanned: dict[str, Any] = field(default_factory=dict)
    variants: dict[str, Any] = field(default_factory=dict)
    is_refused: bool = False


EncodeColumn = Callable[[Draft, Column, Any, str | None], str | None]


def draft_of(
    model: type[StripeModel],
    payload: Mapping[Any, Any],
    context: Context,
    encode_column: EncodeColumn,
) -> Draft:
    """A draft without columns; raises ``PayloadError`` for a payload without a good id."""
    profile = key_profile(model, tuple(payload))
    namespace = context.namespace()
    parent = context.parent
    stripe_id = identity.stripe_id(model, payload, namespace, parent.stripe_id if parent else None)
    draft = Draft(
        model, payload, context, schema_for(model), profile, namespace, stripe_id, encode_column
    )
    object_name = model.stripe.object_name
    if payload.get("id", stripe_id) != stripe_id:
        draft.extra["id"] = payload["id"]
    if payload.get("object", object_name) != object_name:
        draft.extra["object"] = payload["object"]
    return draft


def column_value(draft: Draft, column: Column, sent: Any) -> Any:
    """The column's value for what the payload has under its key, or ``MISSING``."""
    if column.is_variant:
        return _variants(draft, column)
    if sent is MISSING:
        return _fallback(draft, column)
    value = None if sent is None else _converted(draft, column, sent, column.key)
    if value is None:
        value = _fallback(draft, column)
        is_held = sent is None and value is None
    else:
        is_held = value is sent or _round_trips(column, value, sent)
    if not is_held:
        store_in_extra(draft, column, sent)
    return value


def _converted(draft: Draft, column: Column, sent: Any, key: str | None = None) -> Any:
    if column.is_simple:
        return column.field.from_payload(sent)
    if column.is_json:
        return draft.encode_column(draft, column, sent, key)
    if column.is_subject:
        model = registry.model_of(sent)
        return reference(draft, model, sent, key) if model else None
    assert column.target is not None
    if key and isinstance(sent, dict):
        draft.expanded[key] = sent
    return reference(draft, column.target, sent, key)


def _fallback(draft: Draft, column: Column) -> Any:
    for get in column.fallbacks:
        found = get(draft.payload)
        if found is not None:
            value = _converted(draft, column, found)
            if value is not None:
                return value
    parent = draft.context.parent
    if parent is not None and parent.reference == column.name:
        return parent.stripe_id
    return None


def _variants(draft: Draft, column: Column) -> str | None:
    """Every hash that has no column of its own."""
    known = draft.schema.known_keys
    found = {
        key: value
        for key, value in draft.payload.items()
        if isinstance(value, dict) and key not in known and key not in RESERVED
    }
    text = draft.encode_column(draft, column, found, None) if found else None
    if text is not None:
        draft.variants = found
    return text


def _round_trips(column: Column, value: Any, sent: Any) -> bool:
    """Whether the column gives back what was sent."""
    if column.is_json:
        return True
    if column.target is not None:
        return bool(value == (_own_id(sent) if isinstance(sent, dict) else sent))
    return bool(column.field.to_payload(value) == sent)


def store_in_extra(draft: Draft, column: Column, sent: Any) -> None:
    assert column.key is not None
    own_id = _own_id(sent) if column.target is not None else None
    draft.extra[column.key] = sent if own_id is None else own_id
    if column.is_simple and isinstance(sent, dict):
        draft.unscanned[column.key] = sent


def reference(
    draft: Draft, target: type[StripeModel], sent: Any, key: str | None = None
) -> str | None:
    """The ``stripe_id`` of the object that a value of the payload, under this key, refers to."""
    namespace = draft.namespace
    if key in draft.schema.elsewhere:
        context = ownership.context_under(draft.model, draft.payload, key, draft.context)
        namespace = context.namespace()
    if isinstance(sent, dict):
        model = registry.model_of(sent) or target
        try:
            return identity.stripe_id(model, sent, namespace, draft.stripe_id)
        except PayloadError:
            return None
    if not identity.is_id(sent) or target.stripe.id_from == ("parent",):
        return None
    return namespace.qualify(target, sent)


def _own_id(value: Any) -> str | None:
    """The id of a nested object that has a model, and so a row of its own."""
    if registry.model_of(value) and identity.is_id(value.get("id")):
        return str(value["id"])
    return None


def mapped(draft: Draft, values: list[Any], extra: str, image: str, digest: str) -> Mapped:
    """The row of a draft whose columns have these values."""
    context, profile = draft.context, draft.profile
    row = Row(
        model=draft.model,
        stripe_id=draft.stripe_id,
        account=context.account,
        livemode=context.livemode,
        establishes_account=context.establishes_account,
        moment=context.moment,
        digest=digest,
        extra=extra,
        values=values,
        line=image,
    )
    if context.moment.deleted or draft.payload.get("deleted") is True:
        mark_deleted(row, draft.payload)
    if profile.on_request or draft.schema.implicit:
        parent = context.parent
        row.preserved_columns = preserved_columns(profile, parent.reference if parent else None)
    if draft.schema.links:
        add_links(row, draft)
    if profile.owned:
        row.incomplete = list(nested_lists.incomplete(profile.owned, draft.payload))
    return Mapped(row, draft.expanded | draft.unscanned)


def mark_deleted(row: Row, payload: Mapping[str, Any]) -> None:
    row.has_content = not payload.keys() <= STUB_KEYS
    row.deleted_at = row.moment.as_of or UNKNOWN_TIME


def add_links(row: Row, draft: Draft) -> None:
    """The links of many-to-many fields, as far as the payload has them."""

    def refer(target: type[StripeModel], sent: Any) -> str | None:
        return reference(draft, target, sent)

    row.links = dict(nested_lists.linked(draft.schema, draft.payload, refer))
    row.partial_links = nested_lists.partial(draft.schema, draft.payload)


def digest_of(profile: KeyProfile, image: str, values: Sequence[Any], extra: str) -> str | None:
    """A short hash of a row's text; ``None`` if it has half a surrogate pair.

    Keys that Stripe sends only on request have a hash of their own behind the other one, and so has
    their absence: a response and an event that differ in nothing else show the same content.
    """
    try:
        if profile.schema.on_request or profile.schema.requested_keys:
            return _digest_in_two_parts(profile, values, extra)
        return _hash(image, DIGEST_SIZE)
    except UnicodeEncodeError:
        return None


def _hash(text: str, size: int) -> str:
    return blake2b(text.encode(), digest_size=size).hexdigest()


def _digest_in_two_parts(profile: KeyProfile, values: Sequence[Any], extra: str) -> str:
    on_request = profile.schema.on_request
    names = frozenset(on_request)
    keys = {key for filled_by in on_request.values() for key in filled_by}
    always, requested = list(values), []
    for index, column in enumerate(profile.schema.columns):
        if column.attname in names:
            requested.append(always[index])
            always[index] = None
    absent = ",".join(key for key in profile.absent if key not in keys)
    rest, extra_requested = _split_extra(profile, extra.replace(profile.absent_text, ""))
    content = _hash(line([rest, absent, *always]), CONTENT_SIZE)
    if profile.on_request >= names and not extra_requested:
        return content + DIGEST_SEPARATOR
    sent = ",".join(sorted(names - profile.on_request))
    text = line([sent, extra_requested, *requested])
    return content + DIGEST_SEPARATOR + _hash(text, REQUESTED_SIZE)


def _split_extra(profile: KeyProfile, extra: str) -> tuple[str, str]:
    """``extra`` without the keys that come on request and have no column, and these."""
    keys = profile.schema.requested_keys.intersection(profile.unknown)
    if not keys:
        return extra, ""
    values = json.loads(extra.replace("{,", "{").replace(",}", "}"))
    requested = {key: values.pop(key) for key in keys if key in values}
    return _text(values) if values else "{}", _text(requested)


def _text(values: Any) -> str:
    return json.dumps(values, sort_keys=True, separators=(",", ":"))
