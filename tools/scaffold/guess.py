"""What the name of a key, and the text below it, say about its value."""

from __future__ import annotations

import re

from stripe_django.audit.omissions import OBJECTS
from stripe_django.sdk import objects
from stripe_django.sdk.objects import SdkField

MOMENTS = re.compile(
    r"created|updated|timestamp|expires|start|end|date|redeem_by|next_\w+|deletes_after"
    r"|\w+_(at|on|start|end|date|time|until|anchor)"
)
AMOUNTS = re.compile(
    r"(amount|subtotal|total|balance|fee|net)(_\w+)?|\w+_(amount|balance|cost)|amount_\w+"
)
CODES = re.compile(
    r"(\w+_)?(brand|code|context|country|fingerprint|funding|iin|id|identifier|key|last4|locale"
    r"|method|network|number|reason|status|timezone|type|version|check|flow|usage|state|gender)"
)
TEXTS = {
    "CurrencyField": re.compile(r"(\w+_)?currency"),
    "EmailField": re.compile(r"(\w+_)?email"),
    "URLField": re.compile(r"(\w+_)?(url|pdf)"),
    "CodeField": CODES,
}
ALIASES = {
    "customer_account": "v2.core.account",
    "financial_account": "treasury.financial_account",
    "financial_connections_account": "financial_connections.account",
    "invoice_item": "invoiceitem",
    "on_behalf_of": "account",
    "related_customer_account": "v2.core.account",
    "snapshot_event": "event",
}


def text(name: str) -> tuple[str, dict[str, str]]:
    """The field for a string, with its arguments."""
    if MOMENTS.fullmatch(name):
        return "TimestampField", {"unit": "fields.Unit.TEXT"}
    found = (field for field, pattern in TEXTS.items() if pattern.fullmatch(name))
    return next(found, "StringField"), {}


def integer(declared: SdkField) -> tuple[str, dict[str, str]]:
    """The field for a whole number, with its arguments."""
    name, doc = declared.name, declared.doc.lower()
    if MOMENTS.fullmatch(name) or "unix epoch" in doc or "timestamp" in doc:
        is_fine = "milliseconds" in doc
        return "TimestampField", {"unit": "fields.Unit.MILLISECONDS"} if is_fine else {}
    if AMOUNTS.fullmatch(name) or "cents" in doc or "smallest currency unit" in doc:
        return "AmountField", {}
    return "IntegerField", {}


def target_of(name: str, owner: str) -> str | None:
    """The object that a plain string names, going by its key in the object ``owner``."""
    namespace = owner.rpartition(".")[0]
    known = objects.names()
    if name in ALIASES and f"{namespace}.{name}" not in known:
        return ALIASES[name]
    words = name.split("_")
    for start in range(len(words)):
        tail = "_".join(words[start:])
        for candidate in (f"{namespace}.{tail}", tail, tail.replace("_", ".", 1)):
            if candidate in known and candidate not in OBJECTS:
                return candidate
    return None
