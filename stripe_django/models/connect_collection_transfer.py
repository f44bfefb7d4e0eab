from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class ConnectCollectionTransfer(StripeModel):
    """Money that Stripe moves from the platform to cover a connected account's debt."""

    stripe = Resource("connect_collection_transfer", area=Area.CONNECT)

    amount = fields.AmountField(help_text="What was moved.")
    currency = fields.CurrencyField(help_text="Currency of the amount.")
    destination = fields.Reference(
        "Account",
        related_name="connect_collection_transfers",
        help_text="The connected account whose debt is covered.",
    )
