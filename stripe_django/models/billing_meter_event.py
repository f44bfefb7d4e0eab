from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class BillingMeterEvent(StripeModel):
    """A report that a customer used something that is billed by usage."""

    stripe = Resource("billing.meter_event", id_prefixes=(), id_from=("identifier",))

    event_name = fields.CodeField(help_text="Name that the meters of this usage listen for.")
    identifier = fields.CodeField(
        help_text="The event's own id, by which Stripe recognises it when it is sent twice."
    )
    payload = fields.HashField(
        help_text="The customer's id and the quantity, under the keys that the meter names."
    )
    timestamp = fields.TimestampField(help_text="When the usage took place.")
    created = fields.TimestampField(db_index=True, help_text="When the event was made.")
