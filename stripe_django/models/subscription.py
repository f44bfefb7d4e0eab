from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .computed import only_item
from .names import plan_name
from .querysets.subscription import SubscriptionManager
from .resource import Resource


def plan_of_only_item(payload: Mapping[str, Any]) -> Any:
    return only_item(payload).get("plan")


def quantity_of_only_item(payload: Mapping[str, Any]) -> Any:
    return only_item(payload).get("quantity")


class Subscription(StripeModel):
    """A customer's standing order: billed again every period until it is cancelled."""

    stripe = Resource(
        "subscription",
        area=Area.BILLING,
        dashboard_path="subscriptions",
        id_from=("customer",),
        list_path="/v1/subscriptions",
        list_params={"status": "all"},
    )

    class Status(models.TextChoices):
        INCOMPLETE = "incomplete"
        INCOMPLETE_EXPIRED = "incomplete_expired"
        TRIALING = "trialing"
        ACTIVE = "active"
        PAST_DUE = "past_due"
        UNPAID = "unpaid"
        PAUSED = "paused"
        CANCELED = "canceled"

    class CollectionMethod(models.TextChoices):
        CHARGE_AUTOMATICALLY = "charge_automatically"
        SEND_INVOICE = "send_invoice"

    cancel_at_period_end = fields.FlagField(
        help_text="Whether it stops once the period that is paid for is over."
    )
    customer = fields.Reference(
        "Customer",
        related_name="subscriptions",
        parent_lists=("subscriptions",),
        help_text="The customer who is billed.",
    )
    plan = fields.Reference(
        "Plan",
        related_name="subscriptions",
        source=("plan", plan_of_only_item),
        retired=True,
        help_text="The plan that is subscribed to; unset if there are several.",
    )
    quantity = fields.QuantityField(
        source=("quantity", quantity_of_only_item),
        retired=True,
        help_text="How many units of the plan are billed; unset if there are several plans.",
    )
    start = fields.TimestampField(
        source=("start", "start_date"),
        retired=True,
        help_text="When it began; with old API versions, when its plan last changed.",
    )
    status = fields.EnumField(
        choices=Status,
        final=("canceled", "incomplete_expired"),
        help_text="How the subscription stands.",
    )
    application_fee_percent = fields.PercentField(
        help_text="Share of each invoice that goes to the platform, in per cent."
    )
    canceled_at = fields.TimestampField(
        help_text="When it was cancelled, even if it runs to the end of the period."
    )
    current_period_start = fields.TimestampField(
        source=("current_period_start", "items.data.0.current_period_start"),
        retired=True,
        help_text="Start of the period that was billed last.",
    )
    current_period_end = fields.TimestampField(
        source=("current_period_end", "items.data.0.current_period_end"),
        retired=True,
        help_text="End of the period that was billed last.",
    )
    discount = fields.Reference(
        "Discount",
        related_name="subscriptions",
        source=("discount", "discounts.0"),
        owned=True,
        retired=True,
        help_text="The discount on this subscription; the first one if there are several.",
    )
    ended_at = fields.TimestampField(help_text="When it ended; unset while it runs.")
    trial_end = fields.TimestampField(help_text="End of the free trial.")
    trial_start = fields.TimestampField(help_text="Start of the free trial.")
    tax_percent = fields.PercentField(
        retired=True, help_text="Tax on each invoice in per cent, in payloads of old API versions."
    )
    application = fields.Reference(
        "Application",
        related_name="subscriptions",
        help_text="The platform's application that made the subscription.",
    )
    automatic_tax = fields.HashField(
        help_text="Whether Stripe works out the tax, and who is liable for it."
    )
    billing_cycle_anchor = fields.TimestampField(
        help_text="The moment that the billing periods are counted from."
    )
    billing_cycle_anchor_config = fields.HashField(
        help_text="Day, month and time of day that the billing periods begin at, if fixed."
    )
    billing_mode = fields.HashField(
        help_text="Which rules it is billed by, classic or flexible, and since when."
    )
    billing_schedules = fields.HashField(
        help_text="Until when its items are billed, and which items that is for."
    )
    billing_thresholds = fields.HashField(
        help_text="The amount at which an invoice is sent before the period is over."
    )
    cancel_at = fields.TimestampField(help_text="When it is going to be cancelled.")
    cancellation_details = fields.HashField(
        help_text="Why it was cancelled, and what the customer said about it."
    )
    collection_method = fields.EnumField(
        choices=CollectionMethod,
        source=("collection_method", "billing"),
        help_text="Whether invoices are charged automatically or sent to the customer to pay.",
    )
    currency = fields.CurrencyField(help_text="Currency of the subscription's invoices.")
    customer_account = fields.Reference(
        "V2CoreAccount",
        related_name="subscriptions",
        help_text="The customer, as an account of the second API version.",
    )
    days_until_due = fields.CountField(
        help_text="Days that the customer has to pay an invoice; unset if charged automatically."
    )
    default_payment_method = fields.Reference(
        "PaymentMethod",
        related_name="subscriptions",
        help_text="The payment method that is charged, before any other default.",
    )
    default_source = fields.ObjectIdField(
        help_text="Id of the card or other source that is charged if no payment method is set."
    )
    default_tax_rates = fields.HashField(
        owned=False, help_text="Tax rates of the items that have none of their own."
    )
    description = fields.StringField(
        help_text="What the subscription is, as the customer reads it."
    )
    discounts = fields.HashField(
        expand="discounts.source.coupon",
        help_text="Discounts on the whole subscription, which come after those on its items.",
    )
    invoice_settings = fields.HashField(
        help_text="What its invoices begin with: issuer and tax ids, footer, custom fields."
    )
    latest_invoice = fields.Reference(
        "Invoice",
        related_name="latest_invoice_subscriptions",
        help_text="The newest invoice of the subscription.",
    )
    managed_payments = fields.HashField(help_text="Whether Stripe's Managed Payments are used.")
    next_pending_invoice_item_invoice = fields.TimestampField(
        help_text="When waiting invoice items are due to be billed, roughly."
    )
    on_behalf_of = fields.Reference(
        "Account",
        related_name="on_behalf_of_subscriptions",
        help_text="The connected account that the customer is charged on behalf of.",
    )
    pause_collection = fields.HashField(
        help_text="What happens to invoices while no money is collected, and until when that is."
    )
    payment_settings = fields.HashField(help_text="Payment settings that its invoices take over.")
    pending_invoice_item_interval = fields.HashField(
        help_text="How often waiting invoice items are billed."
    )
    pending_setup_intent = fields.Reference(
        "SetupIntent",
        related_name="subscriptions",
        help_text="The setup intent by which the customer may still have to approve the payment"
        " method.",
    )
    pending_update = fields.HashField(
        owned=False,
        help_text="Changes that take effect once the latest invoice is paid, or else expire.",
    )
    presentment_details = fields.HashField(
        help_text="The currency that the customer sees, where it differs."
    )
    schedule = fields.Reference(
        "SubscriptionSchedule",
        related_name="subscriptions",
        help_text="The schedule that changes the subscription, if it has one.",
    )
    start_date = fields.TimestampField(
        source=("start_date", "created", "start"),
        help_text="When it began; earlier than its creation if it was backdated.",
    )
    status_details = fields.HashField(help_text="More on its status, such as a pause.")
    test_clock = fields.Reference(
        "TestHelpersTestClock",
        related_name="subscriptions",
        help_text="The test clock that sets the time for it, in test mode.",
    )
    transfer_data = fields.HashField(
        help_text="The connected account that receives the payments, and its share in per cent."
    )
    trial_settings = fields.HashField(
        help_text="What happens if the trial ends and no payment method is there."
    )
    created = fields.TimestampField(db_index=True, help_text="When the subscription was made.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")

    objects = SubscriptionManager()  # type: ignore[misc]

    class Meta(StripeModel.Meta):
        indexes = [
            models.Index(fields=["status", "created"], name="stripe_subscription_status"),
        ]

    def __str__(self) -> str:
        return self.description or plan_name(self) or self.stripe_id
