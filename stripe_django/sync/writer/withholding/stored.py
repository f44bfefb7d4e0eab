"""Stored rows lose their personal data: rewritten in place, as a write of the same image would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone

from stripe_django.models.base import StripeModel
from stripe_django.sync.mapping.identity import Namespace
from stripe_django.sync.mapping.rows import Row
from stripe_django.sync.writer import changes
from stripe_django.sync.writer.backends import Record, statements_for
from stripe_django.sync.writer.backends.base import STATE_COLUMNS

from . import images
from .images import StoredImage
from .sightings import Sighting, in_payload, namespace_of, of_row


@dataclass(slots=True)
class StoredSighting:
    """A stored row, and what it says of whose its object is."""

    image: StoredImage
    namespace: Namespace
    root: Sighting
    inner: list[Sighting]


def read(rows: QuerySet[StripeModel, Any], livemode: bool) -> list[StoredSighting]:
    return [_seen(each, livemode) for each in rows]


def locked(rows: QuerySet[StripeModel, Any], livemode: bool) -> list[StoredSighting]:
    """The rows, locked in the order in which writers lock them, until the transaction ends."""
    connection = connections[rows.db]
    statements_for(connection, rows.model).lock()
    return read(rows.select_for_update().order_by("stripe_id"), livemode)


def _seen(stored: StripeModel, livemode: bool) -> StoredSighting:
    image = StoredImage(stored, livemode)
    row = image.row
    namespace = namespace_of(row, livemode)
    root, inner = in_payload(of_row(row, namespace), image.payload, namespace)
    return StoredSighting(image, namespace, root, inner)


@dataclass(slots=True)
class Changed:
    """Rows of one model, each with its new image, and the columns in which any of them differs."""

    rows: list[tuple[StripeModel, Row]] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    values: int = 0

    @property
    def counts(self) -> Counter[str]:
        return +Counter(rows=len(self.rows), values=self.values)


def without(seen: Sequence[StoredSighting], erased: images.Erased) -> Changed:
    """The rows that have personal data of erased customers, without it."""
    changed = Changed()
    for each in seen:
        row, columns = _without(each, erased)
        if columns:
            changed.rows.append((each.image.stored, row))
            changed.columns |= columns
            changed.values += len(columns)
    return changed


def write(changed: Changed, using: str) -> None:
    """Write the new images in the caller's transaction."""
    if not changed.rows:
        return
    model = type(changed.rows[0][0])
    statements = statements_for(connections[using], model)
    preserved = frozenset(statements.filled) - changed.columns
    now = timezone.now()
    records = [Record((*_own(stored, row.digest), now), row) for stored, row in changed.rows]
    statements.send([(preserved, records)], [], now)
    changes.note(model, [row.stripe_id for _, row in changed.rows], using)


def _own(stored: StripeModel, digest: str) -> tuple[Any, ...]:
    state = (getattr(stored, name) for name in STATE_COLUMNS)
    return (stored.pk, stored.stripe_id, *state, digest)


def _without(seen: StoredSighting, erased: images.Erased) -> tuple[Row, set[str]]:
    image = seen.image
    is_erased = seen.root.is_among(erased) is not None
    less, less_absent = (
        images.without_personal_data(each, image.model, seen.namespace, erased, is_erased=is_erased)
        for each in (image.payload, image.absent)
    )
    if less == image.payload and less_absent == image.absent:
        return image.row, set()
    return image.less(less, less_absent, is_erased=is_erased)
