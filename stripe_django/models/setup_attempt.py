from __future__ import annotations

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class SetupAttempt(StripeModel):
    """One try to save a payment method for later, whether it succeeded or not."""

    stripe = Resource(
        "setup_attempt",
        area=Area.PAYMENTS,
        list_path="/v1/setup_attempts",
        list_parent="setup_intent",
    )

    application = fields.Reference(
        "Application",
        related_name="setup_attempts",
        help_text="The platform's application that made the setup intent, at the time of the"
        " attempt.",
    )
    attach_to_self = fields.FlagField(
        help_text="Whether the payment method is kept for the account itself, to move its own"
        " money."
    )
    customer = fields.Reference(
        "Customer",
        related_name="setup_attempts",
        help_text="The customer of the setup intent at the time of the attempt.",
    )
    customer_account = fields.Reference(
        "V2CoreAccount",
        related_name="setup_attempts",
        help_text="That customer, as an account of the second API version.",
    )
    flow_directions = fields.HashField(
        help_text="Ways in which money is to move, for the account's own payment method: inbound,"
        " outbound."
    )
    on_behalf_of = fields.Reference(
        "Account",
        related_name="on_behalf_of_setup_attempts",
        help_text="The connected account that the payment method was set up for, at that time.",
    )
    payment_method = fields.Reference(
        "PaymentMethod",
        related_name="setup_attempts",
        help_text="The payment method that was to be saved.",
    )
    payment_method_details = fields.HashField(
        help_text="What the payment method was at the attempt, under the key that its type names."
    )
    setup_error = fields.HashField(owned=False, help_text="Why the attempt failed, if it did.")
    setup_intent = fields.Reference(
        "SetupIntent", related_name="setup_attempts", help_text="The setup intent that was tried."
    )
    status = fields.CodeField(
        help_text="How far the attempt has come, such as processing, succeeded or failed."
    )
    usage = fields.CodeField(
        help_text="Whether later payments are made with the customer present (on_session) or"
        " without (off_session)."
    )
    created = fields.TimestampField(db_index=True, help_text="When the attempt was made.")
