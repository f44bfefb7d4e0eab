from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class SourceMandateNotification(StripeModel):
    """A notice that a payer must get about the permission to debit them."""

    stripe = Resource("source_mandate_notification", area=Area.PAYMENTS)

    acss_debit = fields.HashField(
        help_text="For a Canadian pre-authorised debit: what the payer reads on the statement."
    )
    amount = fields.AmountField(
        help_text="What is going to be debited, in the smallest unit of the source's currency."
    )
    bacs_debit = fields.HashField(
        help_text="For a Bacs debit: last four digits of the account's number."
    )
    reason = fields.CodeField(
        help_text="Why the payer is notified: mandate_confirmed or debit_initiated."
    )
    sepa_debit = fields.HashField(
        help_text="For a SEPA debit: the creditor, the mandate and the account's last four digits."
    )
    source = fields.Reference(
        "Source",
        related_name="mandate_notifications",
        owned=False,
        help_text="The source that the permission is for.",
    )
    status = fields.CodeField(help_text="Whether the notice was sent: pending or submitted.")
    type = fields.CodeField(help_text="Kind of payment method of the source, such as sepa_debit.")
    created = fields.TimestampField(db_index=True, help_text="When the notice was made.")
