"""What a customer has access to, in templates: ``{% load stripe_access %}``.

The customer may be given, or a user of whom it is the customer.
"""

from __future__ import annotations

from typing import Any

from django import template

from stripe_django.access.conditions import has_entitlement, has_subscription
from stripe_django.access.customers import customers_of

register = template.Library()


@register.filter
def has_access_to(customer: Any, product: Any) -> bool:
    """``{% if user|has_access_to:"prod_1" %}``."""
    return has_access(customer, product)


@register.filter
def is_entitled_to(customer: Any, feature: Any) -> bool:
    """``{% if user|is_entitled_to:"exports" %}``: by the lookup key of the feature."""
    return bool(has_entitlement([feature])(customers_of(customer)).exists())


@register.simple_tag
def has_access(customer: Any, *products: Any, **options: Any) -> bool:
    """``{% has_access user "prod_1" grace_days=7 as is_member %}``: with options."""
    condition = has_subscription(products, options)  # type: ignore[arg-type]
    return bool(condition(customers_of(customer)).exists())
