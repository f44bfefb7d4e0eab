"""The plan that a customer has."""

from __future__ import annotations

from django.db.models import Case, Exists, F, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from stripe_django.fields import IdColumn

from ..base import is_alive, related
from .rule import has_units


def newest_plan(subscriptions: QuerySet) -> QuerySet:
    """The id of the plan of the newest of these subscriptions that has one, as a query.

    Of several items it is that of the first; ids decide between those of one second. Where Stripe
    sends a price alone, its plan has the same id.
    """
    items = related(subscriptions.model, "items").filter(subscription=OuterRef("stripe_id"))
    oldest = F("created").asc(nulls_last=True)
    first = items.filter(is_alive(), has_units()).order_by(oldest, "stripe_id")
    of_item = Subquery(first.values(named=Coalesce("plan", "price"))[:1])
    plan = Case(When(Exists(items), then=of_item), default=F("plan"), output_field=IdColumn())
    named = subscriptions.annotate(named=plan).filter(named__isnull=False)
    newest = F("created").desc(nulls_last=True)
    found: QuerySet = named.order_by(newest, "-stripe_id").values("named")[:1]
    return found
