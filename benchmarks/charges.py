"""Charges of a business of the package's own making, each as often as it takes."""

from datetime import UTC, datetime
from functools import cache

START = 1_700_000_000  # Unix seconds of the first charge
CUSTOMERS, MONTHS = 40, 3


@cache
def templates():
    """Charges of a few months: most are paid; some have failed, are refunded or disputed."""
    # What needs Django's models is imported once these are there.
    from stripe_django.testing import Business, FakeStripe

    fake = FakeStripe()
    start = datetime.fromtimestamp(START, UTC)
    Business(fake, seed=1, start=start).live(months=MONTHS, customers=CUSTOMERS)
    told = (each.event["data"]["object"] for each in fake.webhooks())
    names = dict.fromkeys(each["id"] for each in told if each["object"] == "charge")
    return [fake.get(name) for name in names]


def charge(number, version=0):
    """One charge; another ``version`` of it has the same id and other content."""
    template = templates()[number % len(templates())]
    identity = f"{number:024d}"
    return {
        **template,
        "id": f"ch_{identity}",
        "balance_transaction": f"txn_{identity}",
        "created": START + number,
        "customer": f"cus_{number % 5_000:014d}",
        "description": f"Order {number}, state {version}",
        "metadata": {"order": str(number), "state": str(version)},
        "payment_intent": f"pi_{identity}",
        "payment_method": f"pm_{identity}",
        "receipt_url": f"https://pay.example.com/receipts/{identity}",
    }


def charges(count, version=0):
    return [charge(number, version) for number in range(count)]


def moment(version):
    """A time of reading that is later for a later version."""
    return datetime.fromtimestamp(START + 10_000_000 + version * 10, UTC)
