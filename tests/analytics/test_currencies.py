"""Reports in one currency, by the exchange rates of balance transactions."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from stripe_django import analytics, sync

from .payloads import at, happened, item, price, store, subscription

pytestmark = pytest.mark.django_db

START, END = date(2025, 1, 1), date(2025, 3, 1)


def converted(number, amount, currency, rate, into_amount, into="eur", since=None):
    """A charge and its balance transaction, which Stripe has converted."""
    entry = {"id": f"txn_{number}", "object": "balance_transaction", "created": since or at(1, 5)}
    entry |= {"amount": into_amount, "currency": into, "exchange_rate": rate, "fee": 10}
    entry |= {"net": into_amount - 10, "type": "charge", "reporting_category": "charge"}
    charge = {"id": f"ch_{number}", "object": "charge", "amount": amount, "currency": currency}
    charge |= {"balance_transaction": entry["id"], "status": "succeeded", "created": at(1, 5)}
    return [entry, charge]


def subscribed():
    """A month in each of four currencies."""
    amounts = {"eur": 1_000, "usd": 2_000, "jpy": 3_000, "gbp": 4_000}
    store(
        *(
            happened(
                at(1, 10),
                subscription(
                    item(f"si_{currency}", price(f"price_{currency}", amount, currency=currency)),
                    name=f"sub_{currency}",
                    customer=f"cus_{currency}",
                ),
                "created",
            )
            for currency, amount in amounts.items()
        )
    )


def closings(currency):
    rows = analytics.mrr_movements(START, END, currency=currency)
    for row in rows:
        moved = row.new + row.reactivation + row.expansion + row.contraction + row.churn
        assert row.opening + moved == row.closing
    return {row.currency: row.closing for row in rows if row.month == date(2025, 1, 1)}


def test_the_newest_rate_counts_and_what_has_none_stays():
    subscribed()
    read = [
        *converted(1, 1_000, "usd", 0.8, 800),
        *converted(2, 1_000, "usd", 0.9, 900, since=at(2, 5)),
        *converted(3, 1_000, "usd", 0.1, 100, since=at(3, 5)),  # after the end
        # A yen is a hundredth of what a cent of its amount would be, and the rate says neither.
        *converted(4, 1_000, "jpy", 0.006, 600, since=at(2, 5)),
    ]
    sync.apply(read, as_of=datetime(2025, 3, 10, tzinfo=UTC))
    assert closings("EUR") == {"eur": 1_000 + 1_800 + 1_800, "gbp": 4_000}
    assert closings("usd")["usd"] == Decimal("3111.1111")  # of euros by the inverse rate


def test_units_that_the_rate_is_between_are_those_of_the_amounts():
    subscribed()
    read = converted(4, 1_000, "jpy", 0.6, 600)  # between the smallest units
    sync.apply(read, as_of=datetime(2025, 3, 10, tzinfo=UTC))
    assert closings("eur")["eur"] == 2_800


def test_net_revenue_is_converted_and_still_adds_up():
    read = [
        *converted(1, 1_000, "usd", 0.9, 900),
        *converted(2, 500, "chf", None, 500, into="usd"),
        *converted(3, 500, "sek", None, 700, into="sek"),
    ]
    sync.apply(read, as_of=datetime(2025, 3, 10, tzinfo=UTC))
    eur, sek = analytics.net_revenue(START, END, currency="eur")
    assert (eur.currency, eur.charges, eur.gross, eur.fees) == ("eur", 2, 1_350, -19)
    assert eur.gross + eur.refunds + eur.disputes + eur.fees == eur.net
    assert (sek.currency, sek.gross) == ("sek", 700)
