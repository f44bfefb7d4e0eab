"""The indicators of ``stripe_verify``."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stripe_django.models import MirroredAccount, Verification
from stripe_django.models.querysets.verification import VerificationQuerySet
from stripe_django.sync import mirrored_accounts
from stripe_django.sync.events import store
from stripe_django.sync.scope import models_in_scope

from .amounts import MOST, counted, duration, seconds
from .indicators import Indicator, Measures, measured, never

MOST_OBJECTS = 10  # that are named
COLUMNS = ("object_name", "stripe_account", "method", "differences", "repaired")


def _differences() -> Indicator:
    left = _left(store.using())
    if not left:
        return measured(
            "verification", 0, _("No verification has found a difference that is left.")
        )
    count = sum(left.values())
    names = sorted({name for name, *_ in left})
    shown = ", ".join(names[:MOST_OBJECTS]) + (", …" if len(names) > MOST_OBJECTS else "")
    text = ngettext(
        "%(count)s difference from Stripe is left: %(objects)s.",
        "%(count)s differences from Stripe are left: %(objects)s.",
        count,
    ) % {"count": counted(count), "objects": shown}
    return measured("verification", count, text, {"objects": names})


def _left(using: str) -> dict[tuple[str, str, bool], int]:
    """How many differences each object of each account has; two results may have the same ones."""
    left: dict[tuple[str, str, bool], int] = {}
    unresolved = _mirrored(using).unresolved().only(*COLUMNS)
    for each in unresolved[:MOST]:
        is_proof = each.method == Verification.Method.BALANCE
        key = each.object_name, each.stripe_account, is_proof
        if each.remaining > 0:
            left[key] = max(each.remaining, left.get(key, 0))
    return left


def _mirrored(using: str) -> VerificationQuerySet:
    """Without what nobody can verify again: other objects, and accounts that are not read."""
    names = [model.stripe.object_name for model in models_in_scope()]
    accounts = MirroredAccount.objects.using(using).exclude(stripe_account="")
    unread = accounts.exclude(state__in=mirrored_accounts.READ).values("stripe_account")
    results: VerificationQuerySet = Verification.objects.using(using)
    return results.filter(object_name__in=names).exclude(stripe_account__in=unread)


def _age() -> Indicator:
    results = Verification.objects.using(store.using()).filter(status=Verification.Status.DONE)
    last = results.aggregate(last=Max("finished_at"))["last"]
    if last is None:
        return never("verified", _("Nothing was verified yet."))
    age = seconds(timezone.now() - last)
    text = _("The last verification ended %(age)s ago.") % {"age": duration(age)}
    return measured("verified", age, text, {"finished_at": last.isoformat()})


def _verification() -> Iterator[Indicator]:
    yield _differences()


def _verified() -> Iterator[Indicator]:
    yield _age()


MEASURES: Measures = {("verification",): _verification, ("verified",): _verified}
