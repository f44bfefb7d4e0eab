from __future__ import annotations

from django.db import models

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class EntitlementsActiveEntitlement(StripeModel):
    """A customer's right to use a feature, as bought with a product."""

    stripe = Resource(
        "entitlements.active_entitlement",
        list_path="/v1/entitlements/active_entitlements",
        list_parent="customer",
        list_has_created_filter=False,
    )

    customer = fields.Reference(
        "Customer",
        related_name="active_entitlements",
        implicit=True,
        help_text="The customer who may use the feature.",
    )
    summary = fields.Reference(
        "EntitlementsActiveEntitlementSummary",
        related_name="entitlements",
        parent_lists=("entitlements",),
        implicit=True,
        orphan_removal=True,
        help_text="The summary of the customer that it was seen in.",
    )
    feature = fields.Reference(
        "EntitlementsFeature",
        related_name="active_entitlements",
        help_text="The feature that the customer may use.",
    )
    lookup_key = fields.CodeField(help_text="The merchant's own key of the feature.")

    class Meta(StripeModel.Meta):
        indexes = [models.Index(fields=["lookup_key"], name="stripe_entitlement_lookup_key")]
