"""What every queryset of a mirrored model can do, and what none can."""

from __future__ import annotations

from typing import Any, NoReturn, Self

from django.db import models
from django.db.models import F, Q

from stripe_django.exceptions import ReadOnlyError


class ReadOnlyQuerySet(models.QuerySet):
    """Reads like any queryset; whatever would write raises ``ReadOnlyError``."""


def _refuse(name: str) -> Any:
    def refuse(self: Any, *args: Any, **kwargs: Any) -> NoReturn:
        raise ReadOnlyError(f"{name}()")

    refuse.__name__ = name
    refuse.alters_data = True  # type: ignore[attr-defined]
    return refuse


WRITERS = (
    *("create", "acreate", "bulk_create", "abulk_create", "bulk_update", "abulk_update"),
    *("get_or_create", "aget_or_create", "update_or_create", "aupdate_or_create"),
    *("update", "aupdate", "delete", "adelete"),
)
for _name in WRITERS:
    setattr(ReadOnlyQuerySet, _name, _refuse(_name))


class StripeQuerySet(ReadOnlyQuerySet):
    """The rows of a mirrored model."""

    def alive(self) -> Self:
        """Without the objects that are deleted at Stripe."""
        return self.filter(Q(deleted_at=None) | Q(as_of__gt=F("deleted_at")))


class StripeManager(models.Manager.from_queryset(StripeQuerySet)):  # type: ignore[misc]
    """``Model.objects``, unless a model has a manager of its own."""


def related(model: type[models.Model], name: str) -> Any:
    """The rows behind one of the model's reverse relations, without importing their model."""
    return model._meta.get_field(name).related_model.objects.all()  # type: ignore[union-attr]
