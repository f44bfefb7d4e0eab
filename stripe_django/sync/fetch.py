"""``fetch`` and ``refresh``: single objects, read from Stripe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from django.db import router
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from stripe_django import fields
from stripe_django.api.client import Page
from stripe_django.api.steps import Steps, arun, run
from stripe_django.exceptions import PayloadError
from stripe_django.models.base import StripeModel

from . import home
from .ingest import PageWriter
from .mapping import identity
from .mapping.expansion import expansions
from .writer.precedence import Outcome
from .writer.report import Report

Model = TypeVar("Model", bound=StripeModel)


def fetch(model: type[Model], api_id: str, *, account: str = "", **parents: str) -> Model:
    """Read one object from Stripe, write it, and return its row.

    ``parents`` are the ids that its address needs: ``fetch(Card, "card_1", customer_id="cus_1")``.
    An object that Stripe does not have (any more) is marked as deleted if there is a row of it;
    otherwise this raises the model's ``DoesNotExist``, as it does for an erased customer. Raises
    the SDK's errors as they come, and ``WrongHomeError`` if the key is for the other mode.
    """
    return run(_fetch(model, api_id, account, parents))


async def afetch(model: type[Model], api_id: str, *, account: str = "", **parents: str) -> Model:
    """The same without blocking the event loop, neither for Stripe nor for the database."""
    return await arun(_fetch(model, api_id, account, parents))


def refresh(row: Model) -> Model:
    """Read the object of a row again from Stripe, and return its row as it is then."""
    return run(_refresh(row, Report()))


def refresh_with_report(row: Model, report: Report) -> Model:
    """The same, and fill in the report of what was written."""
    return run(_refresh(row, report))


async def arefresh(row: Model) -> Model:
    """The same without blocking the event loop, neither for Stripe nor for the database."""
    return await arun(_refresh(row, Report()))


def _fetch(
    model: type[Model], api_id: str, account: str, parents: Mapping[str, str]
) -> Steps[Model]:
    path = model.stripe.path_of(id=api_id, **parents)
    home.for_key(router.db_for_write(model), account)
    return (yield from _read(model, api_id, path, home.resolve(account), Report()))


def _read(model: type[Model], api_id: str, path: str, account: str, report: Report) -> Steps[Model]:
    """Read the object at a path on behalf of an account, empty for your own."""
    using = router.db_for_write(model)
    writer = PageWriter.for_account(account, using)
    mine = writer.home
    page = yield from writer.client.retrieve_steps(path, expansions(model))
    rows = model._default_manager.using(using)
    if not page.objects:
        lives_in = mine.platform if model.stripe.is_platform_owned else account
        lives_in = "" if model.stripe.is_global else lives_in
        namespace = identity.Namespace(lives_in, mine.livemode, is_home=not lives_in)
        known = rows.filter(stripe_id=namespace.qualify(model, api_id))
        if not _of_key(known, lives_in, mine.livemode).exists():
            raise model.DoesNotExist(
                _("Stripe has no %(object_name)s %(api_id)r for this key.")
                % {"object_name": model.stripe.object_name, "api_id": api_id}
            )
        stub = {"id": api_id, "object": model.stripe.object_name, "deleted": True}
        page = Page([stub], page.time)
    written = yield from writer.write_steps(page, report)
    if report.failures:
        raise PayloadError(str(report.failures[0]))
    if report.counts[model.stripe.object_name, Outcome.ERASED]:
        raise model.DoesNotExist(
            _("%(api_id)r was erased here. lift_erasure() lets it be stored.") % {"api_id": api_id}
        )
    found: Model = rows.get(stripe_id=written[0].stripe_id)
    return found


def _of_key(rows: QuerySet, account: str, mode: bool) -> QuerySet:
    """The rows that a key of this mode, on behalf of this account, would have found at Stripe."""
    return rows.filter(stripe_account=account).exclude(livemode=not mode)


def _refresh(row: Model, report: Report) -> Steps[Model]:
    parents = {
        field.attname: identity.bare_id(getattr(row, field.attname) or "")
        for field in row._meta.concrete_fields
        if isinstance(field, fields.Reference)
    }
    api_id = row.api_id or ""
    path = row.stripe.path_of(id=api_id, **parents)
    return (yield from _read(type(row), api_id, path, row.stripe_account or "", report))
