"""What generated functions call for the few payloads that need it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from stripe_django.sync.mapping import redaction
from stripe_django.sync.mapping.draft import Draft
from stripe_django.sync.mapping.json_text import encode_quickly
from stripe_django.sync.mapping.profiles import KeyProfile
from stripe_django.sync.mapping.schema import Column


def encode_column(draft: Draft, _column: Column, sent: Any, _key: str | None) -> str:
    """The text of a JSON column; the payload is refused if it has none that is sure to be kept."""
    text = encode_quickly(sent, decoded=draft.context.decoded)
    if text is None:
        draft.is_refused = True
        return ""
    return text


def extra_text(
    draft: Draft, profile: KeyProfile, fixed: Mapping[str, Any], text: str
) -> str | None:
    """The text of ``extra``, which is ``text`` if it has only what is ``fixed``; ``None`` if it has
    none that is sure to be kept.
    """
    if draft.is_refused:
        return None
    variants = draft.variants
    rest = {key: draft.payload[key] for key in profile.unknown if key not in variants}
    if not rest and not draft.extra:
        return text
    return encode_quickly({**draft.extra, **fixed, **rest}, decoded=draft.context.decoded)


def nested_values(
    profile: KeyProfile,
    payload: Mapping[str, Any],
    values: Sequence[Any],
    extra: str,
    variants: Collection[str] = (),
) -> dict[str, Any]:
    """By key, the values of JSON columns and of ``extra`` that have Stripe objects inside."""
    found: dict[str, Any] = {}
    for column, value in zip(profile.schema.columns, values, strict=True):
        if column.is_json and value is not None and redaction.OBJECT in value:
            if column.is_variant:
                found.update((key, payload[key]) for key in variants)
            elif column.key and payload.get(column.key) and not column.is_opaque:
                found[column.key] = payload[column.key]
    if redaction.OBJECT in extra:
        unknown = (key for key in profile.unknown if key not in variants)
        found.update((key, payload[key]) for key in unknown)
    return found
