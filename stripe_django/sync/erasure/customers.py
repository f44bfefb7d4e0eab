"""``erase``: the documented way to remove personal data."""

from __future__ import annotations

from contextlib import suppress

from django.db import router
from django.utils.translation import gettext as _

from stripe_django.exceptions import UnfinishedErasureError
from stripe_django.models import Customer, Erasure, Event
from stripe_django.models.base import StripeModel
from stripe_django.sync import home

from . import creations, presence, rows, tombstones
from .dry_run import DryRun
from .report import Progress, Report
from .sweep import Sweep

PATIENCE = 60.0  # seconds to wait for transactions that are older than an erasure


def _silent(name: str, number: int) -> None:
    return None


def erase(
    row: StripeModel | str,
    *,
    account: str = "",
    dry_run: bool = False,
    force: bool = False,
    patience: float = PATIENCE,
    progress: Progress = _silent,
) -> Report | None:
    """Remove personal data: of a customer, from everything; of any other object, its row.

    Of a customer, named by its row or by its id (``cus_…``) in an ``account``, the row is removed,
    and personal data from all that belongs to the customer, and from events. These other rows stay,
    with amounts, ids and dates. Whatever Stripe sends afterwards is stored without personal data,
    and nothing of it as a row of the customer, until the erasure is lifted. Returns a report.
    ``dry_run`` only counts.

    Raises ``UnknownCustomerError`` if nothing is stored of a customer with this id, which may be
    mistyped; with ``force``, whatever arrives of that customer is stored without personal data.
    Raises ``UnfinishedErasureError`` if a transaction that is older than the erasure does not end
    within so many seconds of ``patience``: call it again. Not for use within a transaction.

    The row of any other object goes, and what events show of the object; the next sync brings it
    back if Stripe still has it.

    Mirrored rows that refer to a removed row stay, with the bare id. Rows of your own models with a
    plain Django relation to it get what its ``on_delete`` says: ``PROTECT`` raises
    ``ProtectedError``, and nothing is erased.
    """
    if isinstance(row, StripeModel) and not row.stripe_id:
        raise tombstones.no_id(row.stripe_id)
    if isinstance(row, StripeModel) and not isinstance(row, Customer):
        if dry_run:
            raise ValueError(_("Only the erasure of a customer can be tried."))
        rows.erase(row)
        return None
    if isinstance(row, Customer):
        using, stripe_id = router.db_for_write(Customer, instance=row), row.stripe_id
    else:
        using = router.db_for_write(Event)
        stripe_id = tombstones.stripe_id_of(row, account, using)
    report = Report(stripe_id)
    mine = tombstones.your_own(using)
    if isinstance(row, str):
        presence.require(stripe_id, mine, using, force=force)
    if dry_run:
        report.is_dry_run = True
        DryRun(report, mine, using, progress).run()
        return report
    made = creations.resolve(stripe_id, using)
    report.add(creations.NAME, {"rows": made, "values": made})
    erasure, counts = tombstones.begin(stripe_id, using)
    sweep = _sweep(erasure, report, using, patience, progress)
    sweep.note(Customer.stripe.object_name, counts)
    sweep.run()
    return report


def resume(*, patience: float = PATIENCE, progress: Progress = _silent) -> int:
    """Finish the erasures that a process has left unfinished, and what has arrived since; returns
    how many.
    """
    using = router.db_for_write(Event)
    found = list(tombstones.unfinished(using))
    for each in found:
        _sweep(each, Report(""), using, patience, progress).run()
    return len(found)


def resume_due() -> None:
    """Finish what can be finished without waiting; what cannot is tried again the next time.

    For commands and tasks that retry other things. Without erasures it sends no statement.
    """
    mine = home.remembered(router.db_for_write(Event))
    if mine and mine.erasure_keys:
        with suppress(UnfinishedErasureError):
            resume(patience=0)


def lift_erasure(customer: Customer | str, *, account: str = "") -> bool:
    """Store personal data of a customer again, from the next read or event on.

    Returns whether the customer was erased. What was removed comes back as it is read again.
    """
    if isinstance(customer, Customer):
        return tombstones.lift(customer.stripe_id, router.db_for_write(Customer, instance=customer))
    using = router.db_for_write(Event)
    return tombstones.lift(tombstones.stripe_id_of(customer, account, using), using)


def _sweep(
    erasure: Erasure, report: Report, using: str, patience: float, progress: Progress
) -> Sweep:
    return Sweep(erasure, report, tombstones.your_own(using), using, patience, progress)
