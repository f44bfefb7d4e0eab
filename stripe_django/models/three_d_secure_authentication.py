from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class ThreeDSecureAuthentication(StripeModel):
    """A 3D Secure check of a cardholder, for a payment that may go through any processor."""

    stripe = Resource(
        "three_d_secure.authentication", list_path="/v1/three_d_secure/authentications"
    )

    class DirectoryServer(models.TextChoices):
        AMERICAN_EXPRESS = "american_express"
        CARTES_BANCAIRES = "cartes_bancaires"
        DISCOVER = "discover"
        MASTERCARD = "mastercard"
        VISA = "visa"

    class MessageCategory(models.TextChoices):
        NON_PAYMENT_AUTHENTICATION = "non_payment_authentication"
        PAYMENT_AUTHENTICATION = "payment_authentication"

    class Outcome(models.TextChoices):
        ABANDONED = "abandoned"
        ATTEMPT_ACKNOWLEDGED = "attempt_acknowledged"
        AUTHENTICATED = "authenticated"
        CANCELED = "canceled"
        DENIED = "denied"
        INFORMATIONAL = "informational"
        INTERNAL_ERROR = "internal_error"
        NOT_SUPPORTED = "not_supported"
        NOT_TRIGGERED = "not_triggered"
        PROCESSING_ERROR = "processing_error"
        REJECTED = "rejected"

    class Reason(models.TextChoices):
        CARDHOLDER_AUTHENTICATION = "cardholder_authentication"
        ISSUER_REQUESTED = "issuer_requested"
        LIABILITY_SHIFT = "liability_shift"
        PROCESSING_COSTS = "processing_costs"
        REGULATORY_COMPLIANCE = "regulatory_compliance"

    class Status(models.TextChoices):
        CANCELED = "canceled"
        ERROR = "error"
        FAILED = "failed"
        REQUIRES_CHALLENGE = "requires_challenge"
        REQUIRES_SUBMISSION = "requires_submission"
        SUCCEEDED = "succeeded"

    acquirer_details = fields.HashField(
        help_text="The merchant and its bank, as the card network knows them."
    )
    amount = fields.AmountField(help_text="What the cardholder is asked to confirm.")
    challenge_url = fields.URLField(
        help_text="Page where the cardholder proves who they are, while that is asked for."
    )
    channel = fields.HashField(
        help_text="Whether it runs in a browser or without the cardholder, and details of that."
    )
    currency = fields.CurrencyField(help_text="Currency of the amounts of this authentication.")
    directory_server = fields.EnumField(
        choices=DirectoryServer,
        help_text="The card network that passed the request on to the issuer.",
    )
    fingerprinting_url = fields.URLField(
        help_text="Page by which the issuer recognises the device, where it supports that."
    )
    flow_preference = fields.HashField(
        help_text="Whether the merchant prefers a challenge, none, or only shared data."
    )
    future_usage = fields.HashField(
        help_text="Later payments that it also covers: instalments or a series."
    )
    message_category = fields.EnumField(
        choices=MessageCategory, help_text="Whether it is for a payment or for another purpose."
    )
    outcome = fields.EnumField(choices=Outcome, help_text="How the check ended.")
    outcome_details = fields.HashField(
        help_text="The result in full, with the cryptogram and identifiers that prove it."
    )
    payment_method = fields.Reference(
        "PaymentMethod",
        related_name="three_d_secure_authentications",
        help_text="The payment method whose holder is checked.",
    )
    reason = fields.EnumField(choices=Reason, help_text="Why the merchant asked for the check.")
    shipping_address = fields.HashField(help_text="Where the goods are to be sent.")
    status = fields.EnumField(choices=Status, help_text="How far the check has come.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the authentication was made.")
