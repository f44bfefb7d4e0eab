"""Stored rows lose their personal data: rewritten in place, as a write of the same image would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
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
from .marks import Known
from .sightings import Sighting, in_payload, namespace_of, of_row


@dataclass(slots=True)
class StoredSighting:
    """A stored row, and what it says of whose its object is."""

    image: StoredImage
    namespace: Namespace
    root: Sighting
    inner: list[Sighting]


def locked(rows: QuerySet[StripeModel, Any], livemode: bool) -> list[StoredSighting]:
    """The rows, locked in the order in which writers lock them, until the transaction ends."""
    connection = connections[rows.db]
    statements_for(connection, rows.model).lock()
    return [_seen(each, livemode) for each in rows.select_for_update().order_by("stripe_id")]


def _seen(stored: StripeModel, livemode: bool) -> StoredSighting:
    image = StoredImage(stored, livemode)
    row = image.row
    namespace = namespace_of(row, livemode)
    root, inner = in_payload(of_row(row), image.payload, namespace)
    return StoredSighting(image, namespace, root, inner)


def rewrite(
    seen: Sequence[StoredSighting], erased: images.Erased, known: Known, using: str
) -> Counter[str]:
    """Rewrite rows of one model without personal data of erased customers.

    Returns how many ``rows`` changed, and how many ``values`` in them.
    """
    counts: Counter[str] = Counter()
    changed = []
    differing: set[str] = set()
    for each in seen:
        row, columns = _without(each, erased)
        if columns:
            changed.append((each.image.stored, row))
            differing |= columns
            counts["values"] += len(columns)
    if not changed:
        return counts
    counts["rows"] = len(changed)
    model = type(changed[0][0])
    statements = statements_for(connections[using], model)
    preserved = frozenset(statements.filled) - differing
    now = timezone.now()
    records = [Record((*_own(stored, row.digest), now), row) for stored, row in changed]
    statements.send([(preserved, records)], [], now)
    changes.note(model, [row.stripe_id for _, row in changed], using)
    return counts


def _own(stored: StripeModel, digest: str) -> tuple[Any, ...]:
    state = (getattr(stored, name) for name in STATE_COLUMNS)
    return (stored.pk, stored.stripe_id, *state, digest)


def _without(seen: StoredSighting, erased: images.Erased) -> tuple[Row, set[str]]:
    image = seen.image
    is_erased = seen.root.is_among(erased) is not None
    less, less_absent = (
        images.without_personal_data(
            each, image.model, seen.namespace, erased, is_erased=is_erased
        )
        for each in (image.payload, image.absent)
    )
    if less == image.payload and less_absent == image.absent:
        return image.row, set()
    return image.less(less, less_absent)
