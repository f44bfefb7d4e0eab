"""What work on an erased customer's objects has left: errors of events, handlers and reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from stripe_django.models import (
    Customer,
    CustomerCreation,
    Event,
    HandlerRun,
    InboxEvent,
    PendingRead,
    RefutedSnapshot,
    V2CoreEvent,
)
from stripe_django.sync.writer.withholding.descent import by_model
from stripe_django.sync.writer.withholding.keys import ObjectKey

REMOVED = "Removed: the customer was erased."
FAILED = (InboxEvent.Status.FAILED, InboxEvent.Status.DEAD)


class Trace(NamedTuple):
    """Rows that may say something of the customer, and the values that they get."""

    rows: QuerySet[Any]
    values: dict[str, str]

    @property
    def name(self) -> str:
        return str(self.rows.model._meta.verbose_name_raw)


def traces_of(found: Iterable[ObjectKey], using: str) -> Iterator[Trace]:
    """What is stored of the work on these objects; links to customers stay."""
    inbox, runs = InboxEvent.objects.using(using), HandlerRun.objects.using(using)
    for model, ids in by_model(found).items():
        named = {"object_name__in": model.stripe.names, "object_id__in": ids}
        about = Q(event_id__in=inbox.filter(**named).values("event_id"))
        for events in (Event, V2CoreEvent):
            shown: QuerySet[Any] = QuerySet(model=events, using=using).filter(**named)
            about |= Q(event_id__in=shown.values("stripe_id"))
        failed = inbox.filter(about, status__in=FAILED).exclude(reason__in=("", REMOVED))
        yield Trace(_by_key(failed), {"reason": REMOVED})
        handled = runs.filter(about).exclude(error__in=("", REMOVED))
        yield Trace(_by_key(handled), {"error": REMOVED})
        read = {"object_name": model.stripe.object_name, "stripe_id__in": ids}
        reads = PendingRead.objects.using(using).filter(**read)
        yield Trace(reads.exclude(error="", digests=""), {"error": "", "digests": ""})
        if model is Customer:
            made = CustomerCreation.objects.using(using).filter(customer_id__in=ids)
            yield Trace(made.exclude(params="", error=""), {"params": "", "error": ""})


def forget_snapshots(found: Iterable[ObjectKey], using: str) -> None:
    """Forget what reads have refuted: hashes of images with personal data."""
    for model, ids in by_model(found).items():
        refuted = RefutedSnapshot.objects.using(using)
        refuted.filter(object_name=model.stripe.object_name, stripe_id__in=ids).delete()


def _by_key(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows as they are found first: MySQL refuses to update what the condition names."""
    keys = list(rows.values_list("pk", flat=True))
    found: QuerySet[Any] = rows.model._base_manager.using(rows.db).filter(pk__in=keys)
    return found
