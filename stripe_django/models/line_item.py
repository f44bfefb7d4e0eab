from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class LineItem(StripeModel):
    """One product in a checkout, payment link or quote, with price and quantity."""

    stripe = Resource("item", area=Area.CHECKOUT)

    checkout_session = fields.Reference(
        "CheckoutSession",
        related_name="line_items",
        parent_lists=("line_items",),
        implicit=True,
        orphan_removal=True,
        help_text="The checkout that the line was bought in, if it was.",
    )
    payment_link = fields.Reference(
        "PaymentLink",
        related_name="line_items",
        parent_lists=("line_items",),
        implicit=True,
        orphan_removal=True,
        help_text="The payment link that sells it, if one does.",
    )
    quote = fields.Reference(
        "Quote",
        related_name="line_items",
        parent_lists=("line_items",),
        implicit=True,
        orphan_removal=True,
        help_text="The quote that the line is on, if it is on one.",
    )
    adjustable_quantity = fields.HashField(
        help_text="Whether the customer may change the quantity, and within which limits."
    )
    amount_discount = fields.AmountField(help_text="What discounts take off.")
    amount_subtotal = fields.AmountField(help_text="The sum before discounts and taxes.")
    amount_tax = fields.AmountField(help_text="All taxes together.")
    amount_total = fields.AmountField(
        help_text="The sum that is left to pay, taxes and discounts included."
    )
    currency = fields.CurrencyField(help_text="Currency of the amounts of this line.")
    description = fields.StringField(
        help_text="What the customer reads; the product's name unless the merchant chose another."
    )
    discounts = fields.HashField(
        owned=False,
        help_text="Each discount and what it takes off, in the smallest unit of the currency.",
    )
    price = fields.Reference(
        "Price",
        related_name="line_items",
        owned=False,
        help_text="The price that sets the amounts.",
    )
    quantity = fields.QuantityField(help_text="How many units are bought.")
    taxes = fields.HashField(
        owned=False, help_text="Each tax rate and its amount, in the smallest unit of the currency."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")

    def __str__(self) -> str:
        return self.description or self.stripe_id
