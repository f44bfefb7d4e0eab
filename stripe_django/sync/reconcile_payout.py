"""``reconcile_payout``: the balance transactions of a payout, read from Stripe."""

from __future__ import annotations

from django.db import router
from django.db.models import QuerySet

from stripe_django.exceptions import PayloadError
from stripe_django.models import BalanceTransaction, Payout

from .ingest import Owner, PageWriter
from .writer.report import Report


def reconcile_payout(payout: Payout) -> QuerySet[BalanceTransaction]:
    """Read the balance transactions of a payout, and return their rows.

    No balance transaction names its payout, so each payout takes requests of its own; the column
    ``payout`` keeps the result. Stripe has it for automatic payouts alone, once their
    ``reconciliation_status`` is ``completed``.

    Raises the SDK's errors as they come, and ``WrongHomeError`` if the key is for the other mode.
    """
    using = router.db_for_write(BalanceTransaction)
    writer = PageWriter.for_account(payout.stripe_account or "", using)
    owner, report = Owner(payout.stripe_id, {BalanceTransaction: "payout"}), Report()
    assert BalanceTransaction.stripe.list_path is not None
    for page in writer.client.pages(BalanceTransaction.stripe.list_path, {"payout": payout.api_id}):
        writer.write(page, report, owner)
    if report.failures:
        raise PayloadError(str(report.failures[0]))
    found: QuerySet[BalanceTransaction] = BalanceTransaction.objects.using(using).by_payout(payout)
    return found
