"""Payloads to rows: pure, with no database, no settings and no network.

A row is the image of one snapshot. What its columns cannot give back stays in ``extra``, so that
``to_stripe()`` returns the payload. Stripe objects inside the payload become rows of their own;
how fresh these are depends on what they are to the object around them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from stripe_django import registry
from stripe_django.exceptions import PayloadError, UnknownObjectError
from stripe_django.models.base import StripeModel

from . import ownership, privacy
from .expansion import collapsed
from .fast import fast_row
from .identity import Context, HomeAccount, Parent
from .rows import COPY, Moment, Row
from .schema import schema_for
from .strict import strict_row

TEST_MODE = HomeAccount(livemode=False)
# Former values, values that may come, and what is not Stripe's.
NOT_ROWS = frozenset({"previous_attributes", "pending_update", "upcoming", "metadata"})


def to_rows(
    payload: Any,
    *,
    moment: Moment = COPY,
    account: str | None = "",
    livemode: bool = False,
    home: HomeAccount = TEST_MODE,
    expanded: Collection[str] = (),
    parent: Parent | None = None,
    decoded: bool = False,
    establishes_account: bool = True,
) -> list[Row]:
    """The rows for a Stripe object and for the objects inside it, the object's own row first.

    ``account`` is the account that it was sent or read from, empty for your own, ``livemode`` the
    mode to assume where the payload has none, ``expanded`` the paths that this read had Stripe
    expand, ``parent`` the object in whose nested list it was found, ``decoded`` that the client
    decoded it, with ``Decimal`` in place of floats, and ``establishes_account`` that it was Stripe
    who said the account.
    Raises ``PayloadError`` for what is no such object.
    """
    known = (frozenset(expanded), parent, decoded, establishes_account)
    return rows_in(payload, Context(moment, account, livemode, home, *known))


def rows_in(payload: Any, context: Context) -> list[Row]:
    """The same for a context that many objects share."""
    return rows_of(model_of(payload), payload, context)


def rows_of(model: type[StripeModel], payload: Any, context: Context) -> list[Row]:
    """The same for a payload that is known to be of a model."""
    if context.home.policy is None:
        return _rows(model, payload, context)
    name = model.stripe.object_name
    return privacy.rows_under_policy(name, payload, context, partial(_rows, model))


def _rows(model: type[StripeModel], payload: Any, context: Context) -> list[Row]:
    rows = _map(model, payload, context)
    return list(_distinct(rows)) if len(rows) > 1 else rows


def nested_rows(
    payload: Mapping[str, Any], *, account: str | None, livemode: bool, home: HomeAccount
) -> list[Row]:
    """The rows for the objects inside one that has no model: copies, all of them."""
    context = Context(COPY, account, livemode, home, establishes_account=False)
    if home.policy is None:
        return list(_rows_inside(payload, context))
    return privacy.rows_under_policy("", payload, context, _rows_inside)


def _rows_inside(payload: Any, context: Context) -> list[Row]:
    return list(_distinct(_inside(payload, context, "")))


def model_of(payload: Any) -> type[StripeModel]:
    """The model for a payload; raises ``PayloadError`` if there is none."""
    if not isinstance(payload, dict):
        raise PayloadError(
            _("A Stripe object is a JSON object, not %(type)s.") % {"type": type(payload).__name__}
        )
    model = registry.model_of(payload)
    if model is None:
        name = payload.get("object")
        shown = (
            repr(name[:80])
            if isinstance(name, str)
            else _("of type %(type)s") % {"type": type(name).__name__}
        )
        raise UnknownObjectError(
            _("No model for the Stripe object %(shown)s. It was not stored.") % {"shown": shown}
        )
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
    context = ownership.context_of(model, payload, context)
    plain = collapsed(payload, context.expanded) if context.expanded else {}
    shown = {key: payload[key] for key in plain}
    flat = {**payload, **plain} if plain else payload
    row, nested = fast_row(model, flat, context) or strict_row(model, flat, context)
    rows = [row]
    for key, value in (nested | shown).items():
        if key not in NOT_ROWS:
            under = ownership.context_under(model, payload, key, context)
            rows += _nested(row, under, key, value)
    for key, part in schema_for(model).parts.items():
        if key in payload and payload[key] is None and not part.on_request:
            inner = context.inside(key, Parent(row.stripe_id), owned=True)
            rows += _map_if_identified(part.model, {"deleted": True}, inner)
    return rows


def _nested(row: Row, context: Context, key: str, value: Any) -> Iterator[Row]:
    """The rows for the objects that a row's payload has under one of its own keys."""
    schema = schema_for(row.model)
    owned = key in schema.owned_keys
    references = schema.members.get(key, {})
    named = []
    for item in _members(value):
        model = None
        if isinstance(item, dict):
            part = schema.parts.get(key)
            model = registry.model_of(item) or (part and part.model)
        if model is None:
            yield from _inside(item, context.under(key), row.stripe_id)
            continue
        reference = references.get(model)
        parent = Parent(row.stripe_id, reference.name if reference else None)
        inner = context.inside(key, parent, owned=owned)
        found = _map_if_identified(model, item, inner)
        named += [each.stripe_id for each in found[:1]]
        yield from found
    if references and isinstance(value, dict) and value.get("has_more") is False:
        row.members[key] = named


def _members(value: Any) -> Iterable[Any]:
    if isinstance(value, dict) and value.get("object") == "list":
        value = value.get("data")
    return value if isinstance(value, list | tuple) else (value,)


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
