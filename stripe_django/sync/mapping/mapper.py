"""Payloads to rows: pure, with no database, no settings and no network.

A row is the image of one snapshot. What its columns cannot give back stays in ``extra``, so that
``to_stripe()`` returns the payload. Stripe objects inside the payload become rows of their own;
how fresh these are depends on what they are to the object around them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from stripe_django import fields, registry
from stripe_django.exceptions import PayloadError, UnknownObjectError
from stripe_django.models.base import StripeModel
from stripe_django.sync.expansion import collapsed

from .context import Context, Parent
from .fast import Snapshot
from .rows import COPY, Moment, Row
from .schema import plan
from .strict import snapshot_of

NOT_ROWS = frozenset({"previous_attributes", "pending_update", "metadata"})


def to_rows(
    payload: Any,
    *,
    moment: Moment = COPY,
    account: str = "",
    livemode: bool = False,
    home: bool = False,
    expanded: Collection[str] = (),
    parent: Parent | None = None,
    decoded: bool = False,
) -> list[Row]:
    """The rows for a Stripe object and for the objects inside it, the object's own row first.

    ``account`` is the connected account that it lives in, ``livemode`` the mode to assume where
    the payload has none, ``home`` the mode of the home account, ``expanded`` the paths that this
    read asked Stripe to expand, ``parent`` the object in whose nested list it was found, and
    ``decoded`` that the client decoded it, with ``Decimal`` in place of floats.
    Raises ``PayloadError`` for what is no such object.
    """
    context = Context(moment, account, livemode, home, frozenset(expanded), parent, decoded)
    return rows_in(payload, context)


def rows_in(payload: Any, context: Context) -> list[Row]:
    """The same for a context that many objects share."""
    rows = _map(model_of(payload), payload, context)
    return list(_distinct(rows)) if len(rows) > 1 else rows


def nested_rows(
    payload: Mapping[str, Any], *, account: str, livemode: bool, home: bool
) -> list[Row]:
    """The rows for the objects inside one that has no model: copies, all of them."""
    context = Context(COPY, account, livemode, home)
    return list(_distinct(_inside(payload, context, "")))


def model_of(payload: Any) -> type[StripeModel]:
    """The model for a payload; raises ``PayloadError`` if there is none."""
    if not isinstance(payload, dict):
        raise PayloadError(f"A Stripe object is a JSON object, not {type(payload).__name__}.")
    model = registry.model_of(payload)
    if model is None:
        name = payload.get("object")
        shown = repr(name[:80]) if isinstance(name, str) else f"of type {type(name).__name__}"
        raise UnknownObjectError(f"No model for the Stripe object {shown}. It was not stored.")
    return model


def _distinct(rows: Iterable[Row]) -> Iterator[Row]:
    """Each object once: of several, the first that is no copy."""
    seen: dict[tuple[type[StripeModel], str], Row] = {}
    for row in rows:
        key = (row.model, row.stripe_id)
        if key not in seen or (seen[key].moment.is_copy and not row.moment.is_copy):
            seen[key] = row
    yield from seen.values()


def _map(model: type[StripeModel], payload: Mapping[str, Any], context: Context) -> list[Row]:
    livemode = payload.get("livemode")
    if isinstance(livemode, bool) and livemode is not context.livemode:
        context = context._replace(livemode=livemode)
    plain = collapsed(payload, context.expanded) if context.expanded else {}
    shown = {key: payload[key] for key in plain}
    snapshot = snapshot_of(model, {**payload, **plain} if plain else payload, context)
    rows = [snapshot.row]
    for key, value in (snapshot.expanded | snapshot.unvisited | shown).items():
        if key not in NOT_ROWS:
            rows += _nested(snapshot, key, value)
    return rows


def _nested(snapshot: Snapshot, key: str, value: Any) -> Iterator[Row]:
    """The rows for the objects that the snapshot has under one of its own keys."""
    known = plan(snapshot.model)
    owned = key in known.parts
    references = known.members.get(key, {})
    named = []
    for item in _members(value):
        model = None
        if isinstance(item, dict):
            model = registry.model_of(item) or (
                _target_of_part(snapshot.model, key) if owned else None
            )
        if model is None:
            yield from _inside(item, snapshot.context.under(key), snapshot.stripe_id)
            continue
        reference = references.get(model)
        parent = Parent(snapshot.stripe_id, reference.name if reference else None)
        inner = snapshot.context.inside(key, parent, owned=owned)
        rows = _map_if_identified(model, item, inner)
        named += [row.stripe_id for row in rows[:1]]
        yield from rows
    if references and isinstance(value, dict) and value.get("has_more") is False:
        snapshot.row.members[key] = named


def _members(value: Any) -> Iterable[Any]:
    if isinstance(value, dict) and value.get("object") == "list":
        value = value.get("data")
    return value if isinstance(value, list | tuple) else (value,)


def _target_of_part(model: type[StripeModel], key: str) -> type[StripeModel] | None:
    """The model of an owned hash without an ``object``: the evidence of a dispute."""
    for column in plan(model).columns:
        if column.key == key and isinstance(column.field, fields.Reference):
            return column.target
    return None


def _inside(value: Any, context: Context, parent: str) -> Iterator[Row]:
    """The rows for the objects at any depth inside a hash that is no object with a model."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from _inside(item, context, parent)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in NOT_ROWS:
                continue
            for member in _members(item):
                model = registry.model_of(member)
                if model is None:
                    yield from _inside(member, context.under(key), parent)
                else:
                    inner = context.inside(key, Parent(parent), owned=False)
                    yield from _map_if_identified(model, member, inner)


def _map_if_identified(
    model: type[StripeModel], payload: Mapping[str, Any], context: Context
) -> list[Row]:
    """The rows of a nested object; none without a good id: it stays in its parent's JSON."""
    try:
        return _map(model, payload, context)
    except PayloadError:
        return []
