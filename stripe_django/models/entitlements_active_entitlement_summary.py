from __future__ import annotations

from stripe_django import fields

from .base import StripeModel


class EntitlementsActiveEntitlementSummary(StripeModel):
    """All features that one customer may use at the moment."""

    OBJECT_NAME = "entitlements.active_entitlement_summary"
    ID_FROM = ("customer",)

    customer = fields.Reference(
        "Customer",
        related_name="active_entitlement_summaries",
        help_text="The customer who may use the features.",
    )

    class Meta(StripeModel.Meta):
        verbose_name_plural = "entitlements active entitlement summaries"
