from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class PaymentIntentAmountDetailsLineItem(StripeModel):
    """One item sold, as a payment intent describes it to the payment method."""

    stripe = Resource(
        "payment_intent_amount_details_line_item",
        area=Area.PAYMENTS,
        list_path="/v1/payment_intents/{payment_intent_id}/amount_details_line_items",
        list_parent="payment_intent",
        list_has_created_filter=False,
        retrieve_path="",
    )

    payment_intent = fields.Reference(
        "PaymentIntent",
        related_name="amount_details_line_items",
        implicit=True,
        help_text="The payment that the line is part of.",
    )
    discount_amount = fields.AmountField(
        help_text="What was taken off this line, in the smallest unit of the currency."
    )
    payment_method_options = fields.HashField(
        help_text="What only some payment methods want to know of the line, by method."
    )
    product_code = fields.CodeField(
        help_text="The merchant's code for what was sold, such as an article number."
    )
    product_name = fields.StringField(
        help_text="Name of what was sold; card networks receive only the beginning of it."
    )
    quantity = fields.QuantityField(help_text="How many units were sold.")
    tax = fields.HashField(help_text="The tax on this line, in the smallest unit of the currency.")
    unit_cost = fields.AmountField(
        help_text="Price of one unit, in the smallest unit of the currency."
    )
    unit_of_measure = fields.StringField(
        help_text="What the quantity is counted in, such as metres or litres."
    )

    def __str__(self) -> str:
        return self.product_name or self.stripe_id
