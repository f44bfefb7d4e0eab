"""Customers with subscriptions of every kind, and a slow and obvious answer to who has access."""

from datetime import timedelta
from random import Random

from stripe_django.models import (
    Customer,
    EntitlementsActiveEntitlement,
    Invoice,
    Plan,
    Price,
    Product,
    Subscription,
    SubscriptionItem,
)

from .asking import LIVES, NOW, is_alive

COUNTS = {Product: 4, Price: 8, Plan: 8, Customer: 60, Subscription: 220, SubscriptionItem: 300}
COUNTS |= {Invoice: 200, EntitlementsActiveEntitlement: 90}


def days(*numbers):
    return tuple(NOW + timedelta(number) for number in numbers)


class Shop:
    """Rows by model, as lists, from a seed; none of them is in the database."""

    def __init__(self, seed):
        self.random = Random(seed)
        self.rows = {}
        for model, count in COUNTS.items():
            self.rows[model] = [self.row(model, number) for number in range(count)]

    def row(self, model, number):
        name = model.stripe.object_name.rpartition(".")[2]
        deleted_at, as_of = self.one(*[(None, NOW)] * 20, *LIVES)
        row = model(stripe_id=f"{name}_{number}", **getattr(self, name)(number))
        row.deleted_at, row.as_of = deleted_at, as_of
        return row

    def one(self, *values):
        return self.random.choice(values)

    def id_of(self, model, lacking=("gone", None)):
        number = self.random.randrange(COUNTS[model])
        name = model.stripe.object_name.rpartition(".")[2]
        return self.one(*[f"{name}_{number}"] * 12, *lacking)

    def product(self, number):
        return {}

    def price(self, number):
        return {"product_id": f"product_{number % 4}"}

    def plan(self, number):
        return {"product_id": self.one(f"product_{number % 4}", None)}

    def customer(self, number):
        return {}

    def subscription(self, number):
        mixed = (None, *days(-40, -1, 0, 3, 40))
        return {
            "customer_id": self.id_of(Customer),
            "status": self.one(
                *["active"] * 4, *["past_due"] * 3, "a_new_one", None, *Subscription.Status.values
            ),
            "plan_id": self.one(None, f"plan_{self.random.randrange(8)}"),
            "quantity": self.one(None, 0, 1, 3),
            "cancel_at_period_end": self.one(None, False, True),
            "cancel_at": self.one(*[None] * 6, *mixed),
            "current_period_start": self.one(None, *days(-40, -8, -7, -1, 0)),
            "current_period_end": self.one(*mixed),
            "ended_at": self.one(*[None] * 9, *mixed),
            "trial_end": self.one(*mixed),
            "pause_collection": self.one(None, None, None, {"behavior": "void"}),
            "created": self.one(None, *days(-40, -8, -8, -1)),
        }

    def subscription_item(self, number):
        # The last subscriptions have no items.
        subscription = f"subscription_{self.random.randrange(150)}"
        price = self.random.randrange(8)
        return {
            "subscription_id": self.one(*[subscription] * 9, None),
            "price_id": self.one(f"price_{price}", f"price_{price}", None, "gone"),
            "plan_id": self.one(f"plan_{price}", f"plan_{price}", None, "gone"),
            "product_id": self.one(f"product_{price % 4}", f"product_{price % 4}", None),
            "quantity": self.one(None, 0, 1, 1, 5),
            "created": self.one(None, *days(-40, -8, -8, -1)),
        }

    def invoice(self, number):
        return {
            "subscription_id": self.id_of(Subscription),
            "status": self.one("open", "open", "paid", "void", "draft", None),
            "paid": self.one(None, False, True),
            "closed": self.one(None, False, True),
            "amount_due": self.one(None, 0, 500),
            "amount_remaining": self.one(None, 0, 500),
            "due_date": self.one(None, None, *days(-40, -7, -6, 5)),
            "created": self.one(None, *days(-60, -8, -7, -6, -1)),
        }

    def active_entitlement(self, number):
        return {
            "customer_id": self.id_of(Customer),
            "lookup_key": self.one("Gold", "gold", "gold ", "gold-plus", None),
            "feature_id": self.one("feat_1", "feat_2", None),
        }


class Oracle:
    """The same rule over rows in lists, one case after the other."""

    def __init__(self, rows, *, at=NOW, grace_days=0, collection_paused=True):
        self.rows, self.at, self.grace = rows, at, timedelta(grace_days)
        self.collection_paused = collection_paused
        self.products_of_prices = {row.stripe_id: row.product_id for row in rows[Price]}
        self.products_of_plans = {row.stripe_id: row.product_id for row in rows[Plan]}

    def customers(self, product=None, price=None):
        return {
            row.stripe_id
            for row in self.rows[Customer]
            if is_alive(row) and self.subscriptions(row, product, price)
        }

    def subscriptions(self, customer, product=None, price=None):
        return [
            each
            for each in self.rows[Subscription]
            if each.customer_id == customer.stripe_id and self.gives_access(each, product, price)
        ]

    def gives_access(self, subscription, product=None, price=None):
        if not is_alive(subscription) or not self.is_in_force(subscription):
            return False
        if subscription.pause_collection is not None and not self.collection_paused:
            return False
        if product is None and price is None:
            return True
        items = self.items(subscription)
        if not items:
            plan = subscription.plan_id
            return self.has_units(subscription) and self.is_for(plan, None, plan, product, price)
        return any(
            self.is_for(item.plan_id, item.price_id, None, product, price, item.product_id)
            for item in items
            if is_alive(item) and self.has_units(item)
        )

    def is_for(self, plan, price, alone, product, asked_price, own=None):
        if asked_price is not None and asked_price not in (plan, price):
            return False
        if product is None:
            return True
        if own is not None:
            return own == product
        return product in (self.products_of_prices.get(price), self.products_of_plans.get(plan))

    def items(self, subscription):
        every = self.rows[SubscriptionItem]
        return [each for each in every if each.subscription_id == subscription.stripe_id]

    @staticmethod
    def has_units(row):
        return row.quantity is None or row.quantity > 0

    def is_in_force(self, subscription):
        status = subscription.status
        if status == "past_due":
            since = self.unpaid_since(subscription)
            if self.grace == timedelta(0) or since is None or self.at >= since + self.grace:
                return False
        elif status not in ("trialing", "active"):
            return False
        if subscription.ended_at is not None and subscription.ended_at <= self.at:
            return False
        if subscription.cancel_at is not None:
            return subscription.cancel_at > self.at
        if subscription.cancel_at_period_end and subscription.current_period_end is not None:
            return subscription.current_period_end > self.at
        return True

    def unpaid_since(self, subscription):
        due = [
            invoice.due_date or invoice.created
            for invoice in self.rows[Invoice]
            if invoice.subscription_id == subscription.stripe_id and self.is_unpaid(invoice)
        ]
        known = [each for each in due if each is not None]
        return min(known) if known else subscription.current_period_start

    @staticmethod
    def is_unpaid(invoice):
        if not is_alive(invoice):
            return False
        if invoice.status is None:
            is_open = invoice.paid is False and invoice.closed is False
        else:
            is_open = invoice.status == "open"
        left = invoice.amount_remaining
        return is_open and bool(invoice.amount_due if left is None else left)

    def current_plan(self, customer):
        """The id of the plan of the newest subscription."""
        ranked = []
        for each in self.subscriptions(customer):
            items = [it for it in self.items(each) if is_alive(it) and self.has_units(it)]
            if self.items(each):
                items.sort(key=lambda it: (it.created is None, it.created or NOW, it.stripe_id))
                plan = (items[0].plan_id or items[0].price_id) if items else None
            else:
                plan = each.plan_id
            if plan is not None:
                order = (each.created is not None, each.created or NOW, each.stripe_id)
                ranked.append((order, plan))
        return max(ranked)[1] if ranked else None
