"""Ambiguous rows: each is read from Stripe, whatever left it so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, router
from django.db.models import F, Q

from stripe_django.exceptions import StripeDjangoError
from stripe_django.lazy_sdk import stripe
from stripe_django.models import Home, PendingRead
from stripe_django.models.base import StripeModel
from stripe_django.privacy.error_text import described
from stripe_django.sync import account_keys, home
from stripe_django.sync.backfill.progress import ObjectRun, Observer, Status
from stripe_django.sync.database import claims, keyset
from stripe_django.sync.writer import acceptance
from stripe_django.sync.writer.report import Failure, Report

from . import bulk_reads, pending_reads, reread, resolution

# A row that was surely deleted has no content at Stripe that a read could show.
UNRESOLVED = Q(deleted_at=None) | Q(deleted_at__lt=F("as_of") + resolution.A_SECOND)


def failures() -> tuple[type[Exception], ...]:
    """The errors of one object, which is left as it is."""
    return (
        *(DatabaseError, StripeDjangoError, stripe.StripeError),
        *(LookupError, ObjectDoesNotExist),  # no address; not to be seen with this key
    )


@dataclass(slots=True, eq=False)
class ConflictRun(ObjectRun):
    """The reads of one kind of object.

    ``read`` counts the ambiguous rows, ``accepted`` those that Stripe offers no way to read.
    """

    resolved: int = 0
    accepted: int = 0

    @property
    def ambiguous(self) -> int:
        """How many rows stay ambiguous."""
        return self.read - self.resolved - self.accepted


def resolve(
    models: Sequence[type[StripeModel]], *, account: str = "", observer: Observer | None = None
) -> list[ConflictRun]:
    """Read every ambiguous row, and do the pending refetches; ``account`` limits the rows.

    Rows of the other mode are left alone. No index covers ``ambiguous``, so that each
    table is read as a whole. Only your own key stops it if Stripe refuses that, with the SDK's
    ``AuthenticationError``.
    """
    using = router.db_for_write(Home)
    account_keys.client_for(account, using)  # raises if there is no usable key
    mine = home.for_key(using, account)
    account = home.resolve(account)
    observer = observer or Observer()
    runs: list[ConflictRun] = []
    for model in models:
        rows = model.objects.using(using).filter(UNRESOLVED, ambiguous=True)
        rows = rows.exclude(livemode=not mine.livemode)
        run = ConflictRun(model)
        for row in keyset.each(rows.filter(stripe_account=account) if account else rows):
            if not run.read:
                runs.append(run)
                observer.began(run)
            _resolve(row, run)
            observer.page(run)
        run.status = Status.DONE
        if run.read:
            observer.ended(run)
    # Those of the rows above need no other read.
    bulk_reads.run()
    pending = claims.due(PendingRead.objects.using(using))
    for read in pending.order_by("pk").values_list("pk", flat=True):
        pending_reads.refetch(read)
    return runs


def _resolve(row: StripeModel, run: ConflictRun) -> None:
    run.read += 1
    run.pages += 1
    report = Report()
    try:
        fresh = reread.reread(row, report)
    except failures() as error:
        platform = account_keys.platform_of(row.stripe_account or "", row._state.db or "")
        if isinstance(error, stripe.AuthenticationError) and not platform:
            raise
        reason = described(error)
        run.report.fail(Failure(row.stripe.object_name, row.stripe_id, reason))
        return
    if fresh is None:
        acceptance.accept(row)
        run.accepted += 1
    else:
        run.resolved += not (fresh.ambiguous and fresh.is_alive)
        resolution.resolve_pending(fresh, resolution.when_written(row, report))
