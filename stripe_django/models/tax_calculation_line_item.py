from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TaxCalculationLineItem(StripeModel):
    """One line of a tax calculation."""

    stripe = Resource("tax.calculation_line_item")

    class TaxBehavior(models.TextChoices):
        EXCLUSIVE = "exclusive"
        INCLUSIVE = "inclusive"

    calculation = fields.Reference(
        "TaxCalculation",
        related_name="line_items",
        parent_lists=("line_items",),
        implicit=True,
        help_text="The calculation that the line is part of.",
    )
    amount = fields.AmountField(
        help_text="Price of the line, with or without tax, in the smallest unit of the currency."
    )
    amount_tax = fields.AmountField(
        help_text="Tax on the line, in the smallest unit of the currency."
    )
    performance_location = fields.Reference(
        "TaxLocation",
        related_name="tax_calculation_line_items",
        help_text="The place of a performance, where that and not the customer's address decides"
        " the tax.",
    )
    product = fields.Reference(
        "Product",
        related_name="tax_calculation_line_items",
        help_text="The product that is bought, if it is a known one.",
    )
    quantity = fields.QuantityField(help_text="How many units are bought.")
    reference = fields.StringField(help_text="The merchant's own identifier of the line.")
    tax_behavior = fields.EnumField(
        choices=TaxBehavior, help_text="Whether the amount includes tax."
    )
    tax_breakdown = fields.HashField(
        help_text="The single taxes on the line, each with its rate, amount and jurisdiction."
    )
    tax_code = fields.Reference(
        "TaxCode",
        related_name="tax_calculation_line_items",
        help_text="The tax code that the line falls under.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
