"""What subscriptions were before: tables of this package's own, beside the mirror.

``stripe_django.statistics.versions`` fills them from the stored events.
"""

from __future__ import annotations

from django.db import models

from stripe_django import fields


class SubscriptionVersion(models.Model):
    """A subscription as it was for a while, as far as its revenue depends on that.

    What was the same after an event, such as a renewal, is one version.
    """

    stripe_id = fields.IdColumn(help_text="The subscription.")
    starts_at = fields.InternalTimeField(help_text="Since when it was like this.")
    ends_at = fields.InternalTimeField(
        null=True, help_text="Until when, exclusively; unset for the last version."
    )
    customer = fields.Reference(
        "Customer", related_name="+", db_index=False, help_text="The customer."
    )
    status = fields.InternalCodeField(max_length=255, null=True, help_text="Its status.")
    currency = fields.CurrencyField(help_text="Its currency.")
    plan = fields.Reference("Plan", related_name="+", db_index=False, help_text="Its only plan.")
    quantity = fields.InternalBigCountField(null=True, help_text="The quantity of that plan.")
    start = fields.InternalTimeField(null=True, help_text="When it, or its plan, began.")
    start_date = fields.InternalTimeField(null=True, help_text="When it began.")
    created = fields.InternalTimeField(null=True, help_text="When it was made.")
    canceled_at = fields.InternalTimeField(null=True, help_text="When it was cancelled.")
    ended_at = fields.InternalTimeField(null=True, help_text="When it ended.")
    trial_start = fields.InternalTimeField(null=True, help_text="Start of its trial.")
    trial_end = fields.InternalTimeField(null=True, help_text="End of its trial.")
    mrr_parts = fields.InternalBigCountField(
        default=0,
        help_text="What it brought in each month, in ten-thousandths of the smallest unit.",
    )
    parts_currency = fields.CurrencyField(help_text="The currency of that; unset if it is unknown.")
    events = fields.InternalCountField(
        help_text="How many events of the subscription were stored when this was computed."
    )
    last_event = fields.InternalBigCountField(
        help_text="The largest key of these events; 0 without any."
    )
    digest = fields.InternalCodeField(
        max_length=255, help_text="The digest of the subscription's row then."
    )
    computed_at = fields.InternalTimeField(help_text="When this was computed.")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["stripe_id", "starts_at"], name="stripe_django_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.stripe_id} from {self.starts_at:%Y-%m-%d %H:%M}"


class SubscriptionItemVersion(models.Model):
    """An item of a subscription in one version."""

    subscription = models.ForeignKey(
        SubscriptionVersion, models.CASCADE, related_name="items", help_text="The version."
    )
    stripe_id = fields.IdColumn(help_text="The subscription item.")
    price = fields.Reference("Price", related_name="+", db_index=False, help_text="Its price.")
    plan = fields.Reference(
        "Plan", related_name="+", db_index=False, help_text="Its price in the older form."
    )
    product = fields.Reference(
        "Product", related_name="+", db_index=False, help_text="Its product."
    )
    quantity = fields.InternalBigCountField(null=True, help_text="Its quantity.")
    created = fields.InternalTimeField(null=True, help_text="When it was made.")
    deleted_at = fields.InternalTimeField(null=True, help_text="When it was removed.")
    mrr_parts = fields.InternalBigCountField(
        default=0,
        help_text="Its share of what the subscription brought in each month, in ten-thousandths"
        " of the smallest unit.",
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.stripe_id


class DiscountVersion(models.Model):
    """A discount on a subscription in one version, on an item of it, or on its customer."""

    subscription = models.ForeignKey(
        SubscriptionVersion,
        models.CASCADE,
        related_name="applied_discounts",
        help_text="The version.",
    )
    stripe_id = fields.IdColumn(help_text="The discount.")
    subscription_item = fields.IdColumn(
        null=True, help_text="The item that becomes cheaper, if it is on one."
    )
    is_of_customer = fields.InternalFlagField(
        default=False, help_text="Whether it is on all that the customer is billed."
    )
    place = fields.InternalCountField(help_text="Its place among those that come off.")
    coupon = fields.Reference("Coupon", related_name="+", db_index=False, help_text="The coupon.")
    start = fields.InternalTimeField(null=True, help_text="When it began.")
    end = fields.InternalTimeField(null=True, help_text="When it ends, or was removed.")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.stripe_id
