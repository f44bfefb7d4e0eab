"""TEMPORARY stand-in for stripe_django.testing.Business."""

import random


class Business:
    def __init__(self, fake, seed=7):
        self.fake = fake
        self.rng = random.Random(seed)
        self.product = fake.create("product", name="Team")["id"]
        self.price = fake.create(
            "price",
            product=self.product,
            unit_amount=2900,
            currency="eur",
            recurring={
                "interval": "month",
                "interval_count": 1,
                "usage_type": "licensed",
                "meter": None,
                "trial_period_days": None,
            },
        )["id"]

    def customer(self, **values):
        c = self.fake.create("customer", **values)
        return c

    def subscribe(self, customer, price, quantity=1, **more):
        s = self.fake.create("subscription", customer=customer["id"], status="active")
        i = self.fake.create("invoice", customer=customer["id"], currency="eur", status="open")
        self.fake.update(i["id"], status="paid")
        return s

    def live(self, months, customers):
        import datetime

        start = self.fake.now - datetime.timedelta(days=30 * months)
        for m in range(months):
            self.fake.now = start + datetime.timedelta(days=30 * m)
            for _ in range(customers // months):
                c = self.customer(email="x@example.com")
                self.subscribe(c, "team-monthly")
                self.fake.create(
                    "charge",
                    customer=c["id"],
                    amount=2900,
                    currency="eur",
                    paid=True,
                    captured=True,
                    status="succeeded",
                    amount_refunded=0,
                )
