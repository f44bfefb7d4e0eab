from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class BitCoinReceiver(StripeModel):
    """An address that a customer paid bitcoin to; Stripe retired it in 2018."""

    stripe = Resource("bitcoin_receiver", area=Area.FORMER)

    active = fields.FlagField(help_text="Whether the address could still be paid to.")
    amount = fields.PositiveAmountField(help_text="What was to be collected.")
    amount_received = fields.PositiveAmountField(help_text="What had come in so far.")
    bitcoin_amount = fields.PositiveAmountField(
        help_text="What the customer had to send, in satoshi."
    )
    bitcoin_amount_received = fields.PositiveAmountField(
        help_text="What the customer had sent so far, in satoshi."
    )
    bitcoin_uri = fields.URLField(
        help_text="Address and amount as one bitcoin: link that a wallet opens."
    )
    currency = fields.CurrencyField(
        help_text="Currency that the bitcoin were changed into, and of the two amounts."
    )
    filled = fields.FlagField(help_text="True once all of the amount had come in.")
    inbound_address = fields.CodeField(help_text="The bitcoin address to pay to.")
    transactions = fields.HashField(help_text="The payments that reached the address.")
    uncaptured_funds = fields.FlagField(
        help_text="Whether bitcoin were left that no charge had taken."
    )
    description = fields.StringField(help_text="The merchant's own note on the receiver.")
    email = fields.EmailField(help_text="Address of the customer who was to pay.")
    payment = fields.CodeField(help_text="Id of the charge that took the money, if one did.")
    refund_address = fields.CodeField(help_text="The bitcoin address that refunds went back to.")
    customer = fields.Reference(
        "Customer",
        related_name="bitcoin_receivers",
        help_text="The customer that the receiver was saved for.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the receiver was made.")

    class Meta(StripeModel.Meta):
        verbose_name = "bitcoin receiver"
