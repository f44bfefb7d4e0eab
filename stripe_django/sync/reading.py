"""``fetch`` and ``refresh``: single objects, read from Stripe."""

from __future__ import annotations

from typing import TypeVar

from django.db import router
from django.db.models import QuerySet

from stripe_django import fields
from stripe_django.api.client import Client
from stripe_django.exceptions import PayloadError
from stripe_django.models.base import StripeModel

from . import home, identity, mapping, upsert
from .rows import Moment, Rank

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
    page = client.retrieve(path)
    stub = {"id": api_id, "object": model.OBJECT_NAME, "deleted": True}
    payload = page.objects[0] if page.objects else stub
    moment = Moment(page.as_of, Rank.READ)
    rows = mapping.to_rows(payload, moment=moment, account=account, livemode=mode, home=mode)
    stored = model._default_manager.using(using).filter(stripe_id=rows[0].stripe_id)
    if not page.objects and not _of_key(stored, account, mode).exists():
        raise model.DoesNotExist(f"Stripe has no {model.OBJECT_NAME} {api_id!r} for this key.")
    report = upsert.write(rows, using=using)
    if report.failures:
        raise PayloadError(str(report.failures[0]))
    found: Model = stored.get()
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
