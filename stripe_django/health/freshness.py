"""The indicators of what was read from Stripe: polls, syncs, and the rows that nothing confirms."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Max, Min, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stripe_django.models import Home, MirroredAccount, ObjectStatistics, SyncRun
from stripe_django.sync import mirrored_accounts
from stripe_django.sync.events import store

from .amounts import counted, duration, seconds
from .indicators import Indicator, Measures, measured, never

OWN = Q(stripe_account="")
FOLLOWED = (MirroredAccount.State.ACTIVE, MirroredAccount.State.REFUSED)  # not dormant ones


def _ambiguous() -> Iterator[Indicator]:
    """A count of the tables themselves would read all of each: no index covers the column."""
    found = ObjectStatistics.objects.using(store.using()).aggregate(
        rows=Sum("ambiguous"), counted_at=Max("counted_at")
    )
    if found["counted_at"] is None:
        yield measured("ambiguous", None, _("The statistics were never updated."))
        return
    count = int(found["rows"] or 0)
    text = ngettext("%(count)s row is ambiguous.", "%(count)s rows are ambiguous.", count)
    text %= {"count": counted(count)}
    yield measured("ambiguous", count, text, {"counted_at": found["counted_at"].isoformat()})


def _polls() -> Iterator[Indicator]:
    """Your own account and those whose events are followed; one query of all.

    One that Stripe refuses is still tried, and its events are lost in the end.
    """
    is_followed = Q(read_until__isnull=False) & (OWN | Q(state__in=FOLLOWED))
    is_read = OWN | Q(state__in=mirrored_accounts.READ)
    found = MirroredAccount.objects.using(store.using()).aggregate(
        own=Max("read_until", filter=OWN),
        oldest=Min("read_until", filter=is_followed),
        accounts=Count("pk", filter=is_followed),
        missed=Count("pk", filter=Q(missed_since__isnull=False) & is_read),
    )
    yield _poll(found)
    missed = found["missed"]
    text = _("No event was lost.")
    if missed:
        text = ngettext(
            "Events of %(count)s account were lost.",
            "Events of %(count)s accounts were lost.",
            missed,
        ) % {"count": counted(missed)}
    yield measured("missed", missed, text)


def _poll(found: dict) -> Indicator:
    since = Home.objects.using(store.using()).values_list("since", flat=True).first()
    if since is None and found["oldest"] is None:
        return never("poll", _("Nothing was read from Stripe yet."))
    # Without a poll, the first one will begin with the first sync of this database.
    began = since if found["own"] is None else None
    oldest = min(moment for moment in (found["oldest"], began) if moment)
    age = seconds(timezone.now() - oldest)
    details = {"read_until": oldest.isoformat(), "accounts": found["accounts"]}
    if began:
        text = _("Events were never polled; the first ones are %(age)s old.") % {
            "age": duration(age)
        }
    else:
        text = _("The last poll was %(age)s ago.") % {"age": duration(age)}
    return measured("poll", age, text, details)


def _sync() -> Iterator[Indicator]:
    own = SyncRun.objects.using(store.using()).filter(OWN)
    done = own.filter(status=SyncRun.Status.DONE).order_by("-pk")
    finished_at = done.values_list("finished_at", flat=True).first()
    if finished_at is None:
        yield never("sync", _("No stripe_sync has succeeded yet."))
        return
    age = seconds(timezone.now() - finished_at)
    text = _("The last stripe_sync succeeded %(age)s ago.") % {"age": duration(age)}
    yield measured("sync", age, text, {"finished_at": finished_at.isoformat()})


MEASURES: Measures = {
    ("ambiguous",): _ambiguous,
    ("poll", "missed"): _polls,
    ("sync",): _sync,
}
