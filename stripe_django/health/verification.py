"""The indicators of ``stripe_verify``."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Max
from django.utils import timezone

from stripe_django.models import Verification
from stripe_django.sync.events import store

from .amounts import MOST, duration, plural, seconds
from .indicators import Indicator, measured, never

MOST_OBJECTS = 10  # that are named


def indicators() -> Iterator[Indicator]:
    yield _differences()
    yield _age()


def _differences() -> Indicator:
    results = Verification.objects.using(store.using())
    latest = results.latest_by_object() | results.latest_balance_proofs()
    found = [each for each in latest.exclude(differences={})[:MOST] if each.remaining > 0]
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
