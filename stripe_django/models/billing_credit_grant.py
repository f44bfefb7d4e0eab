from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class BillingCreditGrant(StripeModel):
    """Credit that a customer was given or has bought, to be used up by later invoices."""

    stripe = Resource(
        "billing.credit_grant", list_path="/v1/billing/credit_grants", list_has_created_filter=False
    )

    class Category(models.TextChoices):
        PAID = "paid"
        PROMOTIONAL = "promotional"

    amount = fields.HashField(
        help_text="How much was granted, in the smallest unit of the currency in it."
    )
    applicability_config = fields.HashField(help_text="Which prices the credit may pay for.")
    category = fields.EnumField(
        choices=Category,
        help_text="Whether the customer paid for the credit or got it as a present.",
    )
    customer = fields.Reference(
        "Customer", related_name="credit_grants", help_text="The customer who may use the credit."
    )
    customer_account = fields.Reference(
        "V2CoreAccount",
        related_name="credit_grants",
        help_text="The customer, as an account of the second API version.",
    )
    effective_at = fields.TimestampField(help_text="When the credit can first be used.")
    expires_at = fields.TimestampField(help_text="When the credit lapses; unset if it never does.")
    name = fields.StringField(help_text="The merchant's name of the grant, shown in the dashboard.")
    priority = fields.IntegerField(
        help_text="Rank among the customer's grants: 0 is used first, 100 last."
    )
    test_clock = fields.Reference(
        "TestHelpersTestClock",
        related_name="credit_grants",
        help_text="The simulated clock that the grant follows, in test mode.",
    )
    updated = fields.TimestampField(help_text="When the grant was last changed.")
    voided_at = fields.TimestampField(
        help_text="When the grant was withdrawn; unset if it was not."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the grant was made.")

    def __str__(self) -> str:
        return self.name or self.stripe_id
