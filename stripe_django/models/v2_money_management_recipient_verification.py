from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class V2MoneyManagementRecipientVerification(StripeModel):
    """A check, before money is sent, that the name fits the bank account."""

    stripe = Resource(
        "v2.money_management.recipient_verification",
        retrieve_path="/v2/money_management/recipient_verifications/{id}",
    )

    class MatchResult(models.TextChoices):
        CLOSE_MATCH = "close_match"
        MATCH = "match"
        NO_MATCH = "no_match"
        UNAVAILABLE = "unavailable"

    class Status(models.TextChoices):
        ACKNOWLEDGED = "acknowledged"
        AWAITING_ACKNOWLEDGEMENT = "awaiting_acknowledgement"
        CONSUMED = "consumed"
        EXPIRED = "expired"
        VERIFIED = "verified"

    class VerificationType(models.TextChoices):
        CONFIRMATION_OF_PAYEE = "confirmation_of_payee"
        VERIFICATION_OF_PAYEE = "verification_of_payee"

    consumed_by = fields.HashField(help_text="Id of the payment that the check was used for.")
    expires_at = fields.TimestampField(
        unit=fields.Unit.TEXT,
        help_text="Until when the check can be used; unset for British ones.",
    )
    match_result = fields.EnumField(choices=MatchResult, help_text="How well the name fits.")
    match_result_details = fields.HashField(
        help_text="The name that was given, the name the bank has, and a message."
    )
    payout_method = fields.Reference(
        "V2MoneyManagementPayoutMethod",
        related_name="recipient_verifications",
        help_text="The payout method whose holder was checked.",
    )
    recipient = fields.Reference(
        "V2CoreAccount",
        related_name="recipient_verifications",
        help_text="The account that is to be paid; unset where owner and recipient are one.",
    )
    status = fields.EnumField(
        choices=Status, help_text="Whether the check still waits, can be used, or was used."
    )
    status_transitions = fields.HashField(
        help_text="When the result was acknowledged and when it was used."
    )
    verification_type = fields.EnumField(
        choices=VerificationType,
        help_text="Which scheme was asked: the European or the British one.",
    )
    created = fields.TimestampField(
        unit=fields.Unit.TEXT, db_index=True, help_text="When the check was made."
    )
