from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class CreditNote(StripeModel):
    """A correction that lowers the amount of a finalised invoice, or gives money back."""

    stripe = Resource(
        "credit_note",
        area=Area.BILLING,
        dashboard_path="credit_notes",
        list_path="/v1/credit_notes",
    )

    class Reason(models.TextChoices):
        DUPLICATE = "duplicate"
        FRAUDULENT = "fraudulent"
        ORDER_CHANGE = "order_change"
        PRODUCT_UNSATISFACTORY = "product_unsatisfactory"

    class Status(models.TextChoices):
        ISSUED = "issued"
        VOID = "void"

    class Type(models.TextChoices):
        MIXED = "mixed"
        POST_PAYMENT = "post_payment"
        PRE_PAYMENT = "pre_payment"

    amount = fields.AmountField(help_text="All that is credited with tax.")
    amount_shipping = fields.AmountField(help_text="Credited shipping costs together.")
    currency = fields.CurrencyField(help_text="Currency of the amounts of this credit note.")
    customer = fields.Reference(
        "Customer",
        related_name="credit_notes",
        help_text="The customer whose invoice is corrected.",
    )
    customer_account = fields.Reference(
        "V2CoreAccount",
        related_name="credit_notes",
        help_text="The customer, as an account of the second API version.",
    )
    customer_balance_transaction = fields.Reference(
        "CustomerBalanceTransaction",
        related_name="credit_notes",
        help_text="What it put on the customer's balance, if anything.",
    )
    discount_amount = fields.AmountField(help_text="Discounts on what is credited, together.")
    discount_amounts = fields.HashField(
        help_text="Sum of each discount over all lines, in the smallest unit of the currency."
    )
    effective_at = fields.TimestampField(
        help_text="Date of issue on the document, which the merchant may have chosen."
    )
    invoice = fields.Reference(
        "Invoice", related_name="credit_notes", help_text="The invoice that is corrected."
    )
    memo = fields.TextField(help_text="The merchant's note to the customer on the document.")
    number = fields.CodeField(help_text="Number printed on the document.")
    out_of_band_amount = fields.AmountField(
        help_text="What was given back by other means than Stripe."
    )
    pdf = fields.URLField(help_text="Where the document can be downloaded.")
    post_payment_amount = fields.AmountField(
        help_text="What goes back because it was already paid."
    )
    pre_payment_amount = fields.AmountField(
        help_text="What no longer has to be paid on the invoice."
    )
    pretax_credit_amounts = fields.HashField(
        help_text="Discounts and credits that lowered the lines before tax, in the smallest unit of"
        " the currency."
    )
    reason = fields.EnumField(choices=Reason, help_text="Why the merchant corrects the invoice.")
    refunds = fields.HashField(
        help_text="The refunds that pay the credit back, with the share of each."
    )
    shipping_cost = fields.HashField(
        owned=False,
        help_text="Credited shipping with rate and taxes, in the smallest unit of the currency.",
    )
    status = fields.EnumField(choices=Status, help_text="Whether it stands or was declared void.")
    subtotal = fields.AmountField(
        help_text="Sum before discounts on the whole and before taxes on top."
    )
    subtotal_excluding_tax = fields.AmountField(
        help_text="Sum before discounts on the whole and without any tax."
    )
    total = fields.AmountField(help_text="Sum after discounts and taxes.")
    total_excluding_tax = fields.AmountField(help_text="Sum after discounts, without any tax.")
    total_taxes = fields.HashField(
        source=("total_taxes", "tax_amounts"),
        help_text="The taxes over all lines, with rate and treatment, in the smallest unit of the "
        "currency.",
    )
    type = fields.EnumField(
        choices=Type,
        help_text="Whether it was issued before the invoice was paid, afterwards, or for parts of "
        "both.",
    )
    voided_at = fields.TimestampField(help_text="When it was declared void.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the credit note was made.")

    def __str__(self) -> str:
        return self.number or self.stripe_id
