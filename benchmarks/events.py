"""Events as Stripe posts them, and what its API would answer for the objects in them."""

import json
import time
from dataclasses import dataclass, field
from itertools import count

import stripe

from stripe_django.testing import payload

CUSTOMERS = 200
START = int(time.time()) - 1_000_000  # Unix seconds

_numbers = count()


@dataclass
class Batch:
    """Signed events, as body and header, and what a read of their objects answers, by id."""

    deliveries: list[tuple[str, str]] = field(default_factory=list)
    answers: dict[str, dict] = field(default_factory=dict)


def batch(event_type, size, secret):
    """New events of a type, each of a second of its own."""
    made = Batch()
    for index in range(size):
        number = next(_numbers)
        shown, answer = OBJECTS[event_type](number, index % CUSTOMERS)
        made.answers[shown["id"]] = answer
        made.deliveries.append(_delivery(event_type, number, shown, secret))
    return made


def _delivery(event_type, number, shown, secret):
    event = payload(
        "event", seed=number, type=event_type, created=START + number, data={"object": shown}
    )
    body = json.dumps(event, indent=2)  # Stripe indents it too
    now = int(time.time())
    return body, stripe.WebhookSignature.generate_signature_header(body, secret, now)


def _charge(number, customer):
    """A new charge of a customer that is there; a read shows its balance transaction in full."""
    owner = payload("customer", seed=customer)["id"]
    # Without a payment method, which dj-stripe would look for as well.
    charge = payload("charge", seed=number, customer=owner, payment_method=None)
    transaction = payload(
        "balance_transaction", id=charge["balance_transaction"], source=charge["id"]
    )
    return charge, {**charge, "balance_transaction": transaction}


def _customer(number, customer):
    """Another state of a customer."""
    # dj-stripe needs the hash of the settings, which is null in an ordinary payload.
    settings = {"default_payment_method": None}
    shown = payload("customer", seed=customer, balance=number, invoice_settings=settings)
    return shown, shown


OBJECTS = {"charge.succeeded": _charge, "customer.updated": _customer}
