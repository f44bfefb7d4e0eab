"""Which lists another account may have anything in, so that the others cost no requests."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from stripe_django.models import Account, SyncRange, SyncRun
from stripe_django.models.base import StripeModel
from stripe_django.sync.ingest import PageWriter

# The products that an account has only with a capability, by the beginning of their objects' names.
CAPABILITIES = {
    "issuing.": "card_issuing",
    "treasury.": "treasury",
    "v2.money_management.": "treasury",
}
REFUSED_FOR = timedelta(days=7)


def of(run: SyncRun, models: list[type[StripeModel]], pages: PageWriter) -> list[type[StripeModel]]:
    """The models to be listed in the account of a run.

    Without Stripe's catalogues, which are your own account's; what only a platform has, unless the
    account has a key of its own; products of which it lacks the capability; and what Stripe has
    refused in the last week.
    """
    lacking = _lacking(run.stripe_account, pages.using)
    refused = _refused(run, pages.using)
    return [
        model
        for model in models
        if not model.stripe.is_global
        and (pages.has_own_key or not model.stripe.is_platform_owned)
        and not model.stripe.object_name.startswith(lacking)
        and model.stripe.object_name not in refused
    ]


def _lacking(account: str, using: str) -> tuple[str, ...]:
    """The beginnings of the objects' names of products that the account does not have."""
    row = Account.objects.using(using).filter(stripe_id=account).first()
    capabilities = row.to_stripe().get("capabilities") if row else None
    if not isinstance(capabilities, dict):
        return ()
    return tuple(beginning for beginning, name in CAPABILITIES.items() if name not in capabilities)


def _refused(run: SyncRun, using: str) -> set[str]:
    since = timezone.now() - REFUSED_FOR
    earlier = SyncRange.objects.using(using).filter(
        run__stripe_account=run.stripe_account,
        run__started_at__gte=since,
        status=SyncRange.Status.UNAVAILABLE,
    )
    return set(earlier.values_list("object_name", flat=True))
