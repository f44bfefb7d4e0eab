"""Monthly recurring revenue the slow and obvious way, over rows in memory."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import islice
from math import floor

from django.utils import timezone

from stripe_django.models import (
    Coupon,
    Customer,
    Discount,
    Plan,
    Price,
    Subscription,
    SubscriptionItem,
)

from .asking import is_alive

A_YEAR = {"day": 365, "week": 52, "month": 12, "year": 1}


def was_there(row, at):
    return is_alive(row) or row.deleted_at > at


def down(number):
    """To ten-thousandths, towards zero."""
    return Fraction(floor(number * 10_000), 10_000)


def by_month(amount, terms):
    return down(amount * A_YEAR[terms.interval] / (12 * (terms.interval_count or 1)))


def amount_of(row, terms):
    """What a period costs; ``None`` where that is not fixed or not known."""
    if terms is None or terms.usage_type == "metered" or terms.billing_scheme == "tiered":
        return None
    is_price = hasattr(terms, "unit_amount")
    if (terms.transform_quantity if is_price else terms.transform_usage) is not None:
        return None
    whole, exact = (
        (terms.unit_amount, terms.unit_amount_decimal)
        if is_price
        else (terms.amount, terms.amount_decimal)
    )
    quantity = 1 if row.quantity is None else row.quantity
    if whole is not None:
        return Fraction(whole * quantity)
    return None if exact is None else Fraction(floor(Fraction(exact) * quantity + Fraction(1, 2)))


class Revenue:
    def __init__(self, business, at):
        self.rows, self.at = business.rows, at
        self.by_id = {
            model: {row.stripe_id: row for row in rows} for model, rows in business.rows.items()
        }

    def get(self, model, stripe_id):
        return self.by_id[model].get(stripe_id)

    def running(self):
        return [it for it in self.rows[Subscription] if is_alive(it) and self.is_running(it)]

    def total(self):
        totals = defaultdict(Decimal)
        for subscription in self.running():
            if currency := self.currency(subscription):
                totals[currency] += decimal(self.of(subscription))
        return dict(totals)

    def is_running(self, it):
        began = it.start_date or it.created or it.start
        ended = it.ended_at or (it.canceled_at if it.status == "canceled" else None)
        if it.status not in ("active", "past_due", "trialing", "canceled"):
            return False
        if began and began > self.at:
            return False
        if ended is None and it.status == "canceled":
            return False
        if ended and ended <= self.at:
            return False
        return it.status != "trialing" if it.trial_end is None else it.trial_end <= self.at

    def currency(self, it):
        items = self.rows[SubscriptionItem]
        named = [
            it.plan_id,
            *(each.plan_id for each in items if each.subscription_id == it.stripe_id),
        ]
        plans = [self.get(Plan, name) for name in named]
        return it.currency or next((plan.currency for plan in plans if plan), None)

    def of(self, it):
        plan = self.get(Plan, it.plan_id)
        parts = [(item, *self.priced(item)) for item in self.items(it)]
        parts = [(item, terms, amount) for item, terms, amount in parts if amount is not None]
        if parts:
            month = sum(self.item_month(*part, it) for part in parts)
            pace = max((terms for _, terms, _ in parts), key=lambda terms: by_month(10**4, terms))
        else:
            amount, pace = amount_of(it, plan), plan
            if amount is None or plan.interval is None:
                return Fraction(0)
            month = by_month(amount, plan)
        own = self.on(it, "subscription_id")
        return self.after(month, own or self.customers(it), pace, it.currency)

    def items(self, it):
        for item in self.rows[SubscriptionItem]:
            is_due = item.created is None or item.created <= self.at
            if item.subscription_id == it.stripe_id and is_due and was_there(item, self.at):
                yield item

    def priced(self, item):
        """The terms of an item and its amount, if it counts."""
        price = self.get(Price, item.price_id)
        plan = self.get(Plan, item.plan_id)
        terms = price or plan
        subscription = self.get(Subscription, item.subscription_id)
        is_foreign = subscription.currency and terms and terms.currency != subscription.currency
        if terms is None or terms.interval is None or is_foreign:
            return terms, None
        return terms, amount_of(item, terms)

    def item_month(self, item, terms, amount, subscription):
        discounts = self.on(item, "subscription_item_id")
        return self.after(by_month(amount, terms), discounts, terms, subscription.currency)

    def on(self, holder, name):
        found = [each for each in self.lasting if getattr(each, name) == holder.stripe_id]
        return [each for each in found if self.is_on(holder, each)]

    def is_on(self, holder, discount):
        listed = [each if isinstance(each, str) else each["id"] for each in holder.discounts or ()]
        named = [*listed, getattr(holder, "discount_id", None)]
        is_over = discount.end is not None and discount.end <= timezone.now()
        was_removed = discount.deleted_at is not None and discount.deleted_at > self.at
        return discount.stripe_id in named or is_over or was_removed

    def customers(self, it):
        customer = self.get(Customer, it.customer_id)
        known = customer.discount_id if customer else None
        return [each for each in self.lasting if each.stripe_id == known]

    @cached_property
    def lasting(self):
        found = [each for each in self.rows[Discount] if self.is_lasting(each)]
        return sorted(
            found, key=lambda each: (each.start is not None, each.start or 0, each.stripe_id)
        )

    def is_lasting(self, discount):
        coupon = self.get(Coupon, discount.coupon_id)
        return (
            coupon is not None
            and coupon.duration in ("forever", "repeating")
            and (discount.start is None or discount.start <= self.at)
            and (discount.end is None or discount.end > self.at)
            and was_there(discount, self.at)
        )

    def after(self, month, discounts, pace, currency):
        for discount in islice(discounts, 3):
            coupon = self.get(Coupon, discount.coupon_id)
            month = down(month * (100 - Fraction(coupon.percent_off or 0)) / 100)
            if coupon.amount_off and (currency or coupon.currency) == coupon.currency:
                month -= by_month(coupon.amount_off, pace)
            month = max(month, Fraction(0))
        return month


def decimal(number):
    return Decimal(number.numerator) / number.denominator
