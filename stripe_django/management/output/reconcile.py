"""How the results of ``stripe_reconcile`` are printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from stripe_django.money import format_money
from stripe_django.verification.balance.payouts import payout_said
from stripe_django.verification.balance.results import Proof

from .verify import SHOWN, difference


def text(proof: Proof) -> str:
    return "\n".join(_lines(proof))


def _lines(proof: Proof) -> Iterator[str]:
    for line in proof.lines:
        kind = f"{line.currency} {line.type}"
        net = format_money(line.net, line.currency)
        yield f"{kind:<40}{line.number:>12,}{net:>20}"
    for name, expected in proof.at_stripe.items():
        here = proof.here.get(name, Counter())
        for currency in sorted({*expected, *here}):
            found, right = here[currency], expected[currency]
            if found or right:
                sums = f"{format_money(found, currency)} in transactions"
                yield f"{name} {currency}: {sums}, {format_money(right, currency)} at Stripe"
    yield f"payouts: {proof.payouts:,}, {len(proof.wrong_payouts):,} wrong"
    for row in proof.rows:
        for each in row.examples[:SHOWN]:
            yield _difference(each)
        if row.count > SHOWN:
            yield f"and {row.count - SHOWN:,} more differences of {row.object_name}"


def _difference(found: dict[str, Any]) -> str:
    if found["object"] == "payout":
        return payout_said(found)
    if found["object"] == "balance":
        amount = format_money(found["amount"], found["currency"])
        return f"{amount} of {found['id']} is not explained by any transaction of this period."
    return difference(found)


def document(proof: Proof) -> dict[str, Any]:
    return {
        "sums": [line._asdict() for line in proof.lines],
        "balance": {
            name: {
                currency: {
                    "transactions": proof.here.get(name, Counter())[currency],
                    "stripe": amount,
                }
                for currency, amount in amounts.items()
            }
            for name, amounts in proof.at_stripe.items()
        },
        "payouts": proof.payouts,
        "differences": [each for row in proof.rows for each in row.examples],
        "repaired": sum(row.repaired for row in proof.rows),
        "remaining": proof.remaining,
        "failures": proof.failures,
    }


def failure(proof: Proof) -> str:
    """Why the command fails; empty if it does not."""
    reasons = []
    if proof.remaining:
        noun = "difference" if proof.remaining == 1 else "differences"
        reasons.append(f"{proof.remaining:,} {noun} from Stripe.")
    if proof.failures:
        reasons.append(f"{len(proof.failures):,} objects could not be compared.")
    return " ".join(reasons)
