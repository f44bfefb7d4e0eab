"""Rows as the database has them, and which of their columns differ from what Stripe shows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from stripe_django.fields.hashes import decode_column
from stripe_django.models.base import StripeModel
from stripe_django.models.extra import ABSENT
from stripe_django.sync.mapping.rows import DIGEST_SEPARATOR, Row
from stripe_django.sync.mapping.schema import MappingSchema, schema_for
from stripe_django.sync.writer.intervals import Interval
from stripe_django.sync.writer.upsert import CHUNK

from .findings import ABSENT as NO_STATE
from .findings import State

OWN = (
    *("pk", "stripe_id", "stripe_account", "as_of", "as_of_kind", "as_of_from", "as_of_source"),
    *("ambiguous", "deleted_at", "digest", "extra"),
)

Stored = dict[str, Any]  # the columns of a row by their attname


def load(model: type[StripeModel], ids: Collection[str], using: str) -> dict[str, Stored]:
    """The rows with these ids."""
    names = [*OWN, *(column.attname for column in schema_for(model).columns)]
    rows = model._base_manager.using(using)
    chosen = sorted(ids)
    return {
        row["stripe_id"]: row
        for start in range(0, len(chosen), CHUNK)
        for row in rows.filter(stripe_id__in=chosen[start : start + CHUNK]).values(*names)
    }


def state_of(row: Stored | None) -> State:
    if row is None:
        return NO_STATE
    names = ("digest", "stripe_account", "as_of", "deleted_at", "ambiguous")
    return State(*(row[name] for name in names))


def interval_of(row: Stored) -> Interval:
    names = ("as_of", "as_of_from", "as_of_kind", "as_of_source")
    return Interval(*(row[name] for name in names))


def is_alive(row: Stored) -> bool:
    if row["deleted_at"] is None:
        return True
    return row["as_of"] is not None and row["as_of"] > row["deleted_at"]


def differing_columns(row: Stored, shown: Row) -> Iterator[str]:
    """The columns of a row whose values are not those of a snapshot.

    What Stripe sends only on request is compared if both the row and the snapshot have it.
    """
    schema = schema_for(shown.model)
    both = _has_requested(row["digest"]) and _has_requested(shown.digest)
    skipped = shown.preserved_columns if both else shown.preserved_columns | {*schema.on_request}
    for column, value in zip(schema.columns, shown.values, strict=True):
        if column.attname in skipped:
            continue
        if (decode_column(value) if column.is_json else value) != row[column.attname]:
            yield column.attname
    if _differs(row["extra"], decode_column(shown.extra), schema):
        yield "extra"


def _has_requested(digest: str) -> bool:
    """Whether a digest is also of what comes on request, or if nothing does."""
    return not digest.endswith(DIGEST_SEPARATOR)


def _differs(stored: Mapping[str, Any], shown: Mapping[str, Any], schema: MappingSchema) -> bool:
    """Whether ``extra`` differs by more than by what was requested."""
    on_request = {key for keys in schema.on_request.values() for key in keys}
    skipped = (on_request | schema.requested_keys) - (stored.keys() & shown.keys())
    return _without(stored, skipped, on_request) != _without(shown, skipped, on_request)


def _without(
    extra: Mapping[str, Any], skipped: Collection[str], on_request: Collection[str]
) -> dict[str, Any]:
    found = {key: value for key, value in extra.items() if key not in skipped}
    return found | {ABSENT: set(extra.get(ABSENT, ())).difference(on_request)}
