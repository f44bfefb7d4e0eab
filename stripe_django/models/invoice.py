from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Q

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .computed import flag, text
from .querysets.invoice import InvoiceManager
from .resource import Resource

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


def is_collected(payload: Mapping[str, Any]) -> bool | None:
    """Whether Stripe continues to collect, which payloads until 2018 say the other way round."""
    is_over = flag(payload, "closed")
    return None if is_over is None else not is_over


def status_of_flags(payload: Mapping[str, Any]) -> str | None:
    """As far as it is certain: payloads until 2018 have flags, and drafts look like open ones."""
    if flag(payload, "paid"):
        return "paid"
    return "uncollectible" if flag(payload, "forgiven") else None


def tax_total(payload: Mapping[str, Any]) -> int | None:
    for key in ("total_taxes", "total_tax_amounts"):
        taxes = payload.get(key)
        if isinstance(taxes, list):
            amounts = (tax.get("amount") for tax in taxes if isinstance(tax, Mapping))
            return sum(amount for amount in amounts if type(amount) is int)
    return None


class Invoice(StripeModel):
    """What a customer owes for a period or a purchase, and how far it is paid."""

    stripe = Resource(
        "invoice", area=Area.BILLING, dashboard_path="invoices", list_path="/v1/invoices"
    )

    class BillingReason(models.TextChoices):
        AUTOMATIC_PENDING_INVOICE_ITEM_INVOICE = "automatic_pending_invoice_item_invoice"
        MANUAL = "manual"
        QUOTE_ACCEPT = "quote_accept"
        SUBSCRIPTION = "subscription"
        SUBSCRIPTION_CREATE = "subscription_create"
        SUBSCRIPTION_CYCLE = "subscription_cycle"
        SUBSCRIPTION_THRESHOLD = "subscription_threshold"
        SUBSCRIPTION_UPDATE = "subscription_update"
        UPCOMING = "upcoming"

    class CollectionMethod(models.TextChoices):
        CHARGE_AUTOMATICALLY = "charge_automatically"
        SEND_INVOICE = "send_invoice"

    class TaxExempt(models.TextChoices):
        EXEMPT = "exempt"
        NONE = "none"
        REVERSE = "reverse"

    class Status(models.TextChoices):
        DRAFT = "draft"
        OPEN = "open"
        PAID = "paid"
        UNCOLLECTIBLE = "uncollectible"
        VOID = "void"

    amount_due = fields.AmountField(help_text="What is to be collected.")
    attempt_count = fields.CountField(help_text="How often Stripe tried to collect it.")
    attempted = fields.FlagField(help_text="Whether Stripe tried to collect it at all.")
    closed = fields.FlagField(
        source=("closed", is_closed),
        retired=True,
        help_text="Whether collecting is over: paid, void or uncollectible.",
    )
    currency = fields.CurrencyField(help_text="Currency of the amounts of this invoice.")
    customer = fields.Reference(
        "Customer",
        db_index=False,  # the index with ``created`` finds it too
        related_name="invoices",
        help_text="The customer who owes the money.",
    )
    date = fields.TimestampField(
        source=("date", "created"), retired=True, help_text="When the invoice was made."
    )
    forgiven = fields.FlagField(
        source=("forgiven", is_forgiven),
        retired=True,
        help_text="Whether the merchant expects to be paid no more.",
    )
    lines = fields.HashField(owned=True, help_text="What is billed, line by line, as last seen.")
    paid = fields.FlagField(
        source=("paid", is_paid), retired=True, help_text="True once nothing is owed."
    )
    period_end = fields.TimestampField(
        help_text="End of the time in which the billed items were collected."
    )
    period_start = fields.TimestampField(
        help_text="Start of the time in which the billed items were collected."
    )
    starting_balance = fields.AmountField(
        help_text="The customer's balance before the invoice; negative for credit."
    )
    subtotal = fields.AmountField(
        help_text="Sum of the lines before discounts on the whole and before taxes on top."
    )
    total = fields.AmountField(help_text="Sum after discounts and taxes.")
    application_fee = fields.AmountField(
        source=("application_fee", "application_fee_amount"),
        retired=True,
        help_text="What goes to the platform once paid.",
    )
    description = fields.StringField(help_text="The merchant's own note on the invoice.")
    discount = fields.Reference(
        "Discount",
        related_name="invoices",
        source=("discount", "discounts.0"),
        retired=True,
        help_text="The discount on the whole invoice; the first one if there are several.",
    )
    ending_balance = fields.AmountField(
        help_text="The customer's balance after the invoice; unset before it is tried."
    )
    next_payment_attempt = fields.TimestampField(
        help_text="When Stripe tries again to collect it; unset if it will not."
    )
    receipt_number = fields.CodeField(help_text="Number printed on the e-mailed receipt.")
    statement_descriptor = fields.StringField(
        source=("statement_descriptor", "statement_description"),
        help_text="What the customer reads about it on the card's statement.",
    )
    subscription = fields.Reference(
        "Subscription",
        related_name="invoices",
        source=("subscription", "parent.subscription_details.subscription"),
        retired=True,
        help_text="The subscription that the invoice is for, if any.",
    )
    charge = fields.Reference(
        "Charge",
        related_name="invoices",
        retired=True,
        help_text="The charge that paid it, in payloads of API versions up to early 2025; see"
        " paying_charges for any version.",
    )
    payment_intent = fields.Reference(
        "PaymentIntent",
        related_name="invoices",
        retired=True,
        help_text="The intent that paid it, in payloads of API versions up to early 2025.",
    )
    webhooks_delivered_at = fields.TimestampField(
        help_text="When the merchant's endpoints had confirmed the new invoice."
    )
    subscription_proration_date = fields.IntegerField(
        source=(
            "subscription_proration_date",
            "parent.subscription_details.subscription_proration_date",
        ),
        retired=True,
        help_text="Moment up to which a changed subscription was split, in Unix seconds.",
    )
    tax = fields.AmountField(
        source=("tax", tax_total),
        retired=True,
        help_text="All taxes together.",
    )
    tax_percent = fields.PercentField(
        retired=True, help_text="Tax on the lines in per cent, in payloads of old API versions."
    )
    account_country = fields.CodeField(
        help_text="Two-letter code of the country of the business that bills."
    )
    account_name = fields.StringField(help_text="Public name of the business that bills.")
    account_tax_ids = fields.HashField(
        help_text="Tax numbers of the business that bills, by their ids at Stripe."
    )
    amount_overpaid = fields.AmountField(
        help_text="What was paid too much; it becomes the customer's credit."
    )
    amount_paid = fields.AmountField(help_text="What was paid so far.")
    amount_paid_off_stripe = fields.AmountField(
        help_text="What was paid by other means than Stripe."
    )
    amount_remaining = fields.AmountField(help_text="What is still to be paid.")
    amount_shipping = fields.AmountField(help_text="Shipping costs together.")
    application = fields.Reference(
        "Application",
        related_name="invoices",
        help_text="The Connect application that made the invoice, if any.",
    )
    auto_advance = fields.FlagField(
        source=("auto_advance", is_collected),
        help_text="Whether Stripe finalises and collects it without being asked.",
    )
    automatic_tax = fields.HashField(
        help_text="Whether Stripe works out the tax, who owes it, and how that went."
    )
    automatically_finalizes_at = fields.TimestampField(
        help_text="When the draft is going to be finalised by itself; unset if it is not."
    )
    billing_reason = fields.EnumField(
        choices=BillingReason, help_text="Why it was made, such as a subscription's new period."
    )
    collection_method = fields.EnumField(
        choices=CollectionMethod,
        source=("collection_method", "billing"),
        help_text="Whether Stripe charges the customer or sends the invoice for payment.",
    )
    confirmation_secret = fields.HashField(
        on_request=True,
        help_text="What the customer's browser needs in order to pay the finalised invoice.",
    )
    custom_fields = fields.HashField(
        help_text="The merchant's own names and values, printed on the invoice."
    )
    customer_account = fields.Reference(
        "V2CoreAccount",
        related_name="invoices",
        help_text="The customer, as an account of the second API version.",
    )
    customer_address = fields.HashField(
        help_text="The customer's billing address, as it was when the invoice was finalised."
    )
    customer_email = fields.EmailField(
        help_text="The customer's e-mail address, as it was when the invoice was finalised."
    )
    customer_name = fields.StringField(
        help_text="The customer's name, as it was when the invoice was finalised."
    )
    customer_phone = fields.StringField(
        help_text="The customer's phone number, as it was when the invoice was finalised."
    )
    customer_shipping = fields.HashField(
        help_text="Where the customer's goods went, as known when the invoice was finalised."
    )
    customer_tax_exempt = fields.EnumField(
        choices=TaxExempt,
        help_text="Whether the customer paid tax, as it was when the invoice was finalised.",
    )
    customer_tax_ids = fields.HashField(
        help_text="The customer's tax numbers, as they were when the invoice was finalised."
    )
    default_payment_method = fields.Reference(
        "PaymentMethod",
        related_name="invoices",
        help_text="The payment method to be charged, rather than the subscription's or the "
        "customer's.",
    )
    default_source = fields.ObjectIdField(
        help_text="Id of the card or other source to be charged, rather than the customer's."
    )
    default_tax_rates = fields.HashField(
        owned=False, help_text="Tax rates of the lines that have none of their own."
    )
    discounts = fields.HashField(help_text="The discounts on the whole invoice.")
    due_date = fields.TimestampField(
        help_text="By when the customer has to pay; unset if Stripe charges by itself."
    )
    effective_at = fields.TimestampField(
        help_text="Date of issue on the document, which the merchant may have chosen."
    )
    footer = fields.TextField(help_text="What is printed at the foot of the invoice.")
    from_invoice = fields.HashField(
        help_text="The invoice that it was copied from, and how the two relate."
    )
    hosted_invoice_url = fields.URLField(
        help_text="Web page where the customer can see and pay it, once finalised."
    )
    invoice_pdf = fields.URLField(help_text="Where the document can be downloaded, once finalised.")
    issuer = fields.HashField(help_text="Who issues it: the account itself or a connected one.")
    last_finalization_error = fields.HashField(
        owned=False, help_text="Why it could not be finalised the last time; unset once it was."
    )
    latest_revision = fields.Reference(
        "Invoice",
        related_name="revised_invoices",
        help_text="The newest finalised invoice that replaces this one.",
    )
    number = fields.CodeField(help_text="Number printed on the invoice.")
    on_behalf_of = fields.Reference(
        "Account",
        related_name="on_behalf_of_invoices",
        help_text="The connected account whose sale it is, and whose name the customer sees.",
    )
    parent = fields.HashField(help_text="What it was made from: a subscription or a quote.")
    payment_settings = fields.HashField(
        help_text="Which payment method types it accepts, with their settings and mandate."
    )
    post_payment_credit_notes_amount = fields.AmountField(
        help_text="Credit notes issued after it was paid, together."
    )
    pre_payment_credit_notes_amount = fields.AmountField(
        help_text="Credit notes issued before it was paid, together."
    )
    rendering = fields.HashField(
        source=("rendering", "rendering_options"),
        help_text="How the document and the web page look.",
    )
    shipping_cost = fields.HashField(
        owned=False,
        help_text="Shipping with its rate and taxes, in the smallest unit of the currency.",
    )
    shipping_details = fields.HashField(
        help_text="Name, phone number and address that the goods are sent to."
    )
    status = fields.EnumField(
        choices=Status,
        source=("status", status_of_flags),
        help_text="Status, from draft to paid or uncollectible.",
    )
    status_details = fields.HashField(help_text="Why it is held to be uncollectible.")
    status_transitions = fields.HashField(
        help_text="When it was finalised, paid, voided or marked uncollectible, in Unix seconds."
    )
    paid_at = fields.TimestampField(
        source="status_transitions.paid_at", help_text="When it was paid."
    )
    subtotal_excluding_tax = fields.AmountField(
        help_text="Sum of the lines before discounts on the whole, without tax."
    )
    test_clock = fields.Reference(
        "TestHelpersTestClock",
        related_name="invoices",
        help_text="The simulated clock that the invoice lives by, in test mode.",
    )
    threshold_reason = fields.HashField(
        help_text="Which limit of amount or use made Stripe bill early."
    )
    total_discount_amounts = fields.HashField(
        help_text="Sum of each discount over all lines, in the smallest unit of the currency."
    )
    total_excluding_tax = fields.AmountField(help_text="Sum after discounts, without any tax.")
    total_pretax_credit_amounts = fields.HashField(
        help_text="Discounts and credits that lowered it before tax, in the smallest unit of the "
        "currency."
    )
    total_taxes = fields.HashField(
        source=("total_taxes", "total_tax_amounts"),
        help_text="The taxes over all lines, with rate and treatment, in the smallest unit of the "
        "currency.",
    )
    created = fields.TimestampField(
        db_index=True,
        source=("created", "date"),
        help_text="When the invoice was made.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")

    objects = InvoiceManager()  # type: ignore[misc]

    class Meta(StripeModel.Meta):
        indexes = [
            models.Index(fields=["status", "created"], name="stripe_invoice_status"),
            models.Index(fields=["customer", "created"], name="stripe_invoice_customer"),
        ]

    def __str__(self) -> str:
        return self.number or self.stripe_id

    @property
    def paying_charges(self) -> models.QuerySet:
        """The charges made for this invoice, failed ones too, in payloads of any API version."""
        payments = self.payments.using(self._state.db)
        intents = self.payment_intents.using(self._state.db)
        found: models.QuerySet = self.charges.model.objects.using(self._state.db).filter(
            Q(invoice=self)
            | Q(stripe_id=self.charge_id)
            | Q(stripe_id__in=payments.values("charge"))
            | Q(payment_intent__isnull=False, payment_intent=self.payment_intent_id)
            | Q(payment_intent__in=payments.values("payment_intent"))
            | Q(payment_intent__in=intents.values("stripe_id"))
        )
        return found
