"""Paths without the ids in them, for telemetry: few, and without what a merchant has chosen."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

# What comes before the name of a collection, as in /v1/checkout/sessions.
PREFIXES = frozenset(
    """
    apple_pay apps billing billing_portal checkout climate commerce core crypto entitlements
    financial_connections forwarding fraud_challenges identity issuing money_management
    product_catalog radar reporting reserve shipping sigma tax terminal test_helpers
    three_d_secure treasury vault
    """.split()
)
# What comes in the place of an id, as in /v1/customers/search.
OPERATIONS = frozenset({"create_preview", "preview", "search", "upcoming"})
NAME = re.compile(r"[a-z_]+")
ID = "{id}"


@lru_cache(1_000)
def url_template(url: str) -> str:
    """The path of a URL, such as ``/v1/customers/{id}/sources/{id}``."""
    start, *parts = urlsplit(url).path.split("/")
    version, named = parts[:1], []
    is_collection = True
    for part in parts[1:]:
        is_name = is_collection and NAME.fullmatch(part)
        named.append(part if is_name or part in OPERATIONS else ID)
        is_collection = not is_collection or part in PREFIXES
    return "/".join([start, *version, *named])
