"""``fetch`` and ``refresh``: single objects, read from Stripe."""

from __future__ import annotations

from typing import TypeVar

from django.db import router
from django.db.models import QuerySet

from stripe_django import fields
from stripe_django.api.client import Client, Page
from stripe_django.exceptions import PayloadError
from stripe_django.models.base import StripeModel

from . import home
from .expansion import expansions
from .ingest import PageWriter
from .mapping import identity
from .writer.report import Report

Model = TypeVar("Model", bound=StripeModel)


def fetch(model: type[Model], api_id: str, *, account: str = "", **parents: str) -> Model:
    """Read one object from Stripe, write it, and return its row.

    ``parents`` are the ids that its address needs: ``fetch(Card, "card_1", customer_id="cus_1")``.
    An object that Stripe does not have (any more) is marked as deleted if there is a row of it;
    otherwise this raises the model's ``DoesNotExist``. Raises the SDK's errors as they come, and
    ``WrongHomeError`` if the key is for the other mode.
    """
    path = model.path_of(id=api_id, **parents)
    client = Client(account=account)
    using = router.db_for_write(model)
    mode = home.for_key(using)
    page = client.retrieve(path, expansions(model))
    rows = model._default_manager.using(using)
    if not page.objects:
        place = identity.Place(account, mode, is_home=not account)
        known = rows.filter(stripe_id=place.qualify(model, api_id))
        if not _of_key(known, account, mode).exists():
            raise model.DoesNotExist(f"Stripe has no {model.OBJECT_NAME} {api_id!r} for this key.")
        stub = {"id": api_id, "object": model.OBJECT_NAME, "deleted": True}
        page = Page([stub], page.as_of)
    report = Report()
    written = PageWriter(client, using, account, mode).write(page, report)
    if report.failures:
        raise PayloadError(str(report.failures[0]))
    found: Model = rows.get(stripe_id=written[0].stripe_id)
    return found


def _of_key(rows: QuerySet, account: str, mode: bool) -> QuerySet:
    """The rows that a key of this mode, on behalf of this account, would have found at Stripe."""
    return rows.filter(stripe_account=account).exclude(livemode=not mode)


def refresh(row: Model) -> Model:
    """Read the object of a row again from Stripe, and return its row as it is then."""
    parents = {
        field.attname: identity.bare_id(getattr(row, field.attname) or "")
        for field in row._meta.concrete_fields
        if isinstance(field, fields.Reference)
    }
    return fetch(type(row), row.api_id or "", account=row.stripe_account, **parents)
