"""What every queryset of a mirrored model can do, and what none can."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NoReturn, Self

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db import models
from django.db.models import F, OuterRef, Q, sql

from stripe_django.exceptions import ReadOnlyError

from ..qualified_ids import MODES, qualified_id

# Models that are taken for each other, with what tells them apart.
TWINS = {
    "LineItem": (
        "InvoiceLineItem",
        "LineItem is a line of a checkout session, payment link or quote; a line of an invoice is"
        " an InvoiceLineItem.",
    ),
    "InvoiceLineItem": (
        "LineItem",
        "InvoiceLineItem is a line of an invoice; a line of a checkout session, payment link or"
        " quote is a LineItem.",
    ),
}


class MirrorQuery(sql.Query):
    """Says which model was probably meant, where a name is that of another model's field."""

    def names_to_path(self, names: Sequence[str], opts: Any, *args: Any, **kwargs: Any) -> Any:
        with _advised(names, opts.model):
            return super().names_to_path(names, opts, *args, **kwargs)

    def build_filter(self, filter_expr: Any, *args: Any, **kwargs: Any) -> Any:
        # Behind a relation, a name that is no field may be a lookup: that is found out here.
        names = filter_expr[0].split("__") if isinstance(filter_expr, tuple) else ()
        with _advised(names, self.model):
            return super().build_filter(filter_expr, *args, **kwargs)

    def add_select_related(self, fields: Iterable[str]) -> None:
        model: Any = self.model
        for name in fields:
            if advice := _advice(name.split("__"), model):
                raise FieldError(f"Cannot follow {name!r} from {model.__name__}. {advice}")
        super().add_select_related(fields)


@contextmanager
def _advised(names: Sequence[str], model: Any) -> Iterator[None]:
    try:
        yield
    except FieldError as error:
        advice = _advice(names, model)
        if advice and advice not in str(error):
            raise FieldError(f"{error} {advice}") from error
        raise


def _advice(names: Sequence[str], model: Any) -> str:
    """Which model has the first of the names that its own model lacks; empty for most."""
    for name in names:
        try:
            field = model._meta.get_field("id" if name == "pk" else name)
        except FieldDoesNotExist:
            twin, advice = TWINS.get(model.__name__, ("", ""))
            is_there = twin and hasattr(apps.get_model("stripe_django", twin), name)
            return advice if is_there else ""
        model = field.related_model
        if model is None:
            break
    return ""


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

    def __init__(self, model: Any = None, query: Any = None, **kwargs: Any) -> None:
        super().__init__(model, query or MirrorQuery(model), **kwargs)

    def alive(self) -> Self:
        """Without the objects that are deleted at Stripe."""
        return self.filter(Q(deleted_at=None) | Q(as_of__gt=F("deleted_at")))

    def by_api_id(self, api_id: str, account: str = "") -> Self:
        """The object that Stripe's API knows by this id in an account, empty for your own.

        Customers, and what merchants name themselves, may have one id in several accounts and in
        both modes; elsewhere their ``stripe_id`` has the account and the mode in front.
        """
        model: Any = self.model
        if model.stripe.is_platform_owned:
            account = ""
        ids = [api_id, *(qualified_id(account, mode, api_id) for mode in MODES)]
        return self.filter(stripe_id__in=ids, stripe_account=account)

    def as_of(self, at: datetime) -> Self:
        """The objects as they were at a moment (aware), as far as stored events tell.

        Each row has, as ``then``, its object in the newest event at or before that moment: what
        Stripe sent, to be read, filtered and ordered by key, ``filter(then__status="open")``. All
        other columns are today's. ``then_event`` is the id of the event.

        Objects without such an event are left out, those that were deleted at that moment, and
        those that have no row any more. Stripe has the events of the last 30 days; what was
        stored earlier stays. So before the first event that was stored, nothing is known, and an
        object is known from its own first event on. Events of the second API version show no
        objects.
        """
        if at.tzinfo is None:
            raise ValueError("as_of() takes a moment that is aware of its time zone.")
        model: Any = self.model
        names = model.stripe.names
        events = apps.get_model("stripe_django", "Event").objects.filter(
            object_id=OuterRef("stripe_id"), object_name__in=names, created__lte=at
        )
        newest = events.newest_first()
        return self.annotate(
            then=newest._object_shown(), then_event=newest._id_unless_deletion()
        ).filter(then_event__isnull=False)


class StripeManager(models.Manager.from_queryset(StripeQuerySet)):  # type: ignore[misc]
    """``Model.objects``, unless a model has a manager of its own."""


def related(model: type[models.Model], name: str) -> Any:
    """The rows behind one of the model's reverse relations, without importing their model."""
    return model._meta.get_field(name).related_model.objects.all()  # type: ignore[union-attr]
