"""Until when the mirror should be complete, of objects that no event reports."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from stripe_django.models import SyncRun
from stripe_django.models.base import StripeModel
from stripe_django.sdk import events

LOOKED_AT = 100  # of the newest runs


def has_events(model: type[StripeModel]) -> bool:
    """Whether Stripe has events of such objects, so that they need no list to be here."""
    return model.stripe.is_v2 or model.stripe.object_name in _reported()


@cache
def _reported() -> frozenset[str]:
    types = events.event_types()
    return frozenset(name for each in types for name in events.objects_of(each))


def last_listed(model: type[StripeModel], account: str, using: str) -> datetime | None:
    """When the last complete run of a sync began that listed such objects, in whole seconds."""
    runs = SyncRun.objects.using(using).filter(
        stripe_account=account, status=SyncRun.Status.DONE, as_of__isnull=False
    )
    for run in runs.order_by("-pk")[:LOOKED_AT]:
        if model.stripe.object_name in run.objects_read and run.as_of is not None:
            return run.as_of.replace(microsecond=0)
    return None
