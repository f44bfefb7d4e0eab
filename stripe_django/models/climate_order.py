from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class ClimateOrder(StripeModel):
    """An order for the removal of carbon from the air, paid from the balance."""

    stripe = Resource(
        "climate.order", list_path="/v1/climate/orders", list_has_created_filter=False
    )

    class CancellationReason(models.TextChoices):
        EXPIRED = "expired"
        PRODUCT_UNAVAILABLE = "product_unavailable"
        REQUESTED = "requested"

    class Status(models.TextChoices):
        AWAITING_FUNDS = "awaiting_funds"
        CANCELED = "canceled"
        CONFIRMED = "confirmed"
        DELIVERED = "delivered"
        OPEN = "open"

    amount_fees = fields.AmountField(help_text="Service fees of Frontier.")
    amount_subtotal = fields.AmountField(help_text="Price of the removal without fees.")
    amount_total = fields.AmountField(help_text="Price with fees.")
    beneficiary = fields.HashField(
        help_text="Name of the one in whose favour the order is, as shown in public."
    )
    canceled_at = fields.TimestampField(help_text="When the order was cancelled.")
    cancellation_reason = fields.EnumField(
        choices=CancellationReason, help_text="Why the order was cancelled."
    )
    certificate = fields.URLField(help_text="Page with the proof of delivery, once delivered.")
    confirmed_at = fields.TimestampField(help_text="When the order was confirmed.")
    currency = fields.CurrencyField(help_text="Currency of the amounts of this order.")
    delayed_at = fields.TimestampField(help_text="When delivery was put off to a later year.")
    delivered_at = fields.TimestampField(help_text="When the order was delivered.")
    delivery_details = fields.HashField(
        owned=False,
        help_text="What was delivered: tonnes, when, where, by whom, and in which registry.",
    )
    expected_delivery_year = fields.IntegerField(
        help_text="Year in which delivery is expected; a past one means within 30 days."
    )
    metric_tons = fields.DecimalField(
        as_text=True, help_text="How much carbon is removed, in metric tonnes."
    )
    product = fields.Reference(
        "ClimateProduct", related_name="orders", help_text="The kind of removal that was ordered."
    )
    product_substituted_at = fields.TimestampField(
        help_text="When another product took the place of the one ordered."
    )
    status = fields.EnumField(choices=Status, help_text="How far the order has come.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the order was made.")
