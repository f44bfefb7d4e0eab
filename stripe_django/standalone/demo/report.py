"""What the demo prints once the data is here."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import stripe
from rich.syntax import Syntax

from stripe_django.money import format_money
from stripe_django.standalone.demo import counts, differences, queries
from stripe_django.standalone.demo.differences import Comparison
from stripe_django.standalone.demo.screen import console, progress, table

SHOWN_IDS = 3


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


def show_differences(title: str, client: stripe.StripeClient) -> list[Comparison]:
    """Print how many rows are equal to Stripe's objects, and return the kinds with others."""
    compared = differences.compare_all(client)
    shown = table("Object", "at Stripe", "here", "", title=title)
    for each in compared:
        verdict = f"{len(each.differing):,} DIFFER" if each.differing else "equal"
        shown.add_row(each.name, f"{len(each.at_stripe):,}", f"{len(each.here):,}", verdict)
    console.print(shown)
    differing = [each for each in compared if each.differing]
    for each in differing:
        console.print(_explained(each))
    return differing


def _explained(comparison: Comparison) -> str:
    ids = comparison.differing
    missing = len(comparison.missing)
    found = ((missing, "missing"), (len(ids) - missing, "different"))
    how = ", ".join(f"{number:,} {word}" for number, word in found if number)
    shown = ", ".join(ids[:SHOWN_IDS]) + (", …" if len(ids) > SHOWN_IDS else "")
    return f"{comparison.name}: {how}: {shown}"
