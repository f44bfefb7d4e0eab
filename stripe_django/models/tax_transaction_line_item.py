from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TaxTransactionLineItem(StripeModel):
    """One item of a tax transaction, with the tax on it."""

    stripe = Resource("tax.transaction_line_item")

    class TaxBehavior(models.TextChoices):
        EXCLUSIVE = "exclusive"
        INCLUSIVE = "inclusive"

    class Type(models.TextChoices):
        REVERSAL = "reversal"
        TRANSACTION = "transaction"

    transaction = fields.Reference(
        "TaxTransaction",
        related_name="line_items",
        parent_lists=("line_items",),
        implicit=True,
        help_text="The transaction that the line is part of.",
    )
    amount = fields.AmountField(
        help_text="Price of the line, in the smallest unit of the currency; with tax if inclusive."
    )
    amount_tax = fields.AmountField(
        help_text="Tax on the line, in the smallest unit of the currency."
    )
    product = fields.Reference(
        "Product",
        related_name="tax_transaction_line_items",
        help_text="The product that was sold, if it is on record.",
    )
    quantity = fields.SignedQuantityField(
        help_text="How many units were sold or, in a reversal, taken back."
    )
    reference = fields.StringField(help_text="The merchant's own name for the line.")
    reversal = fields.HashField(help_text="Which line was taken back; unset for a sale.")
    tax_behavior = fields.EnumField(
        choices=TaxBehavior, help_text="Whether the amount already contains the tax."
    )
    tax_code = fields.Reference(
        "TaxCode",
        related_name="tax_transaction_line_items",
        help_text="The class of goods or services that the line was taxed as.",
    )
    type = fields.EnumField(choices=Type, help_text="Whether the line is a sale or takes one back.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
