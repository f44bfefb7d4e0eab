from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class ForwardingRequest(StripeModel):
    """A request with card details that Stripe made to another company's API."""

    stripe = Resource("forwarding.request", list_path="/v1/forwarding/requests")

    payment_method = fields.Reference(
        "PaymentMethod",
        related_name="forwarding_requests",
        help_text="The payment method whose details were put into the request.",
    )
    replacements = fields.HashField(
        help_text="Which details Stripe put in, such as the card's number."
    )
    request_context = fields.HashField(
        help_text="How long the other company took, and which IP address it answered from."
    )
    request_details = fields.HashField(help_text="What was sent, with the secrets blacked out.")
    response_details = fields.HashField(help_text="What came back, with the secrets blacked out.")
    url = fields.URLField(help_text="The address that the request went to.")
    metadata = fields.MetadataField(help_text="The merchant's own keys and values.")
    created = fields.TimestampField(db_index=True, help_text="When the request was made.")
