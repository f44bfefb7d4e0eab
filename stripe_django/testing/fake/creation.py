"""What requests create, where the sample payload shows a later or another state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CREATED_AS: Mapping[str, Mapping[str, Any]] = {
    "checkout.session": {"status": "open"},
    "customer": {
        **{"balance": 0, "currency": None, "delinquent": False, "email": None, "name": None},
        "invoice_settings": {"default_payment_method": None},
    },
    "payout": {"automatic": False, "status": "pending"},
}


def created_as(name: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of a new object that its request does not give."""
    if name == "price" and not given.get("recurring"):
        return {"recurring": None, "type": "one_time"}
    return CREATED_AS.get(name, {})
