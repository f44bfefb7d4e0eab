from __future__ import annotations

from stripe_django import fields

from .base import StripeModel


class InvoiceItem(StripeModel):
    """An amount, or a credit, that waits for the customer's next invoice or is on one."""

    OBJECT_NAME = "invoiceitem"
    LIST_PATH = "/v1/invoiceitems"

    amount = fields.AmountField(
        help_text="What is billed, in the smallest unit of the currency; negative for a credit."
    )
    currency = fields.CurrencyField(help_text="Currency of the amount.")
    customer = fields.Reference(
        "Customer", related_name="invoice_items", help_text="The customer who is billed."
    )
    date = fields.TimestampField(help_text="When the item was made (UTC).")
    discountable = fields.FlagField(
        help_text="Whether discounts apply to the item; never to credits and prorations."
    )
    proration = fields.FlagField(
        help_text="Whether Stripe made the item because a subscription changed midway."
    )
    description = fields.StringField(help_text="What the customer reads on the invoice.")
    invoice = fields.Reference(
        "Invoice",
        related_name="invoice_items",
        help_text="The invoice it is on; unset while it waits for the next one.",
    )
    period = fields.HashField(help_text="Start and end of what is billed, in Unix seconds.")
    plan = fields.Reference(
        "Plan",
        related_name="invoice_items",
        source=("plan", "price", "pricing.price_details.price"),
        help_text="The plan that sets the amount; a price and its plan share one id.",
    )
    quantity = fields.IntegerField(help_text="How many units are billed.")
    subscription = fields.Reference(
        "Subscription",
        related_name="invoice_items",
        source=("subscription", "parent.subscription_details.subscription"),
        help_text="The subscription that the item was made for, if any.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
