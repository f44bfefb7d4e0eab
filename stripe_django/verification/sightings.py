"""Objects as Stripe shows them: those of a page, or read one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from stripe_django import fields
from stripe_django.api.client import Page
from stripe_django.models.base import StripeModel
from stripe_django.sync.ingest import Owner, PageWriter
from stripe_django.sync.mapping import identity
from stripe_django.sync.mapping.expansion import expansions
from stripe_django.sync.mapping.rows import Row
from stripe_django.sync.mapping.schema import schema_for
from stripe_django.sync.writer.report import Failure


@dataclass(frozen=True, slots=True)
class Subject:
    """An object to compare. ``path`` is its address, ``None`` where Stripe offers none.

    ``api_id`` is its id as Stripe's API knows it, and ``owner`` the object whose list has it, if
    it does not name that itself.
    """

    model: type[StripeModel]
    stripe_id: str
    api_id: str | None
    path: str | None
    owner: Owner | None = None

    @classmethod
    def of_row(cls, row: StripeModel) -> Subject:
        model = type(row)
        references = {
            each.attname: getattr(row, each.attname)
            for each in model._meta.concrete_fields
            if isinstance(each, fields.Reference)
        }
        return cls(model, row.stripe_id, row.api_id, path_of(model, row.api_id, references))


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one read shows of an object: a page with it alone, or without it if it is gone.

    ``rows`` are those that it maps to; empty if it is gone, or out of scope.
    """

    subject: Subject
    page: Page
    rows: list[Row]

    @property
    def is_gone(self) -> bool:
        return not self.page.objects


def of_page(
    writer: PageWriter, page: Page, owner: Owner | None, failures: list[Failure]
) -> Iterator[Sighting]:
    """The objects of a page; those that cannot be mapped are failures."""
    for each in page.objects:
        alone = replace(page, objects=[each], has_more=False, cursor=None)
        mapped = writer.mapped(alone, owner)
        failures += mapped.report.failures
        if mapped.rows:
            yield Sighting(_subject_of(mapped.rows[0], each, owner), alone, mapped.rows)


def read(writer: PageWriter, subject: Subject) -> Page:
    """Read an object; raises the SDK's errors, and ``UnavailableError``."""
    assert subject.path is not None
    return writer.client.retrieve(subject.path, expansions(subject.model))


def sighting_of(
    writer: PageWriter, subject: Subject, page: Page, failures: list[Failure]
) -> Sighting:
    """What a read of one object shows."""
    if not page.objects:
        return Sighting(subject, page, [])
    mapped = writer.mapped(page, subject.owner)
    failures += mapped.report.failures
    return Sighting(subject, page, mapped.rows)


def path_of(
    model: type[StripeModel], api_id: str | None, references: Mapping[str, Any]
) -> str | None:
    """The address of an object by its id and the ids that it refers to, as rows have them."""
    ids = {name: identity.bare_id(value or "") for name, value in references.items()}
    try:
        return model.stripe.path_of(id=api_id or "", **ids)
    except LookupError:
        return model.stripe.singleton_path


def _subject_of(row: Row, payload: Any, owner: Owner | None) -> Subject:
    references = {
        column.attname: value
        for column, value in zip(schema_for(row.model).columns, row.values, strict=True)
        if column.target is not None
    }
    api_id = payload.get("id")
    path = path_of(row.model, api_id, references)
    return Subject(row.model, row.stripe_id, api_id, path, owner)
