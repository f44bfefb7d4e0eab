from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class TaxDeductedAtSource(StripeModel):
    """Indian tax that was withheld on the Stripe fees of one period."""

    stripe = Resource("tax_deducted_at_source", area=Area.TAX)

    period_end = fields.TimestampField(
        help_text="End of the period whose Stripe fees the tax is on."
    )
    period_start = fields.TimestampField(
        help_text="Start of the period whose Stripe fees the tax is on."
    )
    tax_deduction_account_number = fields.CodeField(
        help_text="The business's Indian tax deduction number (TAN) at that time."
    )
