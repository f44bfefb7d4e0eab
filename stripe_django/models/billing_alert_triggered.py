from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class BillingAlertTriggered(StripeModel):
    """One occasion on which a customer's usage set off a billing alert."""

    stripe = Resource("billing.alert_triggered", id_from=("alert",))

    alert = fields.Reference(
        "BillingAlert",
        related_name="triggerings",
        owned=False,
        help_text="The alert that was set off.",
    )
    customer = fields.Reference(
        "Customer",
        related_name="billing_alert_triggerings",
        help_text="The customer whose usage passed the threshold.",
    )
    value = fields.IntegerField(
        help_text="The usage that set off the alert, in the meter's own unit."
    )
    created = fields.TimestampField(db_index=True, help_text="When the alert was set off.")

    class Meta(StripeModel.Meta):
        verbose_name_plural = "billing alerts triggered"
