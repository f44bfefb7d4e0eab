from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class BillingPortalSession(StripeModel):
    """One visit of a customer to the customer portal, open for a short time."""

    stripe = Resource("billing_portal.session")

    after_expiration = fields.HashField(
        help_text="What the customer can do once the session has run out, such as log in again."
    )
    configuration = fields.Reference(
        "BillingPortalConfiguration",
        related_name="sessions",
        help_text="What the customer can see and do in this session.",
    )
    customer = fields.Reference(
        "Customer",
        related_name="billing_portal_sessions",
        help_text="The customer whom the portal was opened for.",
    )
    customer_account = fields.Reference(
        "V2CoreAccount",
        related_name="billing_portal_sessions",
        help_text="The customer, as an account of the second API version.",
    )
    flow = fields.HashField(
        help_text="The one task that the customer is led through, if any, and what follows it."
    )
    locale = fields.CodeField(
        help_text="Language tag of the portal; unset or auto for the customer's or browser's"
        " language."
    )
    on_behalf_of = fields.Reference(
        "Account",
        related_name="on_behalf_of_billing_portal_sessions",
        help_text="The connected account whose subscriptions, invoices and branding are shown.",
    )
    return_url = fields.URLField(help_text="Where the way back from the portal leads.")
    created = fields.TimestampField(db_index=True, help_text="When the session was made.")
