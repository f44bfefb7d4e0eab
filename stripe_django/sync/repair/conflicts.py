"""Ambiguous rows: each is read from Stripe, whatever left it so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import stripe
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, router
from django.db.models import F, Q, QuerySet

from stripe_django.api.client import Client
from stripe_django.exceptions import StripeDjangoError
from stripe_django.models import Home
from stripe_django.models.base import StripeModel
from stripe_django.sync import home
from stripe_django.sync.backfill.progress import ObjectRun, Observer, Status
from stripe_django.sync.fetch import refresh
from stripe_django.sync.writer.report import Failure

from . import bulk_reads, pending_reads

BATCH = 100
# Of what is surely deleted, Stripe has no content that a read could show.
UNSETTLED = Q(deleted_at=None) | Q(deleted_at__lt=F("as_of") + pending_reads.A_SECOND)
FAILURES = (
    *(DatabaseError, StripeDjangoError, stripe.StripeError),
    *(LookupError, ObjectDoesNotExist),  # no address; not to be seen with this key
)


@dataclass(slots=True, eq=False)
class Settling(ObjectRun):
    """The reads of one kind of object; ``read`` counts the rows that were ambiguous."""

    settled: int = 0

    @property
    def ambiguous(self) -> int:
        """How many rows stay ambiguous."""
        return self.read - self.settled


def settle(
    models: Sequence[type[StripeModel]], *, account: str = "", observer: Observer | None = None
) -> list[Settling]:
    """Read every ambiguous row, and what else waits for a read; ``account`` limits the rows.

    No index covers ``ambiguous``, so each table is scanned. Only a refused key stops the run, with
    the SDK's ``AuthenticationError``.
    """
    Client()  # raises if there is no usable key
    using = router.db_for_write(Home)
    mine = home.for_key(using)
    observer = observer or Observer()
    runs: list[Settling] = []
    for model in models:
        rows = model.objects.using(using).filter(UNSETTLED, ambiguous=True)
        rows = rows.exclude(livemode=not mine.livemode)
        run = Settling(model)
        for row in _each(rows.filter(stripe_account=account) if account else rows):
            if not runs or runs[-1] is not run:
                runs.append(run)
                observer.began(run)
            _settle(row, run)
            observer.page(run)
        run.status = Status.DONE
        if run.read:
            observer.ended(run)
    # Those of the rows above need no other read.
    bulk_reads.run()
    for read in pending_reads.due(None):
        pending_reads.settle(read)
    return runs


def _each(rows: QuerySet) -> Iterator[StripeModel]:
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield from batch
        last = batch[-1].pk


def _settle(row: StripeModel, run: Settling) -> None:
    run.read += 1
    run.pages += 1
    try:
        fresh = refresh(row)
        run.settled += not (fresh.ambiguous and fresh.is_alive)
    except stripe.AuthenticationError:
        raise
    except FAILURES as error:
        reason = f"{type(error).__name__}: {error}"
        run.report.fail(Failure(row.stripe.object_name, row.stripe_id, reason))
