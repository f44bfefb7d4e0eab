from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class TransferReversal(StripeModel):
    """A transfer, or a part of it, taken back from the connected account."""

    stripe = Resource(
        "transfer_reversal",
        area=Area.CONNECT,
        retrieve_path="/v1/transfers/{transfer_id}/reversals/{id}",
    )

    amount = fields.AmountField(help_text="What was taken back.")
    currency = fields.CurrencyField(help_text="Currency of the amount.")
    balance_transaction = fields.Reference(
        "BalanceTransaction",
        related_name="transfer_reversals",
        help_text="What the reversal put back into the balance that the transfer came from.",
    )
    transfer = fields.Reference(
        "Transfer",
        related_name="transfer_reversals",
        parent_lists=("reversals",),
        help_text="The transfer that was taken back.",
    )
    destination_payment_refund = fields.Reference(
        "Refund",
        related_name="destination_payment_transfer_reversals",
        lives_in="transfer.destination",
        help_text="The refund of the payment that the connected account had received.",
    )
    source_refund = fields.Reference(
        "Refund",
        related_name="transfer_reversals",
        help_text="The refund of the charge, if that is what took the transfer back.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When it was taken back.")
