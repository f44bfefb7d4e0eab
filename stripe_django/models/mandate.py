from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class Mandate(StripeModel):
    """A customer's permission to debit a payment method, once or again and again."""

    stripe = Resource("mandate", area=Area.PAYMENTS, retrieve_path="/v1/mandates/{id}")

    class Status(models.TextChoices):
        ACTIVE = "active"
        INACTIVE = "inactive"
        PENDING = "pending"

    class Type(models.TextChoices):
        MULTI_USE = "multi_use"
        SINGLE_USE = "single_use"

    customer_acceptance = fields.HashField(
        help_text="How and when the customer agreed, online or not, with times in Unix seconds."
    )
    multi_use = fields.HashField(
        help_text="For a repeated mandate, any agreed amount in the smallest unit of its currency."
    )
    on_behalf_of = fields.Reference(
        "Account",
        related_name="on_behalf_of_mandates",
        help_text="The connected account that the permission was given to, if any.",
    )
    payment_method = fields.Reference(
        "PaymentMethod",
        related_name="mandates",
        help_text="The payment method that may be debited.",
    )
    payment_method_details = fields.HashField(
        help_text="The details of its payment method type, under the key that the type names."
    )
    single_use = fields.HashField(
        help_text="For one payment only, its amount in the smallest unit of its currency."
    )
    status = fields.EnumField(
        choices=Status, help_text="Whether payments can be made with the mandate now."
    )
    type = fields.EnumField(choices=Type, help_text="Whether it allows one payment or many.")
