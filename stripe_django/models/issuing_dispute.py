from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class IssuingDispute(StripeModel):
    """An objection, on the cardholder's side, to a purchase with an issued card."""

    stripe = Resource("issuing.dispute", list_path="/v1/issuing/disputes")

    class LossReason(models.TextChoices):
        CARDHOLDER_AUTHENTICATION_ISSUER_LIABILITY = "cardholder_authentication_issuer_liability"
        ECI5_TOKEN_TRANSACTION_WITH_TAVV = "eci5_token_transaction_with_tavv"
        EXCESS_DISPUTES_IN_TIMEFRAME = "excess_disputes_in_timeframe"
        HAS_NOT_MET_THE_MINIMUM_DISPUTE_AMOUNT_REQUIREMENTS = (
            "has_not_met_the_minimum_dispute_amount_requirements"
        )
        INVALID_DUPLICATE_DISPUTE = "invalid_duplicate_dispute"
        INVALID_INCORRECT_AMOUNT_DISPUTE = "invalid_incorrect_amount_dispute"
        INVALID_NO_AUTHORIZATION = "invalid_no_authorization"
        INVALID_USE_OF_DISPUTES = "invalid_use_of_disputes"
        MERCHANDISE_DELIVERED_OR_SHIPPED = "merchandise_delivered_or_shipped"
        MERCHANDISE_OR_SERVICE_AS_DESCRIBED = "merchandise_or_service_as_described"
        NOT_CANCELLED = "not_cancelled"
        OTHER = "other"
        REFUND_ISSUED = "refund_issued"
        SUBMITTED_BEYOND_ALLOWABLE_TIME_LIMIT = "submitted_beyond_allowable_time_limit"
        TRANSACTION_3DS_REQUIRED = "transaction_3ds_required"
        TRANSACTION_APPROVED_AFTER_PRIOR_FRAUD_DISPUTE = (
            "transaction_approved_after_prior_fraud_dispute"
        )
        TRANSACTION_AUTHORIZED = "transaction_authorized"
        TRANSACTION_ELECTRONICALLY_READ = "transaction_electronically_read"
        TRANSACTION_QUALIFIES_FOR_VISA_EASY_PAYMENT_SERVICE = (
            "transaction_qualifies_for_visa_easy_payment_service"
        )
        TRANSACTION_UNATTENDED = "transaction_unattended"

    class Status(models.TextChoices):
        EXPIRED = "expired"
        LOST = "lost"
        SUBMITTED = "submitted"
        UNSUBMITTED = "unsubmitted"
        WON = "won"

    amount = fields.AmountField(help_text="What is disputed; usually the whole purchase.")
    balance_transactions = fields.HashField(
        owned=False, help_text="What the dispute did to the account's balance, as last seen."
    )
    currency = fields.CurrencyField(help_text="Currency of the disputed purchase.")
    evidence = fields.HashField(
        help_text="The reason for the dispute, and the evidence for it under that key."
    )
    loss_reason = fields.EnumField(
        choices=LossReason, help_text="Why the dispute was lost; unset for any other outcome."
    )
    status = fields.EnumField(
        choices=Status, help_text="Whether it waits to be submitted, is under way, or how it ended."
    )
    transaction = fields.Reference(
        "IssuingTransaction",
        related_name="disputes",
        source=("transaction", "disputed_transaction"),
        help_text="The purchase that is objected to.",
    )
    treasury = fields.HashField(
        help_text="Ids of what it moved on a Treasury financial account, if on one."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the dispute was made.")
