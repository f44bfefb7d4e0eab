from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class CreditNoteLineItem(StripeModel):
    """One line of a credit note."""

    stripe = Resource("credit_note_line_item", area=Area.BILLING)

    class Type(models.TextChoices):
        CUSTOM_LINE_ITEM = "custom_line_item"
        INVOICE_LINE_ITEM = "invoice_line_item"

    credit_note = fields.Reference(
        "CreditNote",
        related_name="lines",
        parent_lists=("lines",),
        implicit=True,
        orphan_removal=True,
        help_text="The credit note that the line is on.",
    )
    amount = fields.AmountField(
        help_text="What is credited before discounts and taxes on top, in the smallest unit of the "
        "currency."
    )
    description = fields.StringField(help_text="What is credited, in words.")
    discount_amount = fields.AmountField(
        help_text="Discount on what is credited, in the smallest unit of the currency."
    )
    discount_amounts = fields.HashField(
        help_text="Share of each discount in this line, in the smallest unit of the currency."
    )
    invoice_line_item = fields.Reference(
        "InvoiceLineItem",
        related_name="credit_note_line_items",
        help_text="The line of the invoice that is corrected; unset for a line of its own.",
    )
    pretax_credit_amounts = fields.HashField(
        help_text="Discounts and credits that lowered the line before tax, in the smallest unit of "
        "the currency."
    )
    quantity = fields.QuantityField(help_text="How many units are credited.")
    tax_rates = fields.HashField(
        owned=False, help_text="The tax rates that the merchant set for the line."
    )
    taxes = fields.HashField(
        source=("taxes", "tax_amounts"),
        help_text="The taxes on the line, with rate and treatment, in the smallest unit of the "
        "currency.",
    )
    type = fields.EnumField(
        choices=Type, help_text="Whether it corrects a line of the invoice or stands alone."
    )
    unit_amount = fields.AmountField(
        help_text="Price of one unit, in the smallest unit of the currency."
    )
    unit_amount_decimal = fields.DecimalField(
        as_text=True,
        help_text="Exact price of one unit, in the smallest unit of the currency and fractions of "
        "it.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
