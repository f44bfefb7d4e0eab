"""``prove``: the balance transactions of an account add up to its balance, and to its payouts.

Stripe says what the balance is now, and nothing about other times. So the rows of before the last
sync and what Stripe lists since then have to add up to it: one request for years. What the sums
lack is looked for where other rows refer to it, and then in the list, page by page, until the
rest is nothing.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import router
from django.utils import timezone

from stripe_django import signals
from stripe_django.api.client import clock_of
from stripe_django.conf import settings
from stripe_django.models import BalanceTransaction, Payout, Verification
from stripe_django.sync.database import keyset
from stripe_django.sync.ingest import PageWriter
from stripe_django.verification.looks import EXAMPLES
from stripe_django.verification.run import Observer

from . import payouts
from .results import Proof, ProofRequest, note
from .total import TotalProof

Method, Status = Verification.Method, Verification.Status


def prove(request: ProofRequest, observer: Observer | None = None) -> Proof:
    """Raises the SDK's errors, ``UnavailableError``, and what ``PageWriter.for_account`` raises."""
    writer = PageWriter.for_account(request.account, router.db_for_write(Verification))
    observer = observer or Observer()
    observer.began(lambda: writer.client.rate)
    run = uuid4().hex
    rows = [_row(model, run, request, writer) for model in (BalanceTransaction, Payout)]
    work = TotalProof(request, writer, observer, Proof(rows))
    try:
        work.prove(rows[0])
        _prove_payouts(rows[1], work)
    except BaseException as error:
        for row in rows:
            _end(row, writer, Status.FAILED, f"{type(error).__name__}: {error}"[:300])
        raise
    for row in rows:
        _end(row, writer, Status.DONE)
        signals.verification_finished.send_robust(Verification, verification=row)
    return work.proof


def _row(model: Any, run: str, request: ProofRequest, writer: PageWriter) -> Verification:
    row = Verification(
        run=run,
        object_name=model.stripe.object_name,
        stripe_account=writer.account,
        method=Method.BALANCE,
        status=Status.RUNNING,
        since=request.since,
        until=request.until,
        repairs=request.repair,
    )
    row.save(using=writer.using, force_insert=True)
    return row


def _end(
    row: Verification, writer: PageWriter, status: Verification.Status, error: str = ""
) -> None:
    row.status, row.error, row.progress = status, error, None
    row.finished_at = row.seen_at = timezone.now()
    row.save(using=writer.using)


def _prove_payouts(row: Verification, work: TotalProof) -> None:
    rows = payouts.of_period(work.writer, work.request.since, work.request.until)
    row.rows = rows.count()
    row.as_of = clock_of(settings.api_base).best_now()
    for payout in keyset.each(rows):
        found = payouts.check(work.writer, payout, repair=work.request.repair)
        row.verified += 1
        for each in found.findings:
            if each.stripe_id not in work.counted:
                named = each.document | {"payout": payout.stripe_id}
                note(row, named, repaired=work.request.repair)
        if not found.is_right:
            if len(work.proof.wrong_payouts) < EXAMPLES:
                work.proof.wrong_payouts.append(found)
            note(row, found.document)
        work.proof.failures += map(str, found.failures)
        work.observer.progressed(row)
    work.proof.payouts = row.verified
