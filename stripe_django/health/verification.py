"""The indicators of ``stripe_verify``."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Max
from django.utils import timezone

from stripe_django.models import Verification
from stripe_django.sync.events import store

from .amounts import MOST, duration, plural, seconds
from .indicators import Indicator, Measures, measured, never

MOST_OBJECTS = 10  # that are named
USED = ("object_name", "differences", "repaired")  # without the examples and the progress


def _differences() -> Indicator:
    results = Verification.objects.using(store.using())
    # Apart: a planner reads every row to find those that either one has.
    newest = (results.latest_by_object(), results.latest_balance_proofs())
    differing = (rows.exclude(differences={}).only(*USED)[:MOST] for rows in newest)
    found = [row for rows in differing for row in rows if row.remaining > 0]
    if not found:
        return measured("verification", 0, "No verification has found a difference that is left.")
    count = sum(each.remaining for each in found)
    names = sorted({each.object_name for each in found})
    shown = ", ".join(names[:MOST_OBJECTS]) + (", …" if len(names) > MOST_OBJECTS else "")
    text = (
        f"{plural(count, 'difference')} from Stripe {'is' if count == 1 else 'are'} left: {shown}."
    )
    return measured("verification", count, text, {"objects": names})


def _age() -> Indicator:
    results = Verification.objects.using(store.using()).filter(status=Verification.Status.DONE)
    last = results.aggregate(last=Max("finished_at"))["last"]
    if last is None:
        return never("verified", "Nothing was verified yet.")
    age = seconds(timezone.now() - last)
    text = f"The last verification ended {duration(age)} ago."
    return measured("verified", age, text, {"finished_at": last.isoformat()})


def _verification() -> Iterator[Indicator]:
    yield _differences()


def _verified() -> Iterator[Indicator]:
    yield _age()


MEASURES: Measures = {("verification",): _verification, ("verified",): _verified}
