from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class TaxId(StripeModel):
    """A customer's or an account's number with a tax authority, printed on invoices."""

    stripe = Resource(
        "tax_id", area=Area.CUSTOMERS, list_path="/v1/tax_ids", list_has_created_filter=False
    )

    country = fields.CodeField(help_text="Two-letter code of the country that issued the number.")
    customer = fields.Reference(
        "Customer",
        related_name="tax_ids",
        parent_lists=("tax_ids",),
        orphan_removal=True,
        help_text="The customer who has the number; unset if an account or application has it.",
    )
    customer_account = fields.Reference(
        "V2CoreAccount",
        related_name="tax_ids",
        help_text="The customer who has it, as an account of the second API version.",
    )
    owner = fields.HashField(
        help_text="Who has the number: a customer, an account or an application."
    )
    type = fields.CodeField(help_text="Kind of number and its country, such as eu_vat.")
    value = fields.CodeField(help_text="The number itself.")
    verification = fields.HashField(
        help_text="Whether the authority confirmed the number, and whose it is on record."
    )
    created = fields.TimestampField(db_index=True, help_text="When the tax ID was made.")

    def __str__(self) -> str:
        return self.value or self.stripe_id
