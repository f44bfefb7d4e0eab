"""A business with subscriptions of every kind, made from a seed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from stripe_django.models import (
    Charge,
    Coupon,
    Customer,
    Discount,
    Dispute,
    Plan,
    Price,
    Subscription,
    SubscriptionItem,
)

from .asking import LIVES, NOW

FUTURE = datetime(2100, 1, 1, tzinfo=UTC)
CURRENCIES = ("eur", "eur", "usd")
HOW_MANY = {Plan: 30, Price: 30, Coupon: 12, Customer: 40, Discount: 600}
HOW_MANY |= {Subscription: 300, SubscriptionItem: 300, Charge: 100, Dispute: 40}

PACKAGES = [{"divide_by": 10, "round": each} for each in ("up", "down")]
TIERS = [
    [
        {"up_to": 5, "unit_amount": 700, "flat_amount": 100},
        {"up_to": 10, "unit_amount": None, "unit_amount_decimal": "650.35"},
        {"up_to": None, "unit_amount": 600, "flat_amount": None, "flat_amount_decimal": "99.5"},
    ],
    [{"up_to": 1, "amount": 0}, {"up_to": "inf", "amount": 250}],
    [{"up_to": 8, "unit_amount": 9}],
]
OPTIONS = [
    {"eur": {"unit_amount": 1_234, "tiers": TIERS[1]}},
    {
        "usd": {"unit_amount": None, "unit_amount_decimal": "77.7", "tiers": TIERS[0]},
        "eur": {"unit_amount": 880, "unit_amount_decimal": "880"},
    },
]


def days(*numbers):
    return tuple(NOW + timedelta(number) for number in numbers)


class Business:
    """Rows by model, as lists; none of them is in the database."""

    def __init__(self, seed):
        self.seed, self.random = seed, Random(seed)
        self.rows = {model: [] for model in HOW_MANY}
        for model, count in HOW_MANY.items():
            for number in range(count):
                deleted_at, as_of = self.one(*[(None, NOW)] * 20, *LIVES)
                values = getattr(self, model.stripe.object_name)(number)
                row = model(stripe_id=f"{model.stripe.object_name}_{number}", **values)
                row.deleted_at, row.as_of = deleted_at, as_of
                self.rows[model].append(row)

    def one(self, *values):
        return self.random.choice(values)

    def id_of(self, model, among=None):
        """The id of a row that there is; now and then none, or one that never came."""
        number = self.random.randrange(among or HOW_MANY[model])
        return self.one(*[f"{model.stripe.object_name}_{number}"] * 10, None, "gone")

    def begun(self):
        return self.one(None, *days(-400, -40, -40, 0))

    def ended(self):
        return self.one(*[None] * 8, *days(-10, 0), FUTURE)

    def terms(self, number, whole, exact, packages):
        """Those of the price of a number, and of the plan that is its older form."""
        one = Random(f"{self.seed} {number}").choice
        return {
            "currency": one(CURRENCIES),
            "interval": one(("day", "week", *["month"] * 6, "year", "year", None)),
            "interval_count": one((None, 0, 1, 1, 3, 7)),
            "usage_type": one((None, *["licensed"] * 8, "metered")),
            "billing_scheme": one((None, *["per_unit"] * 5, *["tiered"] * 3)),
            whole: one((None, 0, 1, *[999, 5_000, 123_457, 4_999_999] * 2)),
            exact: one((None, *map(Decimal, ("0.5", "12.345", "1.005", "999.9")))),
            packages: one((*[None] * 6, *PACKAGES)),
            "tiers_mode": one(("graduated", "graduated", "volume", "volume", None)),
            "tiers": one((None, *TIERS)),
        }

    def plan(self, number):
        return self.terms(number, "amount", "amount_decimal", "transform_usage")

    def price(self, number):
        terms = self.terms(number, "unit_amount", "unit_amount_decimal", "transform_quantity")
        return terms | {"currency_options": self.one(None, *OPTIONS)}

    def coupon(self, number):
        return {
            "duration": self.one(*["forever", "repeating"] * 3, "once", None),
            "percent_off": self.one(None, *map(Decimal, ("10", "33.33", "50", "7.7", "100"))),
            "amount_off": self.one(None, 250, 99),
            "currency": self.one(*CURRENCIES),
            "currency_options": self.one(None, {"usd": {"amount_off": 120}}),
            "applies_to": self.one(None, None, {"products": ["prod_1", "prod_2"]}),
        }

    def customer(self, number):
        mine = self.id_of(Discount)
        return {"currency": self.one(None, *CURRENCIES), "discount_id": self.one(None, mine)}

    def subscription(self, number):
        has_price = self.one(True, False)
        return {
            "status": self.one(*["active"] * 15, *Subscription.Status.values),
            "currency": self.one(None, *CURRENCIES),
            "customer_id": self.id_of(Customer),
            "plan_id": None if has_price else self.id_of(Plan),
            "quantity": self.one(None, 1, 3),
            "discount_id": self.one(None, f"discount_{2 * number}"),
            "discounts": self.named(number),
            "start": self.begun(),
            "start_date": self.begun(),
            "trial_end": self.one(*[None] * 9, *days(-50, -30, 30)),
            "ended_at": self.ended(),
            "canceled_at": self.ended(),
        }

    def named(self, number):
        """Those two discounts that are on the like of this number, as names or in full."""
        ids = [f"discount_{2 * number}", f"discount_{2 * number + 1}"]
        return self.one(None, ids[:1], ids, ids[::-1], [{"id": each} for each in ids])

    def subscription_item(self, number):
        of, price = self.random.randrange(HOW_MANY[Subscription]), self.id_of(Price)
        plan = price and price.replace("price", "plan")
        return {
            "subscription_id": f"subscription_{of}",
            "plan_id": self.one(plan, plan, plan, None),
            "price_id": self.one(price, price, price, None),
            "product_id": self.one("prod_1", "prod_2", "prod_3", None),
            "quantity": self.one(None, 0, 1, 1, 6, 15, 100),
            "discounts": self.named(number),
            "created": self.begun(),
        }

    def discount(self, number):
        on = self.one("subscription", "subscription", "subscription_item")
        return {
            "coupon_id": self.id_of(Coupon),
            f"{on}_id": f"{on}_{number // 2}",
            "start": self.begun(),
            "end": self.ended(),
        }

    def charge(self, number):
        return {
            "status": self.one("succeeded", "succeeded", "paid", "failed", None),
            "captured": self.one(True, True, False, None),
            "currency": self.one(*CURRENCIES),
            "customer_id": self.id_of(Customer, among=10),
            "amount": self.one(None, 500, 999),
            "amount_captured": self.one(None, 500, 0),
            "amount_refunded": self.one(None, 0, 100),
        }

    def dispute(self, number):
        return {
            "status": self.one("lost", "lost", "won", None),
            "charge_id": self.id_of(Charge),
            "currency": self.one(*CURRENCIES),
            "amount": self.one(None, 100, 400),
        }
