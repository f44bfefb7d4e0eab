"""A few months of a business in the tables, for the pages that people look at."""

from datetime import UTC, datetime, timedelta

from django.core.management import call_command

from stripe_django import models
from stripe_django.testing import Business, FakeStripe

MONTHS = 4
CUSTOMERS = 16

# The models whose lists and pages people use most, and which row of each shows most.
MAIN = {
    models.Customer: {"delinquent": True},
    models.Subscription: {"status": "active"},
    models.Invoice: {"status": "open", "attempted": True},
    models.Charge: {"status": "succeeded", "amount_refunded__gt": 0},
    models.PaymentIntent: {"status": "requires_payment_method"},
    models.Refund: {},
    models.Dispute: {},
    models.Payout: {"status": "paid"},
    models.Product: {},
    models.Price: {},
    models.Event: {"type": "charge.failed"},
}


def filled():
    """Sync the business, and return its fake Stripe."""
    fake = FakeStripe()
    shop = Business(fake, seed=7, start=datetime.now(UTC) - timedelta(days=31 * MONTHS))
    shop.live(months=MONTHS, customers=CUSTOMERS)
    trouble(shop)
    with fake.installed():
        call_command("stripe_sync", verbosity=0)
        call_command("stripe_statistics", verbosity=0)
    return fake


def trouble(shop):
    """What goes wrong now and then, and on some days not within ``MONTHS``."""
    customer = shop.customer(name="Ada Keller")
    shop.refund(shop.charge(customer, 4500), 1500)
    shop.dispute(shop.charge(customer, 2500))
    shop.subscribe(customer, "solo-monthly", trial_days=1)
    shop.fail_next_payment(customer, times=3)
    shop.advance(days=3)
    shop.charge(customer, 1900)


def best(model):
    """A row of a model that has much to show."""
    return model.objects.filter(**MAIN[model]).earliest("pk")
