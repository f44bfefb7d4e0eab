"""A stored row mapped again from what it holds, under the policy that is in force now."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from stripe_django import fields
from stripe_django.exceptions import PayloadError
from stripe_django.fields import ExactDecoder
from stripe_django.models.base import StripeModel
from stripe_django.models.extra import ABSENT
from stripe_django.privacy.separator import POLICY_SEPARATOR

from . import mapper
from .identity import Context, HomeAccount, Parent
from .json_text import encode
from .rows import COPY, Row
from .schema import schema_for


class _Guess(NamedTuple):
    """What a row may have been mapped from."""

    payload: Mapping[str, Any]
    parent: Parent | None


def row_under_policy(stored: StripeModel, home: HomeAccount) -> Row:
    """The row as ``home.policy`` leaves it; ``preserved_columns`` are those that it does not touch.

    Raises ``PayloadError`` if it cannot be mapped again.
    """
    guess, now = _as_it_is(stored, home)
    after = _mapped(stored, guess, home)
    pairs = zip(schema_for(type(stored)).columns, now.values, after.values, strict=True)
    untouched = frozenset(column.attname for column, old, new in pairs if old == new)
    extra = _with_absent(after.extra, stored.extra.get(ABSENT))
    after = replace(after, extra=extra, stripe_id=stored.stripe_id)
    return after.with_values(after.values, preserved_columns=untouched)


def _as_it_is(stored: StripeModel, home: HomeAccount) -> tuple[_Guess, Row]:
    """The row without any policy: if possible, the one that has the stored digest."""
    digest = stored.digest.rpartition(POLICY_SEPARATOR)[2]
    first: tuple[_Guess, Row] | None = None
    error: PayloadError | None = None
    for guess in _guesses(stored):
        try:
            row = _mapped(stored, guess, home._replace(policy=None))
        except PayloadError as failure:
            error = error or failure
            continue
        if row.digest == digest:
            return guess, row
        first = first or (guess, row)
    if first is None:
        raise error or PayloadError(_("The row cannot be mapped again."))
    return first


def _guesses(stored: StripeModel) -> Iterator[_Guess]:
    parents = list(_parents(stored))
    for payload in _payloads(stored):
        for parent in parents:
            yield _Guess(payload, parent)


def _payloads(stored: StripeModel) -> Iterator[dict[str, Any]]:
    """The payload as it may have been, with the columns that are older as it lacked their keys."""
    payload = stored.to_stripe()
    for spelled in _spelled(payload | _embedded(stored, payload)):
        yield from _completed(stored, spelled)


def _embedded(stored: StripeModel, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Objects that stand by their id, with what a column has taken from inside of them."""
    found: dict[str, dict[str, Any]] = {}
    for column in schema_for(type(stored)).columns:
        value = None if column.key else getattr(stored, column.attname)
        for source in column.others if value is not None else ():
            key, _, inner = source.partition(".") if isinstance(source, str) else ("", "", "")
            target = schema_for(type(stored)).by_key.get(key)
            model = schema_for(type(stored)).columns[target].target if target is not None else None
            if model and inner and "." not in inner and isinstance(payload.get(key), str):
                known = {"id": payload[key], "object": model.stripe.object_name}
                found[key] = {**known, **found.get(key, {}), inner: value}
                break
    return found


def _spelled(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The payload with its percentages as Stripe writes them: 25, or else 25.0."""
    numbers = {key: value for key, value in payload.items() if isinstance(value, Decimal)}
    yield payload | {key: shortest(value) for key, value in numbers.items()}
    if any(value == int(value) for value in numbers.values()):
        yield payload | {key: Decimal(str(float(value))) for key, value in numbers.items()}


def shortest(number: Decimal) -> Decimal | int:
    return int(number) if number == int(number) else number.normalize()


def _completed(stored: StripeModel, payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    columns = [each for each in schema_for(type(stored)).columns if each.on_request and each.key]
    older = {
        column.key: column.field.to_payload(getattr(stored, column.attname))
        for column in columns
        if column.key and column.key not in payload
    }
    yield payload | {key: value for key, value in older.items() if value is not None}
    if None in older.values():
        yield payload | older


def _parents(stored: StripeModel) -> Iterator[Parent | None]:
    """The objects that it may have been found in."""
    for column in schema_for(type(stored)).columns:
        value = getattr(stored, column.attname)
        if column.is_implicit and isinstance(column.field, fields.Reference) and value:
            yield Parent(value, column.name)
    yield None
    yield Parent(stored.stripe_id)
    for column in schema_for(type(stored)).columns:
        value = getattr(stored, column.attname)
        if column.target is not None and not column.is_implicit and value:
            yield Parent(value, column.name)


def _mapped(stored: StripeModel, guess: _Guess, home: HomeAccount) -> Row:
    account, livemode = stored.stripe_account, stored.livemode
    mode = home.livemode if livemode is None else livemode
    context = Context(COPY, account, mode, home, parent=guess.parent)
    return mapper.rows_of(type(stored), guess.payload, context)[0]


def _with_absent(extra: str, absent: Any) -> str:
    """``extra`` with the keys that the payload lacked."""
    values = json.loads(extra, cls=ExactDecoder)
    if values.get(ABSENT) == absent:
        return extra
    values.pop(ABSENT, None)
    return encode(values | ({ABSENT: absent} if absent else {})) or extra
