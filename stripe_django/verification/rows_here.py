"""The rows that Stripe should have."""

from __future__ import annotations

from django.db.models import QuerySet

from stripe_django.models.base import StripeModel
from stripe_django.models.querysets.base import is_alive
from stripe_django.sync.ingest import PageWriter

from .options import VerifyRequest


def rows_of(
    model: type[StripeModel], writer: PageWriter, request: VerifyRequest
) -> QuerySet[StripeModel]:
    """The rows here that Stripe should have for this key."""
    rows: QuerySet[StripeModel] = QuerySet(model, using=writer.using)
    rows = rows.filter(is_alive(), stripe_account=writer.account)
    rows = rows.exclude(livemode=not writer.home.livemode)
    bounds = {"gte": request.since, "lt": request.until}
    given = {name: bound for name, bound in bounds.items() if bound is not None}
    if not given or not model.stripe.list_has_created_filter:
        return rows
    name = creation_column(model)
    within = {f"{name}__{each}": bound for each, bound in given.items()}
    return rows.filter(**within) if name else rows.none()


def creation_column(model: type[StripeModel]) -> str | None:
    """The column with the time by which Stripe lists the objects."""
    names = {field.name for field in model._meta.concrete_fields}
    return next((name for name in ("created", "date") if name in names), None)
