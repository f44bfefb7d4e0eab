"""What to verify, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from stripe_django.conf import settings
from stripe_django.models import Balance
from stripe_django.models.base import StripeModel
from stripe_django.sync.backfill.list_endpoints import listable

from . import sampling

GRACE = 10.0  # seconds, within which an event of a change usually arrives and is applied


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """What to verify.

    Without ``objects`` it is everything that Stripe lists completely, except the balance, which
    changes with each payment and has no event for that. ``since`` is the earliest
    creation, ``until`` the one before which is compared. ``sample`` is how many
    objects of each type to compare; ``None`` compares all. ``grace`` is after how many seconds
    a difference is looked at again. ``anew`` does not resume an interrupted run.
    """

    objects: Sequence[type[StripeModel]] = ()
    account: str = ""
    since: datetime | None = None
    until: datetime | None = None
    sample: int | None = sampling.DEFAULT
    repair: bool = False
    anew: bool = False
    workers: int | None = None
    grace: float = GRACE

    @property
    def models(self) -> list[type[StripeModel]]:
        listed = (model for model in verifiable(with_owners=False) if model is not Balance)
        return list(self.objects) or [*listed]

    @property
    def at_once(self) -> int:
        """How many requests may be under way."""
        return self.workers or settings.workers


def verifiable(*, with_owners: bool = True) -> list[type[StripeModel]]:
    """The models whose objects Stripe lists completely: events are listed for 30 days only."""
    return [
        model
        for model in listable(with_owners=with_owners)
        if model.stripe.list_is_complete or not model.stripe.list_path
    ]
