from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_django import fields

from .base import StripeModel
from .sources import text

CLOSED = {"paid", "void", "uncollectible"}


def is_closed(payload: Mapping[str, Any]) -> bool | None:
    status = text(payload, "status")
    return None if status is None else status in CLOSED


def is_forgiven(payload: Mapping[str, Any]) -> bool | None:
    status = text(payload, "status")
    return None if status is None else status == "uncollectible"


def is_paid(payload: Mapping[str, Any]) -> bool | None:
    status = text(payload, "status")
    return None if status is None else status == "paid"


def tax_total(payload: Mapping[str, Any]) -> int | None:
    for key in ("total_taxes", "total_tax_amounts"):
        taxes = payload.get(key)
        if isinstance(taxes, list):
            amounts = (tax.get("amount") for tax in taxes if isinstance(tax, Mapping))
            return sum(amount for amount in amounts if type(amount) is int)
    return None


class Invoice(StripeModel):
    """What a customer owes for a period or a purchase, and how far it is paid."""

    OBJECT_NAME = "invoice"
    LIST_PATH = "/v1/invoices"

    amount_due = fields.AmountField(
        help_text="What is to be collected, in the smallest unit of the currency."
    )
    attempt_count = fields.CountField(help_text="How often Stripe tried to collect it.")
    attempted = fields.FlagField(help_text="Whether Stripe tried to collect it at all.")
    closed = fields.FlagField(
        source=("closed", is_closed),
        help_text="Whether collecting is over: paid, void or given up.",
    )
    currency = fields.CurrencyField(help_text="Currency of the amounts of this invoice.")
    customer = fields.Reference(
        "Customer", related_name="invoices", help_text="The customer who owes the money."
    )
    date = fields.TimestampField(
        source=("date", "created"), help_text="When the invoice was made (UTC)."
    )
    forgiven = fields.FlagField(
        source=("forgiven", is_forgiven),
        help_text="Whether the merchant gave up on the money.",
    )
    lines = fields.HashField(help_text="What is billed, line by line, as last seen.")
    paid = fields.FlagField(source=("paid", is_paid), help_text="True once nothing is owed.")
    period_end = fields.TimestampField(
        help_text="End of the time in which the billed items were collected (UTC)."
    )
    period_start = fields.TimestampField(
        help_text="Start of the time in which the billed items were collected (UTC)."
    )
    starting_balance = fields.AmountField(
        help_text="The customer's balance before the invoice, in the smallest unit of the currency;"
        " negative for credit."
    )
    subtotal = fields.AmountField(
        help_text="Sum of the lines before discounts on the whole and before taxes on top, in the"
        " smallest unit of the currency."
    )
    total = fields.AmountField(
        help_text="Sum after discounts and taxes, in the smallest unit of the currency."
    )
    application_fee = fields.AmountField(
        source=("application_fee", "application_fee_amount"),
        help_text="What goes to the platform once paid, in the smallest unit of the currency.",
    )
    description = fields.StringField(help_text="The merchant's own note on the invoice.")
    discount = fields.Reference(
        "Discount",
        related_name="invoices",
        source=("discount", "discounts.0"),
        help_text="The discount on the whole invoice; the first one if there are several.",
    )
    ending_balance = fields.AmountField(
        help_text="The customer's balance after the invoice, in the smallest unit of the currency;"
        " unset before it is tried."
    )
    next_payment_attempt = fields.TimestampField(
        help_text="When Stripe tries again to collect it (UTC); unset if it will not."
    )
    receipt_number = fields.CodeField(help_text="Number printed on the e-mailed receipt.")
    statement_descriptor = fields.StringField(
        help_text="What the customer reads about it on the card's statement."
    )
    subscription = fields.Reference(
        "Subscription",
        related_name="invoices",
        source=("subscription", "parent.subscription_details.subscription"),
        help_text="The subscription that the invoice is for, if any.",
    )
    webhooks_delivered_at = fields.TimestampField(
        help_text="When the merchant's endpoints had confirmed the new invoice (UTC)."
    )
    subscription_proration_date = fields.IntegerField(
        source=(
            "subscription_proration_date",
            "parent.subscription_details.subscription_proration_date",
        ),
        help_text="Moment up to which a changed subscription was split, in Unix seconds.",
    )
    tax = fields.AmountField(
        source=("tax", tax_total),
        help_text="All taxes together, in the smallest unit of the currency.",
    )
    tax_percent = fields.PercentField(
        help_text="Tax on the lines in per cent, in payloads of old API versions."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
