"""How many objects of each kind there are, at Stripe and in this database."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import stripe

from stripe_django import registry
from stripe_django.models import Account, Card

REFUSALS = (400, 403, 404)
"""How Stripe answers for a part of its API that an account does not have."""


class Count(NamedTuple):
    name: str
    at_stripe: int | None
    """None where the account, or the fake, has no such list."""
    here: int

    @property
    def agrees(self) -> bool:
        return self.here == (self.at_stripe or 0)


def compare(client: stripe.StripeClient) -> Iterator[Count]:
    for model in registry.models():
        # The list of accounts leaves out the one that asks, and here it is a row like any other.
        is_listed = model.stripe.list_path and not model.stripe.list_parent and model is not Account
        if model is Card or is_listed:
            # A row without `as_of` was only seen inside other objects, as it was on that day.
            here = model.objects.alive().filter(as_of__isnull=False).count()
            yield Count(model.__name__, at_stripe(client, model), here)


def at_stripe(client: stripe.StripeClient, model: Any) -> int | None:
    try:
        if model is Card:
            return sum(cards_of(client, customer) for customer in customers(client))
        return sum(1 for _ in items(client, model.stripe.list_path, **model.stripe.list_params))
    except stripe.StripeError as error:
        if error.http_status in REFUSALS:
            return None
        raise


def customers(client: stripe.StripeClient) -> Iterator[dict[str, Any]]:
    return items(client, "/v1/customers", expand=["data.sources"])


def cards_of(client: stripe.StripeClient, customer: dict[str, Any]) -> int:
    """Stripe nests the first ten of a customer's sources, and lists the others on request."""
    nested = customer.get("sources") or {"data": [], "has_more": False}
    sources = items(client, nested["url"]) if nested["has_more"] else nested["data"]
    return sum(source["object"] == "card" for source in sources)


def items(client: stripe.StripeClient, path: str, **params: Any) -> Iterator[dict[str, Any]]:
    """Everything in a list, a page of 100 at a time."""
    after: dict[str, str] = {}
    while True:
        page = client.raw_request("get", path, limit=100, **params, **after).data
        yield from page["data"]
        if not page["has_more"]:
            return
        after = {"starting_after": page["data"][-1]["id"]}
