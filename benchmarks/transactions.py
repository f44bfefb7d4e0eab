"""Balance transactions: small objects, of which an account has the most."""

from .charges import START


def balance_transaction(number):
    amount = 500 + number % 40_000
    fee = 25 + amount * 14 // 1000
    return {
        "id": f"txn_{number:024d}",
        "object": "balance_transaction",
        "amount": amount,
        "available_on": START + number + 172_800,
        "balance_type": "payments",
        "created": START + number,
        "currency": "eur",
        "description": f"Order {number}",
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [
            {
                "amount": fee,
                "application": None,
                "currency": "eur",
                "description": "Stripe processing fees",
                "type": "stripe_fee",
            }
        ],
        "net": amount - fee,
        "reporting_category": "charge",
        "source": f"ch_{number:024d}",
        "status": "available",
        "type": "charge",
    }
