"""The strict path from a payload to a row: each value is checked by itself.

For payloads with secrets, or with values that some database refuses or changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_django.models.base import StripeModel
from stripe_django.models.extra import ABSENT, ENCODED, RESERVED

from . import redaction
from .copy_text import line
from .draft import MISSING, Draft, Mapped, column_value, digest_of, draft_of, mapped
from .identity import Context
from .json_text import encode, literal
from .schema import Column


def strict_row(model: type[StripeModel], payload: Mapping[str, Any], context: Context) -> Mapped:
    """The row for a payload.

    Raises ``PayloadError`` for a payload without a good id, and for what is not JSON.
    """
    draft = draft_of(model, payload, context, _encode_column)
    values = [
        column_value(draft, each, _without_secrets(payload, each.key))
        for each in draft.schema.columns
    ]
    extra = _extra_text(draft)
    image = line([extra, *values])
    digest = digest_of(draft.profile, image, values, extra)
    assert digest is not None  # fields take no half surrogate pairs, and neither does JSON text
    return mapped(draft, values, extra, image, digest)


def _without_secrets(payload: Mapping[str, Any], key: str | None) -> Any:
    """What the payload has under a key; JSON is redacted where it is encoded."""
    sent = MISSING if key is None else payload.get(key, MISSING)
    return redaction.without_secrets(sent) if isinstance(sent, str) else sent


def _encode_column(draft: Draft, column: Column, sent: Any, key: str | None) -> str | None:
    """The JSON text of a value without secrets; ``None`` if one of the databases refuses it."""
    name = redaction.owner(draft.payload, key) or draft.model.stripe.object_name
    text = encode(sent)
    if column.is_variant and text is not None and redaction.OBJECT in text:
        draft.unscanned.update(sent)
    if key and not column.is_opaque and (text is None or redaction.OBJECT in text):
        draft.unscanned[key] = sent
    if text is not None and key != "metadata" and redaction.may_contain_secret(text, name):
        return encode(redaction.without_secrets(sent, name))
    return text


def _extra_text(draft: Draft) -> str:
    """Value by value: what some database refuses is stored as JSON text inside one string."""
    known, variants = draft.schema.known_keys, draft.variants
    unknown = {
        key: value
        for key, value in draft.payload.items()
        if key not in known and key not in variants
    }
    draft.unscanned.update(unknown)
    whole = draft.extra | unknown
    # This also raises for what is nested too deeply for the lines below.
    refused = {key for key, value in whole.items() if encode({key: value}) is None}
    safe: dict[str, Any] = {}
    unsafe: dict[str, Any] = {}
    for key, value in redaction.without_secrets(whole, draft.model.stripe.object_name).items():
        (unsafe if key in RESERVED or key in refused else safe)[key] = value
    if draft.profile.absent:
        safe[ABSENT] = draft.profile.absent
    if unsafe:
        safe[ENCODED] = literal(unsafe)
    text = encode(safe)
    assert text is not None  # each of its parts was encoded above
    return text
