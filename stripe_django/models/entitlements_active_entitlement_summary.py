from __future__ import annotations

from stripe_django import fields

from .base import StripeModel
from .resource import Resource


class EntitlementsActiveEntitlementSummary(StripeModel):
    """All features that one customer may use at the moment."""

    stripe = Resource("entitlements.active_entitlement_summary", id_from=("customer",))

    customer = fields.Reference(
        "Customer",
        related_name="active_entitlement_summaries",
        help_text="The customer who may use the features.",
    )

    class Meta(StripeModel.Meta):
        verbose_name_plural = "entitlements active entitlement summaries"
