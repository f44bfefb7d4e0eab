"""Lists again what no event reports, or what events reported while nothing received them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import router
from django.utils import timezone

from stripe_django.api.client import clock_of
from stripe_django.conf import settings
from stripe_django.models import Account, MirroredAccount, Person
from stripe_django.models.base import StripeModel

from .backfill import engine
from .backfill.list_endpoints import listable
from .backfill.progress import ObjectRun, Observer
from .events import poller
from .events.poller import Poll
from .scope import models_in_scope

# Bank accounts and cards for payouts come inside the accounts.
COVERED_BADLY: tuple[type[StripeModel], ...] = (Account, Person)


def relist_accounts(every: timedelta, observer: Observer | None = None) -> Sequence[ObjectRun]:
    """List connected accounts and their persons again, if that is due and there are any.

    Each account takes a request. What fails is reported, and waits for the next time like the
    rest, or a lasting failure would have all of it listed with every poll.
    """
    using = router.db_for_write(MirroredAccount)
    state = poller.state_of("", using)
    now = clock_of(settings.api_base).now() or timezone.now()
    is_due = state.relisted_at is None or state.relisted_at <= now - every
    if not is_due or not has_connected_accounts(using):
        return []
    models = [model for model in COVERED_BADLY if model in models_in_scope()]
    MirroredAccount.objects.using(using).filter(pk=state.pk).update(relisted_at=now)
    return engine.run(models, observer=observer)


def has_connected_accounts(using: str) -> bool:
    """Whether there is another account than one's own here."""
    if Account not in models_in_scope():
        return False
    return len(Account.objects.using(using).alive().values_list("pk")[:2]) == 2


def missed_objects() -> list[type[StripeModel]]:
    """What has to be listed again after a gap in the events, apart from the next."""
    return listable(with_owners=False)


def missed_by_owner() -> list[type[StripeModel]]:
    """The same, as far as each owner has a list of its own."""
    return [model for model in listable() if model.stripe.list_parent]


def relist_missed(poll: Poll, observer: Observer | None = None) -> Sequence[ObjectRun]:
    """List all objects again that a gap in the events may have left behind; the gap is closed
    if none of that fails.
    """
    using = router.db_for_write(MirroredAccount)
    runs = engine.run(missed_objects(), account=poll.account, observer=observer)
    if not any(run.is_failure for run in runs):
        polls = MirroredAccount.objects.using(using).filter(stripe_account=poll.account)
        polls.update(missed_since=None)
        poll.missed_since = None
    return runs
