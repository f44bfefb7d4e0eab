from __future__ import annotations

from datetime import datetime
from typing import Any, NoReturn, Self

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When

from stripe_django.fields import ExactDecoder

from .base import StripeManager, StripeQuerySet

# Stripe calls these deletions, but the object remains: canceled, or another account's affair.
NOT_DELETIONS = frozenset({"customer.subscription.deleted"})

IS_CREATION = Q(type__endswith=".created")
IS_DELETION = Q(type__endswith=".deleted") & ~Q(type__in=NOT_DELETIONS)

# Of one second, the first event of an object comes before its changes, and these before its end.
RANK = Case(
    When(IS_CREATION, then=Value(0)),
    When(IS_DELETION, then=Value(2)),
    default=Value(1),
    output_field=models.SmallIntegerField(),
)


class HappeningQuerySet(StripeQuerySet):
    """Events of either API version."""

    def for_object(self, row: Any) -> Self:
        """The events that are about the object of this row."""
        return self.filter(object_id=row.stripe_id, object_name__in=row.stripe.names)

    def with_snapshot(self, *, at: datetime) -> NoReturn:
        """Raises ``TypeError``: an event never changes."""
        raise TypeError("Events never change, so they have no snapshots.")

    def newest_first(self) -> Self:
        """By time; of one second, creations come first, deletions last, others as they arrived."""
        return self.order_by("-created", RANK.desc(), "-pk")


class EventQuerySet(HappeningQuerySet):
    """Events, each with its object as it was then."""

    def with_earlier(self) -> Self:
        """Each event has, as ``earlier``, the same object as the event before it shows it.

        ``None`` where there is no such event. So ``changed`` also works for events without
        ``previous_attributes``.
        """
        is_earlier = Q(created__lt=OuterRef("created")) | Q(rank__lt=OuterRef("rank"))
        is_earlier |= Q(rank=OuterRef("rank"), pk__lt=OuterRef("pk"))
        model: Any = self.model
        events = model.objects.annotate(rank=RANK).filter(
            is_earlier,
            object_id=OuterRef("object_id"),
            object_name=OuterRef("object_name"),
            created__lte=OuterRef("created"),
        )
        return self.annotate(rank=RANK, earlier=events.newest_first()._object_shown())

    def last_of_object(self, *, until: datetime | None = None) -> Self:
        """Those after which their object has no other event, or none before a moment."""
        is_later = Q(created__gt=OuterRef("created")) | Q(rank__gt=OuterRef("rank"))
        is_later |= Q(rank=OuterRef("rank"), pk__gt=OuterRef("pk"))
        model: Any = self.model
        later = model.objects.annotate(rank=RANK).filter(
            is_later,
            object_id=OuterRef("object_id"),
            object_name=OuterRef("object_name"),
            created__gte=OuterRef("created"),
        )
        later = later.filter(created__lt=until) if until else later
        return self.annotate(rank=RANK).exclude(Exists(later))

    def _object_shown(self) -> Subquery:
        """For other queries: the object in the first of these events."""
        json = models.JSONField(decoder=ExactDecoder)
        return Subquery(self.values("data__object")[:1], output_field=json)

    def _object_unless_deletion(self) -> Subquery:
        """For other queries: the object in the first of these events, null if it is deleted."""
        json = models.JSONField(decoder=ExactDecoder)
        shown = Case(When(~IS_DELETION, then=F("data__object")), output_field=json)
        return Subquery(self.values_list(shown)[:1], output_field=json)

    def _id_unless_deletion(self) -> Subquery:
        """For other queries: the id of the first of these events, null if it is a deletion."""
        alive = Case(When(~IS_DELETION, then=F("stripe_id")))
        return Subquery(self.values_list(alive)[:1])


class HappeningManager(StripeManager.from_queryset(HappeningQuerySet)):  # type: ignore[misc]
    """``V2CoreEvent.objects``."""


class EventManager(StripeManager.from_queryset(EventQuerySet)):  # type: ignore[misc]
    """``Event.objects``."""
