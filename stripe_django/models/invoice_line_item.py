from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class InvoiceLineItem(StripeModel):
    """One line of an invoice, for an invoice item or an item of a subscription."""

    stripe = Resource("line_item", area=Area.BILLING, id_prefixes=("il_",), id_scope="invoice")

    amount = fields.AmountField(help_text="What the line bills; negative for a credit.")
    currency = fields.CurrencyField(help_text="Currency of the amounts of this line.")
    description = fields.StringField(help_text="What the customer reads on the line.")
    discount_amounts = fields.HashField(
        help_text="What each discount takes off the line, in the smallest unit of the currency."
    )
    discountable = fields.FlagField(
        help_text="Whether discounts apply to the line; never to prorations."
    )
    discounts = fields.HashField(
        help_text="Ids of the discounts on this line alone, taken off before those on the invoice."
    )
    invoice = fields.Reference(
        "Invoice",
        related_name="line_items",
        parent_lists=("lines",),
        orphan_removal=True,
        help_text="The invoice that the line is on.",
    )
    parent = fields.HashField(
        help_text="The invoice item or subscription item that the line came from."
    )
    period = fields.HashField(help_text="Start and end of what is billed, in Unix seconds.")
    pretax_credit_amounts = fields.HashField(
        help_text="What discounts and credit grants take off before tax, in the smallest unit of"
        " the currency."
    )
    pricing = fields.HashField(
        help_text="How the line was priced: the price, its product and the amount for one unit."
    )
    price = fields.Reference(
        "Price",
        related_name="invoice_line_items",
        source=("price", "plan", "pricing.price_details.price"),
        retired=True,
        help_text="The price that sets the amount; a price and its plan share one id.",
    )
    product = fields.Reference(
        "Product",
        related_name="invoice_line_items",
        source=("pricing.price_details.product", "price.product", "plan.product"),
        help_text="The product that is billed.",
    )
    invoice_item = fields.Reference(
        "InvoiceItem",
        related_name="line_items",
        source=("invoice_item", "parent.invoice_item_details.invoice_item"),
        retired=True,
        help_text="The invoice item that the line is for, if it is for one.",
    )
    subscription_item = fields.Reference(
        "SubscriptionItem",
        related_name="invoice_line_items",
        source=("subscription_item", "parent.subscription_item_details.subscription_item"),
        retired=True,
        help_text="The item of a subscription that the line is for, if it is for one.",
    )
    proration = fields.FlagField(
        source=(
            "proration",
            "parent.subscription_item_details.proration",
            "parent.invoice_item_details.proration",
        ),
        retired=True,
        help_text="Whether the line bills a part of a period, because of a change midway.",
    )
    quantity = fields.QuantityField(
        help_text="How many whole units are billed, without any fraction."
    )
    quantity_decimal = fields.DecimalField(
        as_text=True, help_text="How many units are billed, with any fraction."
    )
    subscription = fields.Reference(
        "Subscription",
        related_name="invoice_line_items",
        source=(
            "subscription",
            "parent.subscription_item_details.subscription",
            "parent.invoice_item_details.subscription",
        ),
        help_text="The subscription that the line bills for, if any.",
    )
    subtotal = fields.AmountField(help_text="The line before discounts and taxes.")
    taxes = fields.HashField(
        source=("taxes", "tax_amounts"),
        help_text="Each tax on the line: its amount in the smallest unit of the currency, rate and"
        " reason.",
    )
    metadata = fields.MetadataField(
        help_text="The merchant's own keys and values; for a subscription's line often those of the"
        " subscription."
    )

    def __str__(self) -> str:
        return self.description or self.stripe_id
