from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Q

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .computed import detail, flag
from .invoice import Invoice
from .names import card_name, joined, money
from .querysets.charge import ChargeManager
from .resource import Resource


def is_captured(payload: Mapping[str, Any]) -> bool | None:
    """In payloads of early 2012, which have the opposite."""
    is_uncaptured = flag(payload, "uncaptured")
    return None if is_uncaptured is None else not is_uncaptured


def is_disputed(payload: Mapping[str, Any]) -> bool | None:
    return payload["dispute"] is not None if "dispute" in payload else None


def status_of_flags(payload: Mapping[str, Any]) -> str | None:
    """Until 2015, a charge had no status: it was paid, or it says why it failed."""
    if flag(payload, "paid"):
        return "succeeded"
    has_failed = payload.get("failure_code") or payload.get("failure_message")
    return "failed" if has_failed else None


class Charge(StripeModel):
    """One attempt to move money from a customer into the account."""

    stripe = Resource(
        "charge", area=Area.PAYMENTS, dashboard_path="payments", list_path="/v1/charges"
    )

    class Status(models.TextChoices):
        SUCCEEDED = "succeeded"
        PENDING = "pending"
        FAILED = "failed"

    amount = fields.AmountField(help_text="What the customer is charged.")
    captured = fields.FlagField(
        source=("captured", is_captured),
        help_text="False while the money is only reserved on the customer's card.",
    )
    currency = fields.CurrencyField(help_text="Currency of the amounts of this charge.")
    paid = fields.FlagField(help_text="True once the charge succeeded or was authorised.")
    refunded = fields.FlagField(
        help_text="True once all of it was given back; a part is not enough."
    )
    source = fields.HashField(
        source=("source", "card", "payment_method_details"),
        owned=False,
        help_text="What was charged, as it was on that day: a card, a bank account and so on.",
    )
    status = fields.EnumField(
        choices=Status,
        source=("status", status_of_flags),
        help_text="How the attempt ended, or that it has not.",
    )
    amount_refunded = fields.PositiveAmountField(help_text="What was given back so far.")
    balance_transaction = fields.Reference(
        "BalanceTransaction",
        related_name="charges",
        help_text="What this charge did to the account's balance, refunds and disputes apart.",
    )
    customer = fields.Reference(
        "Customer",
        related_name="charges",
        db_index=False,  # the index with ``created`` finds it too
        help_text="The customer who was charged, if any.",
    )
    description = fields.StringField(help_text="The merchant's own note on the charge.")
    dispute = fields.Reference(
        "Dispute",
        related_name="charges",
        retired=True,
        help_text="The dispute that the payload names; newer payloads name the charge on the"
        " dispute instead.",
    )
    failure_code = fields.CodeField(help_text="Machine-readable reason of a failure.")
    failure_message = fields.StringField(help_text="Reason of a failure, for readers.")
    invoice = fields.Reference(
        "Invoice",
        related_name="charges",
        retired=True,
        help_text="The invoice that was paid, in payloads of API versions up to early 2025.",
    )
    receipt_email = fields.EmailField(help_text="Where the receipt was sent.")
    receipt_number = fields.CodeField(help_text="Number printed on the e-mailed receipt.")
    application_fee = fields.Reference(
        "ApplicationFee",
        related_name="charges",
        help_text="What the platform earned from this charge.",
    )
    destination = fields.Reference(
        "Account",
        related_name="destination_charges",
        source=("destination", "transfer_data.destination"),
        retired=True,
        help_text="The connected account that receives the money, if it is passed on.",
    )
    fraud_details = fields.HashField(help_text="What Stripe and the merchant reported about fraud.")
    shipping = fields.HashField(help_text="Where the goods were sent, and how.")
    transfer = fields.Reference(
        "Transfer",
        related_name="charges",
        help_text="The transfer that passed the money on to the destination account.",
    )
    amount_captured = fields.AmountField(help_text="What was actually taken.")
    application = fields.Reference(
        "Application",
        related_name="charges",
        help_text="The platform's application that made the charge, if any.",
    )
    application_fee_amount = fields.AmountField(help_text="What the platform asked for as its fee.")
    authorization_code = fields.CodeField(help_text="Code with which the bank approved the charge.")
    billing_details = fields.HashField(
        help_text="Name, address and other details of the payer at the time."
    )
    calculated_statement_descriptor = fields.StringField(
        help_text="The whole line that customers read on their card statement."
    )
    disputed = fields.FlagField(
        source=("disputed", is_disputed),
        help_text="Whether the customer has objected to the charge.",
    )
    failure_balance_transaction = fields.Reference(
        "BalanceTransaction",
        related_name="failed_charges",
        help_text="What took the money out of the balance again after the payment failed.",
    )
    level3 = fields.HashField(
        help_text="The purchase item by item, with shipping, as card networks ask of some"
        " businesses."
    )
    on_behalf_of = fields.Reference(
        "Account",
        related_name="on_behalf_of_charges",
        help_text="The connected account that counts as the seller, if it is another.",
    )
    outcome = fields.HashField(
        help_text="How bank and Radar judged the payment: risk, reason and advice."
    )
    payment_intent = fields.Reference(
        "PaymentIntent",
        related_name="charges",
        help_text="The intent that this charge is an attempt at, if there is one.",
    )
    payment_method = fields.Reference(
        "PaymentMethod", related_name="charges", help_text="The payment method that was charged."
    )
    payment_method_details = fields.HashField(
        help_text="The payment method as it was at the time, under the key of its type."
    )
    brand = fields.CodeField(
        source=detail("brand"), help_text="Brand of the card that was charged."
    )
    last4 = fields.CodeField(
        source=detail("last4"),
        help_text="Last four digits of the card or bank account that was charged.",
    )
    exp_month = fields.IntegerField(
        source=detail("exp_month"), help_text="Last month of the card that was charged, 1 to 12."
    )
    exp_year = fields.IntegerField(
        source=detail("exp_year"), help_text="Year of that month, four digits."
    )
    presentment_details = fields.HashField(
        help_text="The amount and currency that the customer saw, the amount in its smallest unit."
    )
    radar_options = fields.HashField(help_text="The Radar session that the fraud check drew on.")
    receipt_url = fields.URLField(help_text="Page with the receipt, up to date with refunds.")
    review = fields.Reference(
        "Review", related_name="charges", help_text="The manual check for fraud, if one was opened."
    )
    source_transfer = fields.Reference(
        "Transfer",
        related_name="destination_payments",
        lives_in=fields.ELSEWHERE,
        help_text="The transfer from another Stripe account that this charge received.",
    )
    statement_descriptor = fields.StringField(
        source=("statement_descriptor", "statement_description"),
        help_text="What customers read on their statements where no card was charged.",
    )
    statement_descriptor_suffix = fields.StringField(
        help_text="What is put after the account's prefix on card statements."
    )
    transfer_data = fields.HashField(
        help_text="Which connected account gets the money, and how much in the smallest unit."
    )
    transfer_group = fields.StringField(
        help_text="Label that charges and transfers of one transaction share."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the charge was made.")

    objects = ChargeManager()  # type: ignore[misc]

    class Meta(StripeModel.Meta):
        indexes = [
            models.Index(fields=["status", "created"], name="stripe_charge_status"),
            models.Index(fields=["customer", "created"], name="stripe_charge_customer"),
        ]

    def __str__(self) -> str:
        what = self.description or card_name(self.brand, self.last4)
        return joined(money(self), what) or self.stripe_id

    @property
    def paid_invoices(self) -> models.QuerySet[Invoice]:
        """The invoices that this charge was made for, in payloads of any API version."""
        found = Q(stripe_id=self.invoice_id) | Q(charge=self) | Q(payments__charge=self)
        if intent := self.payment_intent_id:
            found |= Q(payments__payment_intent=intent) | Q(payment_intent=intent)
            found |= Q(payment_intents__stripe_id=intent)
        invoices: models.QuerySet[Invoice] = Invoice.objects.using(self._state.db)
        return invoices.filter(found).distinct()
