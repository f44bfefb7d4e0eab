"""Rows that Stripe no longer lists: each is read by its id, and marked as deleted if it is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from django.db.models import Q, QuerySet

from stripe_django import registry
from stripe_django.lazy_sdk import stripe
from stripe_django.models import SyncRange, SyncRun
from stripe_django.models.base import StripeModel
from stripe_django.privacy.error_text import described
from stripe_django.sync import home
from stripe_django.sync.backfill.progress import ObjectRun, Status
from stripe_django.sync.database import keyset
from stripe_django.sync.fetch import refresh
from stripe_django.sync.writer.report import Failure

from .conflicts import failures

MARGIN = timedelta(seconds=2)  # by which the times of two processes' reads may be off


def mark_deleted(
    run: SyncRun, read: list[ObjectRun], using: str, beat: Callable[[], None] = lambda: None
) -> int:
    """Read the rows that a complete run has not come across; return how many were deleted.

    A row that cannot be read is a failure of its own, and stays as it is. ``read`` gets a run for
    each kind of object of which a row is read and that an earlier process has listed. ``beat`` is
    called before each request.
    """
    by_model = {each.model: each for each in read}
    deleted = 0
    for model in _complete(run, using):
        for row in _unseen(model, run, using):
            if model not in by_model:
                by_model[model] = ObjectRun(model, Status.DONE)
                read.append(by_model[model])
            beat()
            deleted += _is_deleted(row, by_model[model])
    return deleted


def _complete(run: SyncRun, using: str) -> Iterator[type[StripeModel]]:
    """The kinds of objects of which all that Stripe has was listed."""
    known = registry.by_object_name()
    rows = SyncRange.objects.using(using).filter(run=run).exclude(status=SyncRange.Status.DONE)
    unfinished = set(rows.values_list("object_name", flat=True))
    for name in run.objects_read:
        model = known.get(name)
        if (
            model is None
            or name in unfinished
            or model.stripe.list_parent
            or not model.stripe.list_path
        ):
            continue
        if model.stripe.list_is_complete:
            yield model


def _unseen(model: type[StripeModel], run: SyncRun, using: str) -> Iterator[StripeModel]:
    if run.as_of is None:
        return
    rows: QuerySet = model.objects.using(using).alive().filter(stripe_account=run.stripe_account)
    mine = rows.exclude(livemode=not home.for_key(using, run.stripe_account).livemode)
    unseen = mine.filter(Q(as_of=None) | Q(as_of__lt=run.as_of - MARGIN))
    yield from keyset.each(unseen)


def _is_deleted(row: StripeModel, current: ObjectRun) -> bool:
    try:
        return not refresh(row).is_alive
    except stripe.AuthenticationError:
        raise
    except failures() as error:
        reason = f"no longer listed, and cannot be read: {described(error)}"
        current.report.fail(Failure(row.stripe.object_name, row.stripe_id, reason))
        return False
