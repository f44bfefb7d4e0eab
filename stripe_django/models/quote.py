from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class Quote(StripeModel):
    """An offer to a customer, which becomes an invoice or a subscription once accepted."""

    stripe = Resource(
        "quote",
        area=Area.BILLING,
        dashboard_path="quotes",
        list_path="/v1/quotes",
        list_params={"expand": ["data.line_items"]},
        list_has_created_filter=False,
    )

    class CollectionMethod(models.TextChoices):
        CHARGE_AUTOMATICALLY = "charge_automatically"
        SEND_INVOICE = "send_invoice"

    class Status(models.TextChoices):
        ACCEPTED = "accepted"
        CANCELED = "canceled"
        DRAFT = "draft"
        OPEN = "open"

    amount_subtotal = fields.AmountField(help_text="Sum before discounts and taxes.")
    amount_total = fields.AmountField(help_text="Sum after discounts and taxes.")
    application = fields.Reference(
        "Application",
        related_name="quotes",
        help_text="The Connect application that made the quote.",
    )
    application_fee_amount = fields.AmountField(
        help_text="What the platform earns from a one-off payment."
    )
    application_fee_percent = fields.PercentField(
        help_text="Share of each subscription invoice that goes to the platform, in per cent."
    )
    automatic_tax = fields.HashField(
        help_text="Whether Stripe works out the tax, how that went, and who is liable for it."
    )
    collection_method = fields.EnumField(
        choices=CollectionMethod,
        help_text="Whether the customer is charged automatically or sent invoices to pay.",
    )
    computed = fields.HashField(
        owned=False,
        help_text="What the customer will pay at once, and then every period, in detail.",
    )
    currency = fields.CurrencyField(help_text="Currency of the amounts of this quote.")
    customer = fields.Reference(
        "Customer", related_name="quotes", help_text="The customer who got the offer."
    )
    customer_account = fields.Reference(
        "V2CoreAccount",
        related_name="quotes",
        help_text="The customer, as an account of the second API version.",
    )
    default_tax_rates = fields.HashField(help_text="The tax rates for the lines of the quote.")
    description = fields.StringField(help_text="What the printed quote says about the offer.")
    discounts = fields.HashField(help_text="The discounts on the quote.")
    expires_at = fields.TimestampField(
        help_text="When the quote is cancelled unless it was accepted before."
    )
    footer = fields.StringField(help_text="What the printed quote says at its foot.")
    from_quote = fields.HashField(
        help_text="The quote that this one was copied from, and whether it is a new version of it."
    )
    header = fields.StringField(help_text="What the printed quote says at its head.")
    invoice = fields.Reference(
        "Invoice", related_name="quotes", help_text="The invoice that came of the quote."
    )
    invoice_settings = fields.HashField(
        help_text="What the invoices show: who issues them, and in how many days they are due."
    )
    number = fields.CodeField(help_text="Number printed on the quote, given once it is final.")
    on_behalf_of = fields.Reference(
        "Account",
        related_name="on_behalf_of_quotes",
        help_text="The connected account that the customer is charged on behalf of.",
    )
    status = fields.EnumField(
        choices=Status, help_text="Whether it is being written, open, accepted or cancelled."
    )
    status_transitions = fields.HashField(
        help_text="When the quote became final, was accepted or was cancelled."
    )
    subscription = fields.Reference(
        "Subscription",
        related_name="quotes",
        help_text="The subscription that began or changed with the quote.",
    )
    subscription_data = fields.HashField(
        help_text="What is set on the subscription that the quote becomes, and when it begins."
    )
    subscription_schedule = fields.Reference(
        "SubscriptionSchedule",
        related_name="quotes",
        help_text="The subscription schedule that the quote made or changed.",
    )
    test_clock = fields.Reference(
        "TestHelpersTestClock",
        related_name="quotes",
        help_text="The test clock whose time applies to the quote, in test mode.",
    )
    total_details = fields.HashField(
        owned=False, help_text="How much of the sum is discounts, delivery and taxes."
    )
    transfer_data = fields.HashField(
        help_text="The connected account that receives the money, and how much of it."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the quote was made.")

    def __str__(self) -> str:
        return self.number or self.stripe_id
