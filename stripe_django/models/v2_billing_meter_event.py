from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class V2BillingMeterEvent(StripeModel):
    """One report of usage to a billing meter, through the second API version."""

    stripe = Resource("v2.billing.meter_event", id_prefixes=(), id_from=("identifier",))

    event_name = fields.CodeField(
        help_text="Which meter counts it, by the event name of that meter."
    )
    identifier = fields.CodeField(
        help_text="Identifies the report: repeated ones are accepted once within 24 hours."
    )
    payload = fields.HashField(
        help_text="Who used it and how much, under the keys that the meter expects."
    )
    timestamp = fields.TimestampField(unit=fields.Unit.TEXT, help_text="When the usage took place.")
    created = fields.TimestampField(
        unit=fields.Unit.TEXT, db_index=True, help_text="When the report was made."
    )
