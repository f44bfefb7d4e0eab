"""Where hashes name the customer of an object that no column names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from stripe_django.models import (
    ConfirmationToken,
    Customer,
    FinancialConnectionsAccount,
    FinancialConnectionsSession,
    PaymentAttemptRecord,
    PaymentRecord,
    RadarPaymentEvaluation,
    TaxId,
    Token,
    V2CoreAccount,
)
from stripe_django.models.base import StripeModel
from stripe_django.sync.mapping import identity
from stripe_django.sync.mapping.identity import Namespace
from stripe_django.sync.mapping.rows import Row
from stripe_django.sync.mapping.schema import schema_for

from .keys import ObjectKey

HASHES: dict[type[StripeModel], tuple[str, ...]] = {
    ConfirmationToken: ("payment_method_preview",),
    FinancialConnectionsAccount: ("account_holder",),
    FinancialConnectionsSession: ("account_holder",),
    PaymentAttemptRecord: ("customer_details",),
    PaymentRecord: ("customer_details",),
    RadarPaymentEvaluation: ("customer_details",),
    TaxId: ("owner",),
    Token: ("card", "bank_account"),
}
NAMES: dict[str, type[StripeModel]] = {"customer": Customer, "customer_account": V2CoreAccount}


def in_payload(
    payload: Mapping[str, Any], model: type[StripeModel], namespace: Namespace
) -> tuple[ObjectKey, ...]:
    """The customers that a payload names inside its hashes."""
    return tuple(
        key for name in HASHES.get(model, ()) for key in customers_in(payload.get(name), namespace)
    )


def in_row(row: Row, namespace: Namespace) -> tuple[ObjectKey, ...]:
    """The same, of a row whose JSON is decoded or not."""
    found: list[ObjectKey] = []
    for name in HASHES.get(row.model, ()):
        value = row.values[schema_for(row.model).by_key[name]]
        found += customers_in(json.loads(value) if isinstance(value, str) else value, namespace)
    return tuple(found)


def customers_in(value: Any, namespace: Namespace) -> Iterator[ObjectKey]:
    """The customers that a hash names, by an id or an object."""
    for name, model in NAMES.items() if isinstance(value, Mapping) else ():
        found = value.get(name)
        if isinstance(found, dict):
            found = found.get("id")
        qualified = namespace.qualify(model, found) if identity.is_id(found) else None
        if qualified:
            yield model.stripe.object_name, qualified
