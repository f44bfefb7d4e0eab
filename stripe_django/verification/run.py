"""``verify``: compares the objects of an account with Stripe, one type after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import uuid4

from django.db import DatabaseError, router
from django.db.models import Q, QuerySet
from django.utils import timezone

from stripe_django import registry, signals
from stripe_django.api.rate_limiter import Rate
from stripe_django.exceptions import (
    AccountUnavailableError,
    StripeDjangoError,
    UnavailableError,
    UnreachableError,
)
from stripe_django.lazy_sdk import stripe
from stripe_django.models import Verification
from stripe_django.models.base import StripeModel
from stripe_django.models.work import DEAD
from stripe_django.sync import home
from stripe_django.sync.backfill.engine import unreachable
from stripe_django.sync.ingest import PageWriter, in_a_line

from .objects import ObjectVerification
from .options import VerifyRequest

Method, Status = Verification.Method, Verification.Status
UNFINISHED = (Status.WAITING, Status.RUNNING, Status.INTERRUPTED)
RESUMED = 20  # of the newest runs, one of which may have been interrupted


class Observer:
    """Receives the progress of a verification."""

    def began(self, rate: Callable[[], Rate]) -> None:
        """``rate`` returns how fast requests are sent."""

    def progressed(self, row: Verification) -> None:
        """Some more objects were compared."""

    def ended(self, row: Verification, failures: list[str]) -> None:
        """An object is compared, or cannot be; ``failures`` are single objects that failed."""


@dataclass(slots=True)
class Summary:
    """What a verification found: a row for each object, and what could not be compared."""

    rows: list[Verification] = field(default_factory=list)
    is_resumed: bool = False
    failures: list[str] = field(default_factory=list)

    @property
    def remaining(self) -> int:
        """How many differences were not repaired."""
        return sum(row.remaining for row in self.rows)


def verify(request: VerifyRequest, observer: Observer | None = None) -> Summary:
    """Compare the mirror with Stripe, and store the result of each object as a row.

    What Stripe refuses or fails ends the comparison of that object alone. A refused key ends all
    of it, with the SDK's ``AuthenticationError``.
    """
    using, observer = router.db_for_write(Verification), observer or Observer()
    writer = PageWriter.for_account(request.account, using)
    with suppress(stripe.StripeError):  # what is wrong shows in the lists
        home.learn_account(using)
        writer = PageWriter.for_account(request.account, using)
    observer.began(lambda: writer.client.rate)
    summary = Summary()
    rows = _resumed(request, writer)
    summary.is_resumed = rows is not None
    summary.rows = rows or _new(request, writer)
    for row in summary.rows:
        if row.status in UNFINISHED:
            _verify(row, writer, request, observer, summary)
    return summary


def _verify(
    row: Verification,
    writer: PageWriter,
    request: VerifyRequest,
    observer: Observer,
    summary: Summary,
) -> None:
    model = registry.by_object_name()[row.object_name]
    work = ObjectVerification(row, model, writer, request, observer.progressed)
    row.status, row.seen_at = Status.RUNNING, timezone.now()
    if row.progress is None:
        row.started_at = row.seen_at
    row.save(using=writer.using, update_fields=["status", "seen_at", "started_at"])
    try:
        work.run()
    except (stripe.AuthenticationError, AccountUnavailableError, KeyboardInterrupt):
        work.interrupt()
        raise
    except UnavailableError as error:
        work.end(Status.UNAVAILABLE, in_a_line(error))
    except stripe.APIConnectionError as error:
        if not any(each.as_of for each in summary.rows):
            raise UnreachableError(unreachable(error)) from error
        work.end(Status.FAILED, in_a_line(error))
    except (stripe.StripeError, StripeDjangoError, DatabaseError) as error:
        work.end(Status.FAILED, f"{type(error).__name__}: {in_a_line(error)}")
    else:
        work.end(Status.DONE)
    failures = [*work.failures()]
    summary.failures += failures
    observer.ended(row, failures)
    signals.verification_finished.send_robust(Verification, verification=row)


def _new(request: VerifyRequest, writer: PageWriter) -> list[Verification]:
    """A row for each object; one that waits belongs to the run, so that it can be resumed."""
    run = uuid4().hex
    rows = [
        Verification(
            run=run,
            object_name=model.stripe.object_name,
            stripe_account=writer.account,
            method=Method.ALL if request.sample is None else Method.SAMPLE,
            since=request.since,
            until=request.until,
            sample=request.sample,
            repairs=request.repair,
        )
        for model in _models(request, writer)
    ]
    for row in rows:
        row.save(using=writer.using, force_insert=True)
    return rows


def _models(request: VerifyRequest, writer: PageWriter) -> Iterable[type[StripeModel]]:
    """Those that the account may have: of another one, neither catalogues nor a platform's."""
    for model in request.models:
        is_own = not writer.account or writer.has_own_key
        others = model.stripe.is_platform_owned and not is_own
        if not (writer.account and model.stripe.is_global) and not others:
            yield model


def _resumed(request: VerifyRequest, writer: PageWriter) -> list[Verification] | None:
    """The rows of an interrupted run of the same kind, if there is one of the same objects."""
    if request.anew:
        return None
    rows = Verification.objects.using(writer.using).filter(
        stripe_account=writer.account,
        since=request.since,
        until=request.until,
        sample=request.sample,
        repairs=request.repair,
    )
    rows = rows.exclude(method=Method.BALANCE)
    unfinished = rows.filter(status__in=UNFINISHED).order_by("-pk")
    names = {model.stripe.object_name for model in _models(request, writer)}
    for run in [*dict.fromkeys(unfinished.values_list("run", flat=True)[: RESUMED * len(names)])]:
        found = [*rows.filter(run=run).order_by("pk")]
        if {row.object_name for row in found} == names and _take_over(rows.filter(run=run)):
            return found
    return None


def _take_over(rows: QuerySet[Verification]) -> bool:
    """Whether the process of a run has ended, and no other one has resumed it."""
    silent = timezone.now() - DEAD
    alive = rows.exclude(status=Status.INTERRUPTED).filter(seen_at__gte=silent)
    if rows.filter(status=Status.INTERRUPTED).exists():  # which is said when a process ends
        alive = alive.filter(status=Status.RUNNING)
    if alive.exists():
        return False
    is_over = Q(status=Status.INTERRUPTED) | Q(seen_at__lt=silent)
    left = rows.filter(is_over, status__in=UNFINISHED)
    return bool(left.update(status=Status.RUNNING, seen_at=timezone.now()))
