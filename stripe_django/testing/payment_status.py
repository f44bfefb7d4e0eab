"""The payment status of checkout sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def payment_status(session: Mapping[str, Any]) -> str:
    """Of a checkout session: ``unpaid`` before it is complete, and after it expired."""
    if session.get("status") != "complete":
        return "unpaid"
    is_free = session.get("mode") == "setup" or session.get("amount_total") == 0
    return "no_payment_required" if is_free else "paid"
