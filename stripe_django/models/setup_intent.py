from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class SetupIntent(StripeModel):
    """The saving of a payment method for later payments, from start to end."""

    stripe = Resource(
        "setup_intent",
        area=Area.PAYMENTS,
        dashboard_path="setup_intents",
        list_path="/v1/setup_intents",
    )

    class CancellationReason(models.TextChoices):
        ABANDONED = "abandoned"
        DUPLICATE = "duplicate"
        REQUESTED_BY_CUSTOMER = "requested_by_customer"

    class Status(models.TextChoices):
        CANCELED = "canceled"
        PROCESSING = "processing"
        REQUIRES_ACTION = "requires_action"
        REQUIRES_CONFIRMATION = "requires_confirmation"
        REQUIRES_PAYMENT_METHOD = "requires_payment_method"
        SUCCEEDED = "succeeded"

    allowed_payment_method_types = fields.HashField(
        help_text="The only types of payment method that Stripe may offer."
    )
    application = fields.Reference(
        "Application",
        related_name="setup_intents",
        help_text="The platform's application that made the setup intent.",
    )
    attach_to_self = fields.FlagField(
        help_text="Whether the payment method is kept for the account itself, to move its own"
        " money."
    )
    automatic_payment_methods = fields.HashField(
        help_text="Whether Stripe chooses the payment methods to offer, and if they may redirect"
        " the customer."
    )
    cancellation_reason = fields.EnumField(
        choices=CancellationReason, help_text="Why it was cancelled, if a reason was given."
    )
    customer = fields.Reference(
        "Customer",
        related_name="setup_intents",
        help_text="The customer whom the payment method is saved for, if any.",
    )
    customer_account = fields.Reference(
        "V2CoreAccount",
        related_name="setup_intents",
        help_text="The customer, as an account of the second API version.",
    )
    description = fields.StringField(help_text="The merchant's own note on the setup intent.")
    excluded_payment_method_types = fields.HashField(
        help_text="Types of payment method that must not be offered."
    )
    flow_directions = fields.HashField(
        help_text="Ways in which money is to move, for the account's own payment method: inbound,"
        " outbound."
    )
    last_setup_error = fields.HashField(owned=False, help_text="Why the previous attempt failed.")
    latest_attempt = fields.Reference(
        "SetupAttempt",
        related_name="latest_attempt_setup_intents",
        help_text="The most recent attempt to complete it.",
    )
    managed_payments = fields.HashField(help_text="Whether Stripe's Managed Payments are used.")
    mandate = fields.Reference(
        "Mandate",
        related_name="setup_intents",
        help_text="The customer's lasting permission to be charged, which came of it.",
    )
    next_action = fields.HashField(
        help_text="What the customer has to do next, such as following a link."
    )
    on_behalf_of = fields.Reference(
        "Account",
        related_name="on_behalf_of_setup_intents",
        help_text="The connected account that the payment method is set up for.",
    )
    payment_method = fields.Reference(
        "PaymentMethod", related_name="setup_intents", help_text="The payment method that is saved."
    )
    payment_method_configuration_details = fields.HashField(
        help_text="Ids of the payment method configuration that was used and of its parent."
    )
    payment_method_options = fields.HashField(help_text="Settings by type of payment method.")
    payment_method_types = fields.HashField(
        help_text="Types of payment method that it can save, such as card."
    )
    single_use_mandate = fields.Reference(
        "Mandate",
        related_name="single_use_setup_intents",
        help_text="The customer's permission to be charged once, which came of it.",
    )
    status = fields.EnumField(choices=Status, help_text="How far the saving has come.")
    usage = fields.CodeField(
        help_text="Whether later payments are made with the customer present (on_session) or"
        " without (off_session)."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the setup intent was made.")

    def __str__(self) -> str:
        return self.description or self.stripe_id
