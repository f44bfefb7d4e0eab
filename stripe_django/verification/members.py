"""Whether the complete lists inside an object have the members that they have here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from stripe_django import fields
from stripe_django.models.base import StripeModel
from stripe_django.models.querysets.base import is_alive
from stripe_django.sync.mapping.rows import Row
from stripe_django.sync.mapping.schema import schema_for
from stripe_django.sync.writer.intervals import A_SECOND, Interval, second_of


class Members(NamedTuple):
    """A list that has other members here; ``newest`` is the time of the newest superfluous one."""

    name: str
    newest: datetime | None = None

    def is_older_than(self, read: Interval) -> bool:
        return self.newest is None or second_of(self.newest) + A_SECOND <= read.lower


Owner = tuple[type[StripeModel], str]


def differences(rows: Sequence[Row], using: str) -> dict[Owner, list[Members]]:
    """The lists that differ, by the object that has them."""
    by_model: dict[type[StripeModel], list[Row]] = defaultdict(list)
    for row in rows:
        if row.links or row.members:
            by_model[row.model].append(row)
    found: dict[Owner, list[Members]] = defaultdict(list)
    for model, some in by_model.items():
        for owner, each in (*_linked(model, some, using), *_superfluous(model, some, using)):
            found[model, owner].append(each)
    return found


def _linked(
    model: type[StripeModel], rows: Sequence[Row], using: str
) -> Iterator[tuple[str, Members]]:
    """The many-to-many fields whose links differ."""
    for link, _ in schema_for(model).links:
        listed = [row for row in rows if link.name in row.links]
        stored = _links(link, [row.stripe_id for row in listed], using)
        for row in listed:
            here, shown = stored[row.stripe_id], set(row.links[link.name])
            is_same = shown <= here if link.name in row.partial_links else shown == here
            if not is_same:
                yield row.stripe_id, Members(link.name)


def _links(link: fields.Links, owners: list[str], using: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    through = link.remote_field.through
    assert through is not None
    near, far = link.m2m_column_name(), link.m2m_reverse_name()
    table = through._base_manager.using(using)
    for owner, target in table.filter(**{f"{near}__in": owners}).values_list(near, far):
        found[owner].add(target)
    return found


def _superfluous(
    model: type[StripeModel], rows: Sequence[Row], using: str
) -> Iterator[tuple[str, Members]]:
    """The nested lists that lack a member which is alive here."""
    for key, members in schema_for(model).members.items():
        shown = {row.stripe_id: set(row.members[key]) for row in rows if key in row.members}
        for member, reference in members.items():
            if reference.orphan_removal and shown:
                owner_name = reference.attname
                table = member._base_manager.using(using).filter(is_alive())
                here = table.filter(**{f"{owner_name}__in": sorted(shown)})
                for owner, stripe_id, as_of in here.values_list(owner_name, "stripe_id", "as_of"):
                    if stripe_id not in shown[owner]:
                        yield owner, Members(key, as_of)
