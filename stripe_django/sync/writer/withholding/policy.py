"""What is withheld of an erased customer's objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PERSONAL = frozenset(
    {
        *("email", "name", "phone", "address", "description", "metadata", "shipping", "last4"),
        *("receipt_email", "billing_details", "customer_email", "customer_name", "receipt_url"),
        *("customer_address", "customer_phone", "customer_shipping", "customer_tax_ids"),
        *("customer_details", "fingerprint", "ip", "iban", "dob", "number", "owner", "cvc"),
        *("account_holder_name", "hosted_invoice_url", "invoice_pdf", "url", "exp_month"),
        *("footer", "statement_descriptor", "individual_name", "business_name", "value"),
        *("verified_email", "verified_name", "routing_number", "sort_code", "account_number"),
        *("address_line1", "address_city", "address_zip", "preferred_locales", "bank_name"),
        *("instructions_email", "user_agent", "ip_address", "line1", "postal_code", "city"),
        *("invoice_prefix", "custom_fields", "exp_year", "country", "network_transaction_id"),
        *("customer_purchase_ip", "customer_email_address", "billing_address", "shipping_address"),
        *("client_reference_id", "wallet", "reference", "acss_debit", "bacs_debit", "unverified"),
        *("collected_information", "message", "state", "line2", "network_advice_code"),
    }
)


def withhold(payload: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A stand-in."""
    return {key: _withheld(key, value) for key, value in payload.items()}


def _withheld(key: str, value: Any) -> Any:
    if key in PERSONAL and not (key == "url" and str(value).startswith("/v1")):
        return None if not isinstance(value, dict) or key == "metadata" else withhold(value, "")
    if isinstance(value, dict):
        return withhold(value, "")
    if isinstance(value, list | tuple):
        return [_withheld(key, each) for each in value]
    return value
