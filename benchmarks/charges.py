"""Charges as Stripe sends them: 45 keys, of which some are nested."""

from datetime import UTC, datetime
from random import Random

START = 1_700_000_000
BANKS = ["visa", "mastercard", "amex"]
NO_ADDRESS = dict.fromkeys(["city", "country", "line1", "line2", "postal_code", "state"])


def charge(number, version=0):
    """One charge; another ``version`` of it has the same id and other content."""
    chance = Random(number)
    identity = f"{number:024d}"
    amount = chance.randrange(500, 50_000)
    return {
        "id": f"ch_{identity}",
        "object": "charge",
        "amount": amount,
        "amount_captured": amount,
        "amount_refunded": version * 100,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": f"txn_{identity}",
        "billing_details": {
            "address": {**NO_ADDRESS, "country": "DE", "postal_code": "10115"},
            "email": f"person{number}@example.com",
            "name": f"Person Number {number}",
            "phone": None,
            "tax_id": None,
        },
        "calculated_statement_descriptor": "EXAMPLE SHOP",
        "captured": True,
        "created": START + number,
        "currency": chance.choice(["eur", "usd"]),
        "customer": f"cus_{chance.randrange(5_000):014d}",
        "description": f"Order {number}, state {version}",
        "destination": None,
        "dispute": None,
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": {"order": str(number), "shop": "berlin", "state": str(version)},
        "on_behalf_of": None,
        "order": None,
        "outcome": {
            "advice_code": None,
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": "normal",
            "risk_score": chance.randrange(60),
            "seller_message": "Payment complete.",
            "type": "authorized",
        },
        "paid": True,
        "payment_intent": f"pi_{identity}",
        "payment_method": f"pm_{identity}",
        "payment_method_details": {
            "card": {
                "amount_authorized": amount,
                "authorization_code": f"{chance.randrange(10**6):06d}",
                "brand": chance.choice(BANKS),
                "checks": {"cvc_check": "pass", "address_line1_check": None},
                "country": "DE",
                "exp_month": chance.randrange(1, 13),
                "exp_year": 2030,
                "fingerprint": f"{chance.getrandbits(64):016x}",
                "funding": "credit",
                "last4": f"{chance.randrange(10_000):04d}",
                "network": "visa",
                "three_d_secure": None,
                "wallet": None,
            },
            "type": "card",
        },
        "presentment_details": None,
        "radar_options": {},
        "receipt_email": f"person{number}@example.com",
        "receipt_number": None,
        "receipt_url": f"https://pay.example.com/receipts/{identity}",
        "refunded": False,
        "review": None,
        "shipping": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "status": "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    }


def charges(count, version=0):
    return [charge(number, version) for number in range(count)]


def moment(version):
    """A time of reading that is later for a later version."""
    return datetime.fromtimestamp(START + 10_000_000 + version * 10, UTC)
