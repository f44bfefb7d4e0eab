from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .names import money
from .resource import Resource


class InvoiceItem(StripeModel):
    """An amount, or a credit, that waits for the customer's next invoice or is on one."""

    stripe = Resource("invoiceitem", area=Area.BILLING, list_path="/v1/invoiceitems")

    amount = fields.AmountField(help_text="What is billed; negative for a credit.")
    currency = fields.CurrencyField(help_text="Currency of the amount.")
    customer = fields.Reference(
        "Customer", related_name="invoice_items", help_text="The customer who is billed."
    )
    date = fields.TimestampField(help_text="When the item was made.")
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
        retired=True,
        help_text="The plan that sets the amount; a price and its plan share one id.",
    )
    price = fields.Reference(
        "Price",
        related_name="invoice_items",
        source=("price", "plan", "pricing.price_details.price"),
        retired=True,
        help_text="The price that sets the amount; a price and its plan share one id.",
    )
    quantity = fields.SignedQuantityField(help_text="How many units are billed.")
    subscription = fields.Reference(
        "Subscription",
        related_name="invoice_items",
        source=("subscription", "parent.subscription_details.subscription"),
        retired=True,
        help_text="The subscription that the item was made for, if any.",
    )
    customer_account = fields.Reference(
        "V2CoreAccount",
        related_name="invoice_items",
        help_text="The customer, as an account of the second API version.",
    )
    discounts = fields.HashField(
        help_text="Ids of the discounts on this item alone, taken off before those on the invoice."
    )
    frozen_fields = fields.HashField(help_text="Names of the fields that can no longer be changed.")
    invoicing_rules = fields.HashField(
        help_text="Conditions that must all hold before the item is put on an invoice."
    )
    net_amount = fields.AmountField(
        help_text="What is billed less discounts but before tax and credits."
    )
    parent = fields.HashField(help_text="What the item came from, such as a subscription.")
    pricing = fields.HashField(
        help_text="How the amount was priced: the price, its product and the amount for one unit."
    )
    proration_details = fields.HashField(
        help_text="For a proration, the items it gives credit for and its discounts."
    )
    quantity_decimal = fields.DecimalField(
        as_text=True, help_text="How many units are billed, with any fraction."
    )
    tax_rates = fields.HashField(
        owned=False, help_text="Tax rates of this item, in place of the invoice's default ones."
    )
    test_clock = fields.Reference(
        "TestHelpersTestClock",
        related_name="invoice_items",
        help_text="The test clock whose simulated time the item follows.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")

    def __str__(self) -> str:
        return self.description or money(self) or self.stripe_id
