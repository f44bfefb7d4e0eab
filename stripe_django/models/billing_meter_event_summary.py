from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class BillingMeterEventSummary(StripeModel):
    """What one customer's events on a meter came to in a span of time."""

    stripe = Resource("billing.meter_event_summary")

    aggregated_value = fields.DecimalField(
        help_text="Usage in the span, added up as the meter says."
    )
    end_time = fields.TimestampField(help_text="End of the span, on a full minute.")
    meter = fields.Reference(
        "BillingMeter", related_name="event_summaries", help_text="The meter that was added up."
    )
    start_time = fields.TimestampField(help_text="Start of the span, on a full minute.")

    class Meta(StripeModel.Meta):
        verbose_name_plural = "billing meter event summaries"
