"""Where an object is in Stripe's own dashboard."""

from __future__ import annotations

from urllib.parse import quote

from stripe_django.models.base import StripeModel

BASE = "https://dashboard.stripe.com"


def address(row: StripeModel) -> str | None:
    """The page of the object, or the dashboard's search for it; ``None`` without an id."""
    api_id = row.api_id
    if not api_id:
        return None
    parts = [BASE]
    if row.stripe_account:
        parts.append(quote(row.stripe_account, safe=""))
    if row.livemode is False:
        parts.append("test")
    found = quote(api_id, safe="")
    parts.append(
        f"{row.stripe.dashboard_path}/{found}"
        if row.stripe.dashboard_path
        else f"search?query={found}"
    )
    return "/".join(parts)
