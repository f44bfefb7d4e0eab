"""The first act: sync everything, look at it, and sync once more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import stripe

from stripe_django.standalone.demo import report
from stripe_django.standalone.demo.commands import Project
from stripe_django.standalone.demo.screen import console, heading, progress
from stripe_django.testing import Business, FakeStripe

SEED = 8  # whose last days leave invoices to pay and payments to recover
CUSTOMERS = 50
A_YEAR = timedelta(days=365)


def fill(fake: FakeStripe) -> None:
    """Give the fake a year of a business, up to now."""
    console.print(f"A year of a small business with about {CUSTOMERS} customers is being made up.")
    with progress(lambda: f"{fake.now:%B %Y}"):
        shop = Business(fake, seed=SEED, start=datetime.now(UTC) - A_YEAR)
        shop.live(months=12, customers=CUSTOMERS)
        shop.dispute(shop.charge(shop.customer(currency="eur"), 12_000))  # to be responded to
    fake.now = None  # the time of this machine again


def play(project: Project, client: stripe.StripeClient, *, is_busy: bool) -> bool:
    """Return whether everything is as at Stripe in the end.

    ``is_busy`` says that things happen at Stripe meanwhile, so that a second sync may find some.
    """
    heading("The sync")
    project.run("sync")
    differing = report.show_counts(client)
    report.show_queries()
    heading("The same sync once more")
    summary = project.run_json("sync")
    created, updated = total("created", summary), total("updated", summary)
    console.print(f"created {created:,}, updated {updated:,}")
    if differing:
        console.print(f"Counts differed: {', '.join(differing)}. After the second sync:")
        differing = report.show_counts(client)
    return not differing and (is_busy or created == updated == 0)


def total(key: str, summary: Any) -> int:
    """The sum of all numbers under this key, however deep."""
    if isinstance(summary, list):
        return sum(total(key, each) for each in summary)
    if not isinstance(summary, dict):
        return 0
    own = summary.get(key)
    inner = sum(total(key, each) for each in summary.values())
    return inner + (own if isinstance(own, int) else 0)
