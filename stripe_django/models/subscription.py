from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .sources import only_item


def plan_of_only_item(payload: Mapping[str, Any]) -> Any:
    return only_item(payload).get("plan")


def quantity_of_only_item(payload: Mapping[str, Any]) -> Any:
    return only_item(payload).get("quantity")


class Subscription(StripeModel):
    """A customer's standing order: billed again every period until it is cancelled."""

    OBJECT_NAME = "subscription"
    ID_FROM = ("customer",)
    LIST_PATH = "/v1/subscriptions"
    LIST_PARAMS = {"status": "all"}

    class Status(models.TextChoices):
        INCOMPLETE = "incomplete"
        INCOMPLETE_EXPIRED = "incomplete_expired"
        TRIALING = "trialing"
        ACTIVE = "active"
        PAST_DUE = "past_due"
        UNPAID = "unpaid"
        PAUSED = "paused"
        CANCELED = "canceled"

    cancel_at_period_end = fields.FlagField(
        help_text="Whether it stops once the period that is paid for is over."
    )
    customer = fields.Reference(
        "Customer",
        related_name="subscriptions",
        member_of=("subscriptions",),
        help_text="The customer who is billed.",
    )
    plan = fields.Reference(
        "Plan",
        related_name="subscriptions",
        source=("plan", plan_of_only_item),
        help_text="The plan that is subscribed to; unset if there are several.",
    )
    quantity = fields.CountField(
        source=("quantity", quantity_of_only_item),
        help_text="How many units of the plan are billed; unset if there are several plans.",
    )
    start = fields.TimestampField(
        source=("start", "start_date"),
        help_text="When it began; with old API versions, when its plan last changed (UTC).",
    )
    status = fields.EnumField(choices=Status, help_text="How the subscription stands.")
    application_fee_percent = fields.PercentField(
        help_text="Share of each invoice that goes to the platform, in per cent."
    )
    canceled_at = fields.TimestampField(
        help_text="When it was cancelled (UTC), even if it runs to the end of the period."
    )
    current_period_start = fields.TimestampField(
        source=("current_period_start", "items.data.0.current_period_start"),
        help_text="Start of the period that was billed last (UTC).",
    )
    discount = fields.Reference(
        "Discount",
        related_name="subscriptions",
        source=("discount", "discounts.0"),
        part=True,
        help_text="The discount on this subscription; the first one if there are several.",
    )
    ended_at = fields.TimestampField(help_text="When it ended (UTC); unset while it runs.")
    trial_end = fields.TimestampField(help_text="End of the free trial (UTC).")
    trial_start = fields.TimestampField(help_text="Start of the free trial (UTC).")
    tax_percent = fields.PercentField(
        help_text="Tax on each invoice in per cent, in payloads of old API versions."
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
