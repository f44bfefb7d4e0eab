"""The image of an object without personal data, as the mapping makes it of what is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from stripe_django import fields, registry
from stripe_django.exceptions import PayloadError
from stripe_django.fields.hashes import decode_column
from stripe_django.models.base import StripeModel
from stripe_django.sync.mapping.copy_text import line
from stripe_django.sync.mapping.fast import fast_row
from stripe_django.sync.mapping.identity import Context, HomeAccount, Namespace, Parent
from stripe_django.sync.mapping.rows import COPY, DIGEST_SEPARATOR, OtherPolicies, Row, content_of
from stripe_django.sync.mapping.schema import MappingSchema, schema_for
from stripe_django.sync.mapping.stored import shortest
from stripe_django.sync.mapping.strict import strict_row

from .keys import ObjectKey
from .policy import named, withhold
from .sightings import of_payload

Erased = Mapping[ObjectKey, int]  # the keys of what belongs to erased customers, and the erasures


def without_personal_data(
    payload: Mapping[str, Any],
    model: type[StripeModel],
    namespace: Namespace,
    erased: Erased,
    *,
    is_erased: bool,
) -> dict[str, Any]:
    """A payload without the personal data of erased customers: of the object as a whole, or of
    what is inside it.
    """
    if is_erased:
        return withhold(payload, model.stripe.object_name)
    return {key: _without(value, namespace, erased) for key, value in payload.items()}


def _without(value: Any, namespace: Namespace, erased: Erased) -> Any:
    if isinstance(value, list | tuple):
        return [_without(each, namespace, erased) for each in value]
    if not isinstance(value, dict):
        return value
    name = value.get("object")
    if isinstance(name, str) and of_payload(value, namespace).is_among(erased) is not None:
        model = registry.model_of(value)
        return withhold(value, model.stripe.object_name if model else name)
    return {key: _without(item, namespace, erased) for key, item in value.items()}


def payload_of(row: Row) -> dict[str, Any]:
    """The payload that a row gives back once it is stored."""
    values = {
        column.attname: decode_column(value) if column.is_json else value
        for column, value in zip(schema_for(row.model).columns, row.values, strict=True)
    }
    made = row.model(stripe_id=row.stripe_id, extra=decode_column(row.extra), **values)
    return _spelled(made.to_stripe())


def _spelled(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload with its percentages spelled alike: a column may add zeros."""
    return {
        key: shortest(value) if isinstance(value, Decimal) else value
        for key, value in payload.items()
    }


def replace(
    row: Row,
    payload: Mapping[str, Any],
    less: Mapping[str, Any],
    livemode: bool,
    *,
    is_erased: bool,
) -> int:
    """Give a row the image of what is left of its payload; returns how many columns changed.

    Only what differs is replaced: what came from the object around it stays.
    """
    context = _context(row.model, row.values, row.account, row.livemode, livemode)
    before, after = (_mapped(row, each, context) for each in (payload, less))
    changed = 0
    values = list(row.values)
    for index, (old, new) in enumerate(zip(before.values, after.values, strict=True)):
        if old != new:
            values[index] = new
            changed += 1
    if before.extra != after.extra:
        row.extra = after.extra
        changed += 1
    if changed:
        row.other_policies = Unerased(row.digest, row.other_policies)
        row.digest = named(after.digest, row.digest, is_erased=is_erased)
        row.values = values
        row.line = line([row.extra, *values])
    return changed


@dataclass(frozen=True, slots=True)
class Unerased:
    """The digest of a row before personal data was withheld from it, which it may be stored with
    until the sweep has come to it.
    """

    digest: str
    others: OtherPolicies | None

    def has_digest(self, row: Row, digest: str) -> bool:
        if content_of(self.digest) == content_of(digest):
            return True
        return self.others is not None and self.others.has_digest(row, digest)


def _mapped(row: Row, payload: Mapping[str, Any], context: Context) -> Row:
    return mapped(row.model, payload, context, row.stripe_id)


def mapped(
    model: type[StripeModel], payload: Mapping[str, Any], context: Context, stripe_id: str
) -> Row:
    try:
        found = fast_row(model, payload, context) or strict_row(model, payload, context)
    except PayloadError:  # its id came from the object around it
        context = context._replace(parent=Parent(stripe_id))
        found = fast_row(model, payload, context) or strict_row(model, payload, context)
    return found.row


def _context(
    model: type[StripeModel],
    values: list[Any],
    account: str | None,
    its_mode: bool,
    livemode: bool,
) -> Context:
    parent = None
    for column, value in zip(schema_for(model).columns, values, strict=True):
        if column.is_implicit and value:
            parent = Parent(value, column.name)
    home = HomeAccount(livemode)
    return Context(COPY, account, its_mode, home, parent=parent, decoded=True)


@dataclass(slots=True)
class StoredImage:
    """A stored row, and the image that it gets.

    ``payload`` has also the values of preserved columns, whose keys the last payload lacked.
    """

    stored: StripeModel
    livemode: bool
    payload: dict[str, Any] = field(init=False)
    absent: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.payload = _spelled(self.stored.to_stripe())
        self.absent = dict(self._preserved())

    @property
    def model(self) -> type[StripeModel]:
        return type(self.stored)

    @property
    def schema(self) -> MappingSchema:
        return schema_for(self.model)

    @property
    def row(self) -> Row:
        """The row as it is stored, as far as it says whose the object is."""
        stored = self.stored
        values = [getattr(stored, column.attname) for column in self.schema.columns]
        return Row(
            model=self.model,
            stripe_id=stored.stripe_id,
            account=stored.stripe_account,
            moment=COPY,
            digest=stored.digest,
            extra="",
            values=values,
            livemode=stored.livemode is True,
        )

    def _preserved(self) -> Iterator[tuple[str, Any]]:
        for column in self.schema.columns:
            value = getattr(self.stored, column.attname)
            is_absent = column.key and column.key not in self.payload and value is not None
            if is_absent and not isinstance(column.field, fields.Reference):
                yield str(column.key), column.field.to_payload(value)

    def less(
        self, less: Mapping[str, Any], less_absent: Mapping[str, Any], *, is_erased: bool
    ) -> tuple[Row, set[str]]:
        """The row with what is left of its payload, and the columns in which it differs."""
        row = self.row
        context = _context(self.model, row.values, row.account, row.livemode, self.livemode)

        def image(payload: Mapping[str, Any]) -> Row:
            return mapped(self.model, payload, context, row.stripe_id)

        before, after = image(self.payload | self.absent), image({**less, **less_absent})
        sent, unchanged = after, before
        if self.absent:
            sent, unchanged = image(less), image(self.payload)
        differing = {
            column.attname
            for column, old, new in zip(
                self.schema.columns, before.values, after.values, strict=True
            )
            if old != new
        }
        row.values = [
            new if column.is_json or column.attname in differing else stored
            for column, stored, new in zip(
                self.schema.columns, row.values, after.values, strict=True
            )
        ]
        if sent.extra != unchanged.extra:
            differing.add("extra")
        row.extra = sent.extra
        if differing:
            digest = self._digest(sent.digest, after.digest)
            row.digest = named(digest, self.stored.digest, is_erased=is_erased)
        row.line = line([row.extra, *row.values])
        return row, differing

    def _digest(self, sent: str, complete: str) -> str:
        """The digest of the last payload; of what came on request, that of all that is stored."""
        if self.stored.digest.partition(DIGEST_SEPARATOR)[2]:
            sent = content_of(sent) + DIGEST_SEPARATOR + complete.partition(DIGEST_SEPARATOR)[2]
        return sent
