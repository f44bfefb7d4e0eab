"""What the demo prints once the data is here."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import stripe
from rich.syntax import Syntax

from stripe_django.money import format_money
from stripe_django.standalone.demo import counts, queries
from stripe_django.standalone.demo.screen import console, progress, table


def show_counts(client: stripe.StripeClient) -> list[str]:
    """Print the counts side by side, and return the names of those that differ."""
    with progress(lambda: "Counting at Stripe and here"):
        found = list(counts.compare(client))
    shown = table("Object", "at Stripe", "here", "", title="How many there are")
    for each in found:
        if each.exists:
            theirs = "no such list" if each.at_stripe is None else f"{each.at_stripe:,}"
            verdict = "agree" if each.agrees else "DIFFER"
            shown.add_row(each.name, theirs, f"{each.here:,}", verdict)
    console.print(shown)
    empty = sum(not each.exists for each in found)
    console.print(f"{empty} other kinds of objects: none at Stripe, and no row here.")
    return [each.name for each in found if not each.agrees]


def show_queries() -> None:
    _show_code(queries.revenue_by_month, "Revenue by month and currency, without refunds.")
    shown = table("Month", "Currency", "Charges", "Net", texts=2)
    for row in queries.revenue_by_month():
        month, currency = f"{row['month']:%Y-%m}", row["currency"]
        net = format_money(row["net"], currency)
        shown.add_row(month, currency.upper(), f"{row['charges']:,}", net)
    console.print(shown)
    _show_code(queries.monthly_recurring_revenue, "Monthly recurring revenue of today.")
    shown = table("Currency", "MRR")
    for currency, amount in sorted(queries.monthly_recurring_revenue().items()):
        shown.add_row(currency.upper(), format_money(round(amount), currency))
    console.print(shown)


def _show_code(query: Callable[[], Any], title: str) -> None:
    console.print(f"\n{title} This code ran:\n")
    source = inspect.getsource(query)
    console.print(Syntax(source, "python", background_color="default", word_wrap=True))
