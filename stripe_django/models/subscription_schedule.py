from __future__ import annotations

from django.db import models

from stripe_django import fields

from .areas import Area
from .base import StripeModel
from .resource import Resource


class SubscriptionSchedule(StripeModel):
    """Changes of a subscription that are planned ahead, phase by phase."""

    stripe = Resource(
        "subscription_schedule",
        area=Area.BILLING,
        dashboard_path="subscription_schedules",
        list_path="/v1/subscription_schedules",
    )

    class EndBehavior(models.TextChoices):
        CANCEL = "cancel"
        NONE = "none"
        RELEASE = "release"
        RENEW = "renew"

    class Status(models.TextChoices):
        ACTIVE = "active"
        CANCELED = "canceled"
        COMPLETED = "completed"
        NOT_STARTED = "not_started"
        RELEASED = "released"

    application = fields.Reference(
        "Application",
        related_name="subscription_schedules",
        help_text="The platform's application that made the schedule.",
    )
    billing_mode = fields.HashField(
        help_text="Which rules the subscription is billed by, classic or flexible, and since when."
    )
    canceled_at = fields.TimestampField(help_text="When the schedule was cancelled.")
    completed_at = fields.TimestampField(help_text="When the schedule had run through.")
    current_phase = fields.HashField(
        help_text="Start and end of the phase that runs now; unset unless the schedule is active."
    )
    customer = fields.Reference(
        "Customer",
        related_name="subscription_schedules",
        help_text="The customer whose subscription is planned.",
    )
    customer_account = fields.Reference(
        "V2CoreAccount",
        related_name="subscription_schedules",
        help_text="The customer, as an account of the second API version.",
    )
    default_settings = fields.HashField(
        help_text="Settings of the subscription in phases that have none of their own."
    )
    end_behavior = fields.EnumField(
        choices=EndBehavior,
        source=("end_behavior", "renewal_behavior"),
        help_text="What becomes of the subscription when the schedule ends.",
    )
    pause_schedules = fields.HashField(
        help_text="Planned pauses of the subscription: when each begins and when it ends."
    )
    phases = fields.HashField(
        owned=False, help_text="The phases, each with its dates, prices and settings."
    )
    released_at = fields.TimestampField(help_text="When the schedule let go of the subscription.")
    released_subscription = fields.Reference(
        "Subscription",
        related_name="released_schedules",
        help_text="The subscription that the schedule managed before it let go of it.",
    )
    status = fields.EnumField(choices=Status, help_text="How far the schedule has come.")
    subscription = fields.Reference(
        "Subscription",
        related_name="schedules",
        help_text="The subscription that the schedule manages.",
    )
    test_clock = fields.Reference(
        "TestHelpersTestClock",
        related_name="subscription_schedules",
        help_text="The test clock that sets the time for it, in test mode.",
    )
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the schedule was made.")
