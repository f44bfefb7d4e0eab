"""What the demo prints once the data is here."""

import inspect
from decimal import Decimal

import stripe
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table

from example import counts
from example.revenue import revenue_by_month

WHOLE = "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf".split()
THOUSANDTHS = "bhd jod kwd omr tnd".split()


def show_counts(console: Console, client: stripe.StripeClient) -> bool:
    """Print both columns, and answer whether they agree."""
    table = Table("Object", title="How many there are", title_justify="left")
    for column in ("at Stripe", "here", ""):
        table.add_column(column, justify="right")
    rows = list(counts.compare(client))
    absent = [row for row in rows if row.at_stripe is None and not row.here]
    for row in rows:
        if row not in absent:
            theirs = "no such list" if row.at_stripe is None else f"{row.at_stripe:,}"
            table.add_row(row.name, theirs, f"{row.here:,}", "agree" if row.agrees else "DIFFER")
    console.print(table)
    if absent:
        console.print(f"{len(absent)} more kinds of objects: no such list there, and no row here.")
    return all(row.agrees for row in rows)


def show_revenue(console: Console) -> None:
    console.print("Revenue by month and currency, refunds taken off. This code ran:\n")
    source = inspect.getsource(revenue_by_month)
    console.print(Syntax(source, "python", background_color="default", word_wrap=True))
    table = Table("Month", "Currency")
    for column in ("Charges", "Net"):
        table.add_column(column, justify="right")
    for row in revenue_by_month():
        currency = row["currency"]
        net = money(row["net"], currency)
        table.add_row(f"{row['month']:%Y-%m}", currency.upper(), f"{row['charges']:,}", net)
    console.print(table)


def money(amount: int, currency: str) -> str:
    """An amount in the smallest unit, as people write it."""
    places = 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2
    return f"{Decimal(amount).scaleb(-places):,.{places}f}"
