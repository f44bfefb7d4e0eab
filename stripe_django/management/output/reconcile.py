"""How the results of ``stripe_reconcile`` are printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from stripe_django.money import format_money
from stripe_django.verification.balance.payouts import payout_said
from stripe_django.verification.balance.results import Proof

from .verify import SHOWN, difference, not_compared, remaining


def text(proof: Proof) -> str:
    return "\n".join(_lines(proof))


def _lines(proof: Proof) -> Iterator[str]:
    for line in proof.lines:
        kind = f"{line.currency} {line.type}"
        net = format_money(line.net, line.currency)
        yield f"{kind:<40}{intcomma(line.number):>12}{net:>20}"
    for name, expected in proof.at_stripe.items():
        here = proof.here.get(name, Counter())
        for currency in sorted({*expected, *here}):
            found, right = here[currency], expected[currency]
            if found or right:
                yield _("%(name)s %(currency)s: %(sum)s in transactions, %(amount)s at Stripe") % {
                    "name": name,
                    "currency": currency,
                    "sum": format_money(found, currency),
                    "amount": format_money(right, currency),
                }
    yield _("payouts: %(payouts)s, %(count)s wrong") % {
        "payouts": intcomma(proof.payouts),
        "count": intcomma(len(proof.wrong_payouts)),
    }
    for row in proof.rows:
        for each in row.examples[:SHOWN]:
            yield _difference(each)
        if row.count > SHOWN:
            yield _("and %(count)s more differences of %(object_name)s") % {
                "count": intcomma(row.count - SHOWN),
                "object_name": row.object_name,
            }


def _difference(found: dict[str, Any]) -> str:
    if found["object"] == "payout":
        return payout_said(found)
    if found["object"] == "balance":
        amount = format_money(found["amount"], found["currency"])
        return _("%(amount)s of %(id)s is not explained by any transaction of this period.") % {
            "amount": amount,
            "id": found["id"],
        }
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
        reasons.append(remaining(proof.remaining))
    if proof.failures:
        reasons.append(not_compared(len(proof.failures)))
    return " ".join(reasons)
