"""Views for customers who have paid: ``from stripe_django.access import subscription_required``."""

from .customers import customer_of
from .decorators import entitlement_required, subscription_required
from .mixins import EntitlementRequiredMixin, SubscriptionRequiredMixin

__all__ = [
    "EntitlementRequiredMixin",
    "SubscriptionRequiredMixin",
    "customer_of",
    "entitlement_required",
    "subscription_required",
]
