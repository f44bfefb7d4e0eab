"""The fast path from a payload to a row, for payloads that are safe to store as they are.

Nearly all are. So no value is checked by itself, but the row as one line of text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stripe_django.models.base import StripeModel
from stripe_django.models.extra import ABSENT

from . import redaction
from .copy_text import line
from .draft import (
    MISSING,
    Draft,
    Mapped,
    column_value,
    digest_of,
    draft_of,
    mapped,
)
from .identity import Context
from .json_text import encode_all, encode_quickly, is_suspicious
from .profiles import TypeProfile, type_profile
from .schema import Column


@dataclass(slots=True)
class _Texts:
    """JSON texts of one payload, each made once for all columns that hold it.

    ``is_refused`` once a value has none that is certain to be stored unchanged.
    """

    decoded: bool
    known: dict[int, tuple[Any, str]] = field(default_factory=dict)
    is_refused: bool = False

    def encode_column(self, _draft: Draft, column: Column, sent: Any, _key: str | None) -> str:
        if self.known and (known := self.known.get(id(sent))):
            return known[1]
        text = self.encode(sent)
        if column.fallbacks:
            self.known[id(sent)] = sent, text  # the value too, so that its id stays its own
        return text

    def encode(self, value: Any) -> str:
        text = encode_quickly(value, decoded=self.decoded)
        if text is None:
            self.is_refused = True
            return ""
        return text


def fast_row(
    model: type[StripeModel], payload: Mapping[str, Any], context: Context
) -> Mapped | None:
    """The row for a payload, or ``None`` if the payload needs ``strict_row``.

    Raises ``PayloadError`` for a payload without a good id, and for what is not JSON.
    """
    texts = _Texts(context.decoded)
    draft = draft_of(model, payload, context, texts.encode_column)
    if draft.profile.has_reserved_keys:
        return None
    values = list(map(payload.get, draft.schema.keys))
    types = type_profile(draft.profile, tuple(map(type, values)))
    if not _fill(draft, types, values):
        return None
    extra = _extra_text(draft, types, texts)
    image = line([extra, *values])
    name = redaction.owner(payload, "changes") or model.stripe.object_name
    has_objects = redaction.OBJECT in image
    may_contain_secret = (
        redaction.may_contain_secret if has_objects else redaction.may_contain_own_secret
    )
    if texts.is_refused or is_suspicious(image) or may_contain_secret(image, name):
        return None
    digest = digest_of(draft, image, values, extra)
    if digest is None:
        return None
    if has_objects:
        _find_nested(draft, values, extra)
    return mapped(draft, values, extra, image, digest)


def _fill(draft: Draft, types: TypeProfile, values: list[Any]) -> bool:
    """Replace the payload's values by the columns'; false if the payload needs the strict path."""
    payload = draft.payload
    for each in types.bounded:
        for index, column in each.violations(values):
            values[index] = column_value(draft, column, values[index])
    for index, column in types.ids:
        if not draft.namespace.stores(values[index]):
            values[index] = column_value(draft, column, values[index])
    for index, column in types.converted:
        values[index] = _converted(draft, column, values[index])
    if types.hashes and not _encode(types.hashes, values, decoded=draft.context.decoded):
        return False
    for index, source in types.copies:
        values[index] = values[source]
    for index, get, convert in types.computed:
        found = get(payload)
        values[index] = None if found is None else convert(found)
    for index, column in types.rest:
        values[index] = column_value(draft, column, payload.get(column.key, MISSING))
    if draft.context.parent and draft.context.parent.reference:
        _refer_to_parent(draft, draft.context.parent.reference, values)
    return True


def _refer_to_parent(draft: Draft, reference: str, values: list[Any]) -> None:
    index = draft.schema.index[reference]
    column = draft.schema.columns[index]
    values[index] = column_value(draft, column, draft.payload.get(column.key, MISSING))


def _converted(draft: Draft, column: Column, sent: Any) -> Any:
    value = column.field.from_payload(sent)
    if value is sent or (value is not None and column.field.to_payload(value) == sent):
        return value
    return column_value(draft, column, sent)


def _encode(indexes: Sequence[int], values: list[Any], *, decoded: bool) -> bool:
    """Replace the values at these places by JSON text; false if one has none."""
    texts = encode_all([values[index] for index in indexes], decoded=decoded)
    if None in texts:
        return False
    for index, text in zip(indexes, texts, strict=True):
        values[index] = text
    return True


def _extra_text(draft: Draft, types: TypeProfile, texts: _Texts) -> str:
    profile, variants = draft.profile, draft.variants
    rest = {key: draft.payload[key] for key in profile.unknown if key not in variants}
    if not rest and not draft.extra:
        return types.extra
    if profile.absent:
        rest[ABSENT] = profile.absent
    return texts.encode(draft.extra | types.nulls | rest)


def _find_nested(draft: Draft, values: Sequence[Any], extra: str) -> None:
    """Note the values of JSON columns and of ``extra`` that have Stripe objects inside."""
    payload = draft.payload
    for column, value in zip(draft.schema.columns, values, strict=True):
        if column.is_json and value is not None and redaction.OBJECT in value:
            if column.is_variant:
                draft.unscanned.update(draft.variants)
            elif column.key and payload.get(column.key) and not column.is_opaque:
                draft.unscanned[column.key] = payload[column.key]
    if redaction.OBJECT in extra:
        unknown = (key for key in draft.profile.unknown if key not in draft.variants)
        draft.unscanned.update((key, payload[key]) for key in unknown)
