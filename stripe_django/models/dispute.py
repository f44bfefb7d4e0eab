from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .names import joined, money, words
from .read_only import Link
from .resource import Resource


class Dispute(StripeModel):
    """A customer's objection to a charge, raised with the bank that issued the card."""

    stripe = Resource(
        "dispute",
        area=Area.PAYMENTS,
        dashboard_path="disputes",
        id_from=("charge",),
        list_path="/v1/disputes",
    )

    class Reason(models.TextChoices):
        BANK_CANNOT_PROCESS = "bank_cannot_process"
        CHECK_RETURNED = "check_returned"
        CREDIT_NOT_PROCESSED = "credit_not_processed"
        CUSTOMER_INITIATED = "customer_initiated"
        DEBIT_NOT_AUTHORIZED = "debit_not_authorized"
        DUPLICATE = "duplicate"
        FRAUDULENT = "fraudulent"
        GENERAL = "general"
        INCORRECT_ACCOUNT_DETAILS = "incorrect_account_details"
        INSUFFICIENT_FUNDS = "insufficient_funds"
        PRODUCT_NOT_RECEIVED = "product_not_received"
        PRODUCT_UNACCEPTABLE = "product_unacceptable"
        SUBSCRIPTION_CANCELED = "subscription_canceled"
        UNRECOGNIZED = "unrecognized"

    class Status(models.TextChoices):
        WARNING_NEEDS_RESPONSE = "warning_needs_response"
        WARNING_UNDER_REVIEW = "warning_under_review"
        WARNING_CLOSED = "warning_closed"
        NEEDS_RESPONSE = "needs_response"
        UNDER_REVIEW = "under_review"
        APPEAL_NEEDS_RESPONSE = "appeal_needs_response"
        APPEAL_UNDER_REVIEW = "appeal_under_review"
        CHARGE_REFUNDED = "charge_refunded"
        PREVENTED = "prevented"
        WON = "won"
        LOST = "lost"

    AWAITING_RESPONSE = frozenset(
        {Status.NEEDS_RESPONSE, Status.WARNING_NEEDS_RESPONSE, Status.APPEAL_NEEDS_RESPONSE}
    )

    class IntendedSubmissionMethod(models.TextChoices):
        MANUAL = "manual"
        PREFER_MANUAL = "prefer_manual"
        PREFER_SMART_DISPUTES = "prefer_smart_disputes"
        SMART_DISPUTES = "smart_disputes"

    amount = fields.AmountField(help_text="What is in dispute; it can differ from the charge.")
    currency = fields.CurrencyField(help_text="Currency of the amount.")
    reason = fields.EnumField(choices=Reason, help_text="Why the cardholder objects.")
    status = fields.EnumField(choices=Status, help_text="How far the dispute has come.")
    evidence = fields.Reference(
        "DisputeEvidence",
        related_name="disputes",
        owned=True,
        help_text="What the merchant has put forward.",
    )
    evidence_details = fields.HashField(
        help_text="By when evidence is due, and how often it was handed in."
    )
    due_by = fields.TimestampField(
        source=("evidence_details.due_by", "evidence_due_by"),
        db_index=True,
        help_text="By when evidence has to be handed in; unset if none can be.",
    )
    is_charge_refundable = fields.FlagField(
        help_text="Whether refunding the charge would still end the dispute."
    )
    balance_transaction: fields.Links = fields.Links(
        "BalanceTransaction",
        through="DisputeBalanceTransaction",
        related_name="disputes",
        source=("balance_transactions", "balance_transaction"),
        help_text="What the dispute took from the balance, and what came back if it was won.",
    )
    balance_transactions = fields.HashField(
        owned=False,
        help_text="Money taken from the balance for the dispute, and put back if it was won.",
    )
    charge = fields.Reference(
        "Charge", related_name="disputes", help_text="The charge that the customer objects to."
    )
    enhanced_eligibility_types = fields.HashField(
        help_text="Card network programmes that stronger evidence can be put forward under."
    )
    intended_submission_method = fields.EnumField(
        choices=IntendedSubmissionMethod,
        help_text="Who is to hand in the evidence: the merchant or Stripe's automatic service.",
    )
    network_reason_code = fields.CodeField(help_text="The card network's own code for the reason.")
    payment_intent = fields.Reference(
        "PaymentIntent",
        related_name="disputes",
        help_text="The payment that the customer objects to.",
    )
    payment_method_details = fields.HashField(
        help_text="What was charged, and what its network says about the dispute."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the dispute was raised.")

    def __str__(self) -> str:
        return joined(money(self), words(self.reason)) or self.stripe_id


class DisputeBalanceTransaction(Link):
    """Names one balance transaction of a dispute."""

    dispute = fields.Reference(
        "Dispute",
        related_name="+",
        null=False,
        db_index=False,  # the constraint's index begins with it
        help_text="The dispute that moved the money.",
    )
    balance_transaction = fields.Reference(
        "BalanceTransaction",
        related_name="+",
        null=False,
        help_text="The money that the dispute moved.",
    )

    class Meta(Link.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "balance_transaction"],
                name="stripe_django_dispute_balance_transaction",
            )
        ]
