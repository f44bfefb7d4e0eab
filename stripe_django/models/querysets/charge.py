from __future__ import annotations

from typing import Self

from .base import StripeManager, StripeQuerySet

SUCCEEDED = ("succeeded", "paid")  # the second one until 2015


class ChargeQuerySet(StripeQuerySet):
    """Charges."""

    def succeeded(self) -> Self:
        """The charges that went through.

        Money that is only reserved is among them: ``captured`` is false there. So is what was
        given back later: see ``amount_refunded``. Charges of before 2015 have no status at
        Stripe; the column has it from what they say instead.
        """
        return self.alive().filter(status__in=SUCCEEDED)


class ChargeManager(StripeManager.from_queryset(ChargeQuerySet)):  # type: ignore[misc]
    """``Charge.objects``."""
