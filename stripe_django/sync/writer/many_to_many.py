"""Writes many-to-many tables: the newest complete list replaces the links of an object."""

from __future__ import annotations

from collections.abc import Sequence

from stripe_django import fields
from stripe_django.models.base import StripeModel
from stripe_django.sync.mapping.rows import Row
from stripe_django.sync.mapping.schema import schema_for


def write(model: type[StripeModel], rows: Sequence[Row], using: str) -> None:
    """Make the links of these rows equal to those in their payloads."""
    for link, _ in schema_for(model).links:
        listed = [row for row in rows if link.name in row.links]
        if listed:
            _replace(link, listed, using)


def _replace(link: fields.Links, rows: Sequence[Row], using: str) -> None:
    through = link.remote_field.through
    assert through is not None
    near, far = link.m2m_column_name(), link.m2m_reverse_name()
    table = through._base_manager.using(using)
    wanted = {(row.stripe_id, target) for row in rows for target in row.links[link.name]}
    complete = [row.stripe_id for row in rows if link.name not in row.partial_links]
    owners = [row.stripe_id for row in rows]
    stored = {
        (owner, target): key
        for key, owner, target in table.filter(**{f"{near}__in": owners}).values_list(
            "pk", near, far
        )
    }
    gone = [key for pair, key in stored.items() if pair not in wanted and pair[0] in complete]
    if gone:
        table.filter(pk__in=gone).delete()
    new = sorted(wanted - stored.keys())
    if new:
        added = [through(**{near: owner, far: target}) for owner, target in new]
        table.bulk_create(added, ignore_conflicts=True)
