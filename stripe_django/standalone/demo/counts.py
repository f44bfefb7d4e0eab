"""How many objects of each kind there are, at Stripe and in this database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import stripe

from stripe_django import registry
from stripe_django.models import Account, Card

REFUSALS = (400, 403, 404)
"""The statuses for a part of Stripe's API that an account does not have."""


class Count(NamedTuple):
    name: str
    at_stripe: int | None
    """None where the account has no such list."""
    here: int

    @property
    def agrees(self) -> bool:
        return self.here == (self.at_stripe or 0)

    @property
    def exists(self) -> bool:
        return bool(self.at_stripe or self.here)


def compare(client: stripe.StripeClient) -> Iterator[Count]:
    for model in registry.models():
        # The list of accounts excludes the requesting one, which has a row like any other.
        is_listed = model.stripe.list_path and not model.stripe.list_parent and model is not Account
        if model is Card or is_listed:
            # A row without `as_of` was only seen inside other objects, as it was on that day.
            here = model.objects.alive().filter(as_of__isnull=False).count()
            yield Count(model.__name__, _at_stripe(client, model), here)


def items(client: stripe.StripeClient, path: str, **params: Any) -> Iterator[dict[str, Any]]:
    """Everything in a list, a page of 100 at a time."""
    params["limit"] = 100
    while path:
        page: Any = client.raw_request("get", path, **params).data
        yield from page["data"]
        if page.get("has_more"):
            params["starting_after"] = page["data"][-1]["id"]
        else:
            path, params = page.get("next_page_url") or "", {}  # of version 2 of the API


def _at_stripe(client: stripe.StripeClient, model: Any) -> int | None:
    try:
        if model is Card:
            customers = items(client, "/v1/customers", expand=["data.sources"])
            return sum(_cards_of(client, customer) for customer in customers)
        return sum(1 for _ in items(client, model.stripe.list_path, **model.stripe.list_params))
    except stripe.StripeError as error:
        if error.http_status in REFUSALS:
            return None
        raise


def _cards_of(client: stripe.StripeClient, customer: dict[str, Any]) -> int:
    """Stripe nests the first ten of a customer's sources, and lists the others on request."""
    nested = customer.get("sources") or {"data": [], "has_more": False}
    sources = items(client, nested["url"]) if nested["has_more"] else nested["data"]
    return sum(source["object"] == "card" for source in sources)
