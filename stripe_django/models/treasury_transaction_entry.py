from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class TreasuryTransactionEntry(StripeModel):
    """One step of a Treasury transaction, with its own effect on the balance."""

    stripe = Resource(
        "treasury.transaction_entry",
        list_path="/v1/treasury/transaction_entries",
        list_parent="financial_account",
    )

    class FlowType(models.TextChoices):
        CREDIT_REVERSAL = "credit_reversal"
        DEBIT_REVERSAL = "debit_reversal"
        INBOUND_TRANSFER = "inbound_transfer"
        ISSUING_AUTHORIZATION = "issuing_authorization"
        OTHER = "other"
        OUTBOUND_PAYMENT = "outbound_payment"
        OUTBOUND_TRANSFER = "outbound_transfer"
        RECEIVED_CREDIT = "received_credit"
        RECEIVED_DEBIT = "received_debit"

    class Type(models.TextChoices):
        CREDIT_REVERSAL = "credit_reversal"
        CREDIT_REVERSAL_POSTING = "credit_reversal_posting"
        DEBIT_REVERSAL = "debit_reversal"
        INBOUND_TRANSFER = "inbound_transfer"
        INBOUND_TRANSFER_RETURN = "inbound_transfer_return"
        ISSUING_AUTHORIZATION_HOLD = "issuing_authorization_hold"
        ISSUING_AUTHORIZATION_RELEASE = "issuing_authorization_release"
        OTHER = "other"
        OUTBOUND_PAYMENT = "outbound_payment"
        OUTBOUND_PAYMENT_CANCELLATION = "outbound_payment_cancellation"
        OUTBOUND_PAYMENT_FAILURE = "outbound_payment_failure"
        OUTBOUND_PAYMENT_POSTING = "outbound_payment_posting"
        OUTBOUND_PAYMENT_RETURN = "outbound_payment_return"
        OUTBOUND_TRANSFER = "outbound_transfer"
        OUTBOUND_TRANSFER_CANCELLATION = "outbound_transfer_cancellation"
        OUTBOUND_TRANSFER_FAILURE = "outbound_transfer_failure"
        OUTBOUND_TRANSFER_POSTING = "outbound_transfer_posting"
        OUTBOUND_TRANSFER_RETURN = "outbound_transfer_return"
        RECEIVED_CREDIT = "received_credit"
        RECEIVED_DEBIT = "received_debit"

    balance_impact = fields.HashField(
        help_text="By how much this step changes each part of the balance, in the smallest unit of "
        "the currency."
    )
    currency = fields.CurrencyField(help_text="Currency of the amounts of this entry.")
    effective_at = fields.TimestampField(help_text="When the balance changes, past or future.")
    financial_account = fields.Reference(
        "TreasuryFinancialAccount",
        related_name="transaction_entries",
        help_text="The financial account whose balance changes.",
    )
    flow = fields.ObjectIdField(
        help_text="Id of the transfer, payment, credit or debit behind the entry."
    )
    flow_details = fields.HashField(
        owned=False,
        help_text="A copy of what is behind the entry, under the key that its type names.",
    )
    flow_type = fields.EnumField(
        choices=FlowType, help_text="Which type of movement is behind the entry."
    )
    transaction = fields.Reference(
        "TreasuryTransaction",
        related_name="entries",
        parent_lists=("entries",),
        help_text="The transaction that this is a step of.",
    )
    type = fields.EnumField(
        choices=Type, help_text="Which step it is, such as a hold, a posting or a return."
    )
    created = fields.TimestampField(db_index=True, help_text="When the entry was made.")

    class Meta(StripeModel.Meta):
        verbose_name_plural = "treasury transaction entries"
