from __future__ import annotations

from stripe_django import fields

from .base import StripeModel


class EntitlementsActiveEntitlement(StripeModel):
    """A customer's right to use a feature, as bought with a product."""

    OBJECT_NAME = "entitlements.active_entitlement"
    LIST_PATH = "/v1/entitlements/active_entitlements"
    LIST_BY = "customer"
    LIST_SINCE = False

    customer = fields.Reference(
        "Customer",
        related_name="active_entitlements",
        from_parent=True,
        help_text="The customer who may use the feature.",
    )
    summary = fields.Reference(
        "EntitlementsActiveEntitlementSummary",
        related_name="entitlements",
        member_of=("entitlements",),
        from_parent=True,
        bound=True,
        help_text="The summary of the customer that it was seen in.",
    )
    feature = fields.Reference(
        "EntitlementsFeature",
        related_name="active_entitlements",
        help_text="The feature that the customer may use.",
    )
    lookup_key = fields.CodeField(help_text="The merchant's own key of the feature.")
