"""One key of a Stripe object, and what accounts for it in the model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import models

from stripe_django import fields, registry
from stripe_django.models.base import StripeModel, columns, variant_columns
from stripe_django.sdk.annotations import Annotation, Kind
from stripe_django.sdk.nested import holds_objects
from stripe_django.sdk.objects import SdkField
from stripe_django.sync.mapping.redaction import SECRETS

from .findings import Finding

EVERY_ROW = frozenset({"id", "object", "livemode", "deleted"})
IDS = (fields.Reference, fields.CodeField, fields.HashField, fields.Links)
TEXTS = (fields.CodeField, fields.IndexedEmailField, fields.LongText, fields.Reference)
WHOLE = (models.IntegerField, fields.TimestampField)

# What a value may be kept in; JSON holds anything.
HOLDERS: dict[Kind, tuple[type[models.Field], ...]] = {
    Kind.TEXT: (*TEXTS, fields.TimestampField),
    Kind.INTEGER: WHOLE,
    Kind.FLOAT: (fields.DecimalField,),
    Kind.DECIMAL: (fields.DecimalField,),
    Kind.FLAG: (fields.FlagField,),
    Kind.ENUM: TEXTS,
    Kind.EXPANDABLE: IDS,
    Kind.OBJECT: IDS,
}


@dataclass(frozen=True, slots=True)
class Key:
    """One key that the SDK declares, and the model of its object."""

    model: type[StripeModel]
    declared: SdkField

    @property
    def column(self) -> fields.StripeField | None:
        held = columns(self.model).get(self.declared.name)
        return held or self._links()

    def _links(self) -> fields.Links | None:
        for field in self.model._meta.local_many_to_many:
            if isinstance(field, fields.Links) and self.declared.name in field.sources:
                return field
        return None

    def rule(self) -> str | None:
        """What accounts for the key, in a word or two; ``None`` if nothing does."""
        name, kind = self.declared.name, self.declared.annotation.kind
        if name in EVERY_ROW:
            return "in every row"
        if (self.model.stripe.object_name, name) in SECRETS:
            return "secret, never stored"
        if self.column is not None:
            return "column"
        if name in registry.members(self.model):
            return "reverse side of a reference"
        if kind is Kind.HASH and variant_columns(self.model):
            return "in the column of variants"
        return None

    def findings(self) -> Iterator[Finding]:
        if self.rule() is None:
            yield self._finding("field", "no column holds it, and no rule says why")
        if self.column is not None and self.declared.name not in EVERY_ROW:
            yield from self._findings_of_column(self.column)

    def _findings_of_column(self, column: fields.StripeField) -> Iterator[Finding]:
        annotation, kind = self.declared.annotation, type(column).__name__
        if column.retired:
            yield self._finding("retired", "marked as retired, and the SDK has it")
        if not can_hold(column, annotation):
            yield self._finding("type", f"a {kind} cannot hold {annotation.kind}")
        if isinstance(column, fields.Reference):
            yield from self._findings_of_target(column)
        if isinstance(column, fields.EnumField):
            unknown = unknown_values(column, annotation)
            if unknown:
                yield self._finding("enum", f"no choice for {', '.join(unknown)}")
        if holds_objects(annotation) and getattr(column, "owned", None) is None:
            yield self._finding("nested", "objects inside: say with owned= whether it owns them")

    def _findings_of_target(self, column: fields.Reference) -> Iterator[Finding]:
        known = registry.by_object_name()
        targets = [known[name] for name in self.declared.annotation.targets if name in known]
        if targets and targets != [column.related_model]:
            names = ", ".join(target.__name__ for target in targets)
            yield self._finding("reference", f"points elsewhere; the SDK says {names}")

    def _finding(self, kind: str, text: str) -> Finding:
        return Finding(kind, self.model.stripe.object_name, self.declared.name, text)


def unknown_values(column: fields.EnumField, annotation: Annotation) -> list[str]:
    """The values of an enum that the column has no choice for."""
    return sorted(set(annotation.values) - {value for value, _ in column.choices or ()})


def can_hold(column: fields.StripeField, annotation: Annotation) -> bool:
    """Whether the values that an annotation describes fit into a column."""
    if isinstance(column, fields.HashField):
        return True
    if annotation.kind is Kind.HASH:
        return _takes_from_hash(column)
    return isinstance(column, HOLDERS.get(annotation.kind, ()))


def _takes_from_hash(column: fields.StripeField) -> bool:
    """Whether a column has one value of a hash, or the hash is an object of ours."""
    inside = f"{column.payload_key}."
    paths = (source for source in column.sources if isinstance(source, str))
    is_owned = isinstance(column, fields.Reference) and bool(column.owned)
    return is_owned or any(path.startswith(inside) for path in paths)
