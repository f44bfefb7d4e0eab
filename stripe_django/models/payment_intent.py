from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .names import joined, money
from .resource import Resource


class PaymentIntent(StripeModel):
    """One payment to be collected, from its first attempt to its end."""

    stripe = Resource(
        "payment_intent",
        area=Area.PAYMENTS,
        dashboard_path="payments",
        list_path="/v1/payment_intents",
    )

    class CancellationReason(models.TextChoices):
        ABANDONED = "abandoned"
        AUTOMATIC = "automatic"
        DUPLICATE = "duplicate"
        EXPIRED = "expired"
        FAILED_INVOICE = "failed_invoice"
        FRAUDULENT = "fraudulent"
        REQUESTED_BY_CUSTOMER = "requested_by_customer"
        VOID_INVOICE = "void_invoice"

    class CaptureMethod(models.TextChoices):
        AUTOMATIC = "automatic"
        AUTOMATIC_ASYNC = "automatic_async"
        MANUAL = "manual"

    class ConfirmationMethod(models.TextChoices):
        AUTOMATIC = "automatic"
        MANUAL = "manual"

    class SetupFutureUsage(models.TextChoices):
        OFF_SESSION = "off_session"
        ON_SESSION = "on_session"

    class Status(models.TextChoices):
        CANCELED = "canceled"
        PROCESSING = "processing"
        REQUIRES_ACTION = "requires_action"
        REQUIRES_CAPTURE = "requires_capture"
        REQUIRES_CONFIRMATION = "requires_confirmation"
        REQUIRES_PAYMENT_METHOD = "requires_payment_method"
        SUCCEEDED = "succeeded"

    allowed_payment_method_types = fields.HashField(
        help_text="Types of payment method that Stripe may choose from for this payment."
    )
    amount = fields.AmountField(help_text="What is to be collected.")
    amount_capturable = fields.AmountField(help_text="What is reserved and can still be captured.")
    amount_details = fields.HashField(
        owned=False, help_text="What the amount is made of, such as goods, shipping, tax and tip."
    )
    amount_received = fields.AmountField(help_text="What was collected so far.")
    application = fields.Reference(
        "Application",
        related_name="payment_intents",
        help_text="The Connect application that made the payment intent.",
    )
    application_fee_amount = fields.AmountField(
        source=("application_fee_amount", "application_fee"),
        help_text="What goes to the platform.",
    )
    automatic_payment_methods = fields.HashField(
        help_text="Whether the payment method types follow the Dashboard's settings, redirects"
        " included."
    )
    canceled_at = fields.TimestampField(help_text="When it was cancelled.")
    cancellation_reason = fields.EnumField(
        choices=CancellationReason, help_text="Why it was cancelled, by the merchant or by Stripe."
    )
    capture_method = fields.EnumField(
        choices=CaptureMethod,
        help_text="Whether the money is taken at once or only reserved at first.",
    )
    confirmation_method = fields.EnumField(
        choices=ConfirmationMethod,
        help_text="Whether the customer's browser can confirm the payment, or only the server.",
    )
    currency = fields.CurrencyField(help_text="Currency of the amounts of this payment intent.")
    customer = fields.Reference(
        "Customer",
        db_index=False,  # the index with ``created`` finds it too
        related_name="payment_intents",
        help_text="The customer who pays, if known.",
    )
    customer_account = fields.Reference(
        "V2CoreAccount",
        related_name="payment_intents",
        help_text="The customer, as an account of the second API version.",
    )
    description = fields.StringField(help_text="The merchant's own note on the payment.")
    excluded_payment_method_types = fields.HashField(
        help_text="Types of payment method that must not be offered."
    )
    hooks = fields.HashField(
        help_text="Other objects that follow this payment, such as a tax calculation."
    )
    last_payment_error = fields.HashField(
        owned=False,
        help_text="Why the latest attempt failed; cleared by the next change to the intent.",
    )
    latest_charge = fields.Reference(
        "Charge",
        related_name="latest_charge_payment_intents",
        source=("latest_charge", "charges.data.0"),
        help_text="The charge of the newest attempt.",
    )
    invoice = fields.Reference(
        "Invoice",
        related_name="payment_intents",
        retired=True,
        help_text="The invoice that is paid, in payloads of API versions up to early 2025.",
    )
    managed_payments = fields.HashField(
        help_text="Whether Stripe's Managed Payments handles the sale."
    )
    next_action = fields.HashField(
        source=("next_action", "next_source_action"),
        help_text="What the customer has to do next, such as follow a redirect.",
    )
    on_behalf_of = fields.Reference(
        "Account",
        related_name="on_behalf_of_payment_intents",
        help_text="The connected account that counts as the seller, if not this one.",
    )
    payment_details = fields.HashField(
        help_text="The merchant's own references to the order and the customer."
    )
    payment_method = fields.Reference(
        "PaymentMethod",
        related_name="payment_intents",
        help_text="The payment method that it is paid with.",
    )
    payment_method_configuration_details = fields.HashField(
        help_text="Id of the configuration that chose the payment method types, and of its parent."
    )
    payment_method_options = fields.HashField(
        help_text="Settings of each payment method type, by type."
    )
    payment_method_types = fields.HashField(
        source=("payment_method_types", "allowed_source_types"),
        help_text="Types of payment method that the customer can pay with.",
    )
    payment_record = fields.Reference(
        "PaymentRecord",
        related_name="payment_intents",
        help_text="The payment record that it made.",
    )
    presentment_details = fields.HashField(
        help_text="Amount, in the smallest unit, and currency that the customer was shown."
    )
    processing = fields.HashField(
        help_text="What is known about a payment while it is processed, under the key that the type"
        " names."
    )
    receipt_email = fields.EmailField(help_text="Where the receipt is sent.")
    review = fields.Reference(
        "Review",
        related_name="payment_intents",
        help_text="The review for fraud that holds up or follows the payment.",
    )
    setup_future_usage = fields.EnumField(
        choices=SetupFutureUsage,
        help_text="Whether the method is kept for later, with the customer present or away.",
    )
    shipping = fields.HashField(help_text="Where the goods are sent, and how.")
    source = fields.ObjectIdField(
        help_text="Id of the card or other source that is charged, in older integrations."
    )
    statement_descriptor = fields.StringField(
        help_text="What the customer reads about a payment without a card on the bank statement."
    )
    statement_descriptor_suffix = fields.StringField(
        help_text="End of what the customer reads on a card's statement, after the account's"
        " prefix."
    )
    status = fields.EnumField(
        choices=Status,
        final=("canceled",),
        help_text="How far the payment has come, and what it waits for.",
    )
    transfer_data = fields.HashField(
        help_text="The connected account that the money is passed on to, and how much."
    )
    transfer_group = fields.StringField(
        help_text="The merchant's key that groups the payment with its transfers."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the payment intent was made.")

    class Meta(StripeModel.Meta):
        indexes = [
            models.Index(fields=["status", "created"], name="stripe_intent_status"),
            models.Index(fields=["customer", "created"], name="stripe_intent_customer"),
        ]

    def __str__(self) -> str:
        return joined(money(self), self.description) or self.stripe_id
