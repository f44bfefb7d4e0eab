"""Reads the object of a row again, by whatever way Stripe offers for it.

Most objects have an address. Others are read below or inside the object that owns them, or from the
list that their owner has of their members; for some there is no way at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from stripe_django import fields, registry
from stripe_django.api.client import Page
from stripe_django.api.response import NOT_FOUND
from stripe_django.exceptions import PayloadError, UnavailableError
from stripe_django.models.base import StripeModel, columns
from stripe_django.sync.backfill.list_endpoints import Listing
from stripe_django.sync.fetch import refresh_with_report
from stripe_django.sync.ingest import Owner, PageWriter
from stripe_django.sync.mapping import identity
from stripe_django.sync.writer.report import Report

OwnerObject = tuple[type[StripeModel], str]  # its model and stripe_id


def reread(row: StripeModel, report: Report) -> StripeModel | None:
    """Read the object again, and return its row as it is then; fills in the report.

    Returns ``None`` if Stripe offers no way to read it. Raises what ``refresh`` raises.
    """
    if has_address(row):
        return refresh_with_report(row, report)
    for way in (_below_owner, _inside_owner, _with_members):
        fresh = way(row, report)
        if fresh is not None:
            return fresh
    return None


def has_address(row: StripeModel) -> bool:
    ids = {
        field.attname: identity.bare_id(getattr(row, field.attname) or "")
        for field in _references(type(row))
    }
    try:
        type(row).stripe.path_of(id=row.api_id or "", **ids)
    except LookupError:
        return False
    return True


def _below_owner(row: StripeModel, report: Report) -> StripeModel | None:
    """Read a member of an owner's list at an address below the owner's, such as a bank account."""
    for field in _references(type(row)):
        owner_id = getattr(row, field.attname)
        path = _path(_target(field), owner_id) if owner_id and field.parent_lists else None
        if path is None or not row.api_id:
            continue
        try:
            path = f"{path}/{field.parent_lists[0]}/{quote(row.api_id, safe='')}"
            page = _writer_of(row).client.retrieve(path)
        except UnavailableError as error:
            if getattr(error.__cause__, "http_status", None) != NOT_FOUND:
                raise
            continue  # there is no such address
        stub = {"id": row.api_id, "object": row.stripe.object_name, "deleted": True}
        found = page if page.objects else Page([stub], page.time)
        owner = Owner(owner_id, {type(row): field.name})
        return _written(row, found, report, owner)
    return None


def _inside_owner(row: StripeModel, report: Report) -> StripeModel | None:
    """Read the objects that have this one inside them, such as the customer of a discount."""
    for model, stripe_id in dict.fromkeys(_owners(row)):
        path = _path(model, stripe_id)
        if path is None:
            continue
        expand = sorted(_expandable(model, type(row)))
        page = _writer_of(row).client.retrieve(path, expand=expand)
        fresh = _written(row, page, report) if page.objects else None
        if fresh is not None:
            return fresh
    return None


def _owners(row: StripeModel) -> Iterator[OwnerObject]:
    """The objects that may have this one inside them, as far as the rows know."""
    model = type(row)
    for field in _references(model):
        owner_id, target = getattr(row, field.attname), _target(field)
        if owner_id and (field.parent_lists or _embeds(target, model)):
            yield target, owner_id
    for owner in registry.models():
        for field in _references(owner):
            if field.owned and _target(field) is model:
                rows = owner._base_manager.using(row._state.db)
                found = rows.filter(**{field.attname: row.stripe_id})
                yield from ((owner, each) for each in found.values_list("stripe_id", flat=True))


def _embeds(owner: type[StripeModel], model: type[StripeModel]) -> bool:
    """Whether objects of a model are a part of their owner, or listed in it."""
    owned = any(field.owned and _target(field) is model for field in _references(owner))
    return owned or bool(_expandable(owner, model))


def _expandable(owner: type[StripeModel], model: type[StripeModel]) -> set[str]:
    """The keys under which an owner has a list of ids of such objects, unless it is expanded."""
    return {f"{model.stripe.object_name}s"} & columns(owner).keys()


def _with_members(row: StripeModel, report: Report) -> StripeModel | None:
    """Read all members of an object that has no address, from the list that their owner has."""
    for key, models in registry.members(type(row)).items():
        for model in models:
            owner_id = getattr(row, f"{model.stripe.list_parent}_id", None)
            if model.stripe.list_parent and owner_id:
                listing = Listing(_writer_of(row).client, model)
                pages = list(_pages(listing, owner_id))
                members = [each for page in pages for each in page.objects]
                whole = {"object": "list", "data": members, "has_more": False, "url": listing.path}
                payload = {**row.to_stripe(), key: whole}
                return _written(row, Page([payload], pages[0].time), report)
    return None


def _pages(listing: Listing, owner_id: str) -> Iterator[Page]:
    params: dict[str, str] = {}
    while True:
        page = listing.page_of(owner_id, params)
        yield page
        if not page.has_more or page.cursor is None:
            return
        params = dict([page.cursor])


def _written(
    row: StripeModel, page: Page, report: Report, owner: Owner | None = None
) -> StripeModel | None:
    """Write a page, and return the row as it is then; ``None`` if it had nothing about it."""
    _writer_of(row).write(page, report, owner)
    if report.failures:
        raise PayloadError(str(report.failures[0]))
    fresh: StripeModel = type(row)._base_manager.using(row._state.db).get(pk=row.pk)
    is_same = (fresh.as_of, fresh.deleted_at) == (row.as_of, row.deleted_at)
    return None if is_same else fresh


def _writer_of(row: StripeModel) -> PageWriter:
    return PageWriter.for_account(row.stripe_account or "", row._state.db or "")


def _path(model: type[StripeModel], stripe_id: str) -> str | None:
    try:
        return model.stripe.path_of(id=identity.bare_id(stripe_id))
    except LookupError:
        return None


def _references(model: type[StripeModel]) -> Iterator[fields.Reference]:
    for field in model._meta.concrete_fields:
        if isinstance(field, fields.Reference):
            yield field


def _target(field: fields.Reference) -> Any:
    return field.remote_field.model
