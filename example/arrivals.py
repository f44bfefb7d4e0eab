"""What webhooks brought: how many events, and whether the rows are what Stripe has by now."""

from collections import Counter
from typing import Any, NamedTuple

import stripe
from rich.console import Console
from rich.table import Table

from example.counts import items
from stripe_django.models import (
    Customer,
    Event,
    InboxEvent,
    Invoice,
    PaymentIntent,
    PendingRead,
    Plan,
    Product,
    Subscription,
)

TOLD = (Customer, Product, Plan, Subscription, Invoice, PaymentIntent)
"""Kinds of objects of which localstripe tells every change. It has no events of charges."""


class Comparison(NamedTuple):
    name: str
    at_stripe: dict[str, Any]
    here: dict[str, Any]

    @property
    def differing(self) -> int:
        ids = self.at_stripe.keys() | self.here.keys()
        return sum(self.at_stripe.get(each) != self.here.get(each) for each in ids)


def is_complete(client: stripe.StripeClient) -> bool:
    """Whether every event that happened is here and done with, and no row waits for a read."""
    done = InboxEvent.objects.filter(next_attempt_at=None).count()
    happened = sum(1 for _ in items(client, str(Event.stripe.list_path)))
    return done == happened and not PendingRead.objects.exists()


def compare(client: stripe.StripeClient, model: Any) -> Comparison:
    """Each object as Stripe shows it, and as its row gives it back."""
    listed = items(client, model.stripe.list_path, **model.stripe.list_params)
    known = model.objects.alive().filter(as_of__isnull=False)
    return Comparison(
        model.__name__,
        {each["id"]: _without_secrets(each, model) for each in listed},
        {row.api_id: row.to_stripe() for row in known},
    )


def _without_secrets(payload: dict[str, Any], model: Any) -> dict[str, Any]:
    """As a row keeps it: no secrets, and ids where a reference was shown in full."""
    references = {each.name for each in model._meta.fields if each.is_relation}
    return {
        key: value["id"] if key in references and isinstance(value, dict) else value
        for key, value in payload.items()
        if key != "client_secret"
    }


def show(console: Console, client: stripe.StripeClient) -> bool:
    """Print what came, and answer whether every row is equal to Stripe's object."""
    statuses = Counter(InboxEvent.objects.values_list("status", flat=True))
    settled = sum(model.objects.filter(as_of_kind="read").count() for model in TOLD)
    console.print(f"Events received: {statuses.total():,}; applied: {statuses['applied']:,}.")
    console.print(f"Changed twice in one second, and settled by a read each: {settled:,} rows.")
    table = Table("Object", title="By webhooks alone, without a sync", title_justify="left")
    for column in ("at Stripe", "here", ""):
        table.add_column(column, justify="right")
    comparisons = [compare(client, model) for model in TOLD]
    for each in comparisons:
        result = f"{each.differing} DIFFER" if each.differing else "equal"
        table.add_row(each.name, f"{len(each.at_stripe):,}", f"{len(each.here):,}", result)
    console.print(table)
    return not any(each.differing for each in comparisons)
