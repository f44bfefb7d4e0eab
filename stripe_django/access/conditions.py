"""What customers must have, as functions that narrow a queryset of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from stripe_django.models.querysets.access.entitlements import features
from stripe_django.models.querysets.access.wanted import ANY, AccessOptions, wanted

Narrow = Callable[[Any], Any]


def has_subscription(products: Sequence[Any], options: AccessOptions) -> Narrow:
    """Access to any of the products; without any, and without ``price``, to anything.

    Raises ``ValueError`` or ``TypeError`` now, and not with the first request.
    """
    product = list(products) if products else ANY
    wanted(product, **options)

    def narrow(customers: Any) -> Any:
        return customers.with_access(product, **options).filter(has_access=True)

    return narrow


def has_entitlement(given: Sequence[Any]) -> Narrow:
    """An entitlement to any of the features. Raises as above, also if there are none."""
    if not given:
        raise ValueError("Name the feature: its lookup key, or its row.")
    features(list(given))

    def narrow(customers: Any) -> Any:
        return customers.with_entitlement(list(given)).filter(is_entitled=True)

    return narrow
