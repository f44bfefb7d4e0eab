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


def nearest(number):
    return Fraction(floor(number + Fraction(1, 2)))


def priced(units, whole, exact):
    """So many units at a whole amount each, or else at one that a string has in full."""
    if whole is not None:
        return Fraction(whole * units)
    return None if exact is None else nearest(Fraction(exact) * units)


def in_tiers(tiers, mode, quantity):
    if tiers is None or mode not in ("graduated", "volume"):
        return None
    total, below, has_any = Fraction(0), 0, False
    for number, tier in enumerate(tiers):
        upto = quantity if tier["up_to"] in (None, "inf") else tier["up_to"]
        is_reached = quantity > below or number == 0
        if is_reached and (mode == "graduated" or quantity <= upto):
            has_any = True
            units = quantity if mode == "volume" else min(quantity, upto) - below
            whole = tier.get("unit_amount", tier.get("amount"))
            total += priced(units, whole, tier.get("unit_amount_decimal")) or 0
            total += priced(1, tier.get("flat_amount"), tier.get("flat_amount_decimal")) or 0
        below = upto
    return total if has_any else None


def packages(quantity, transform):
    if transform is None:
        return quantity
    many, rest = divmod(quantity, transform["divide_by"])
    return many + (rest > 0 and transform["round"] == "up")


def terms_in(terms, currency):
    """The whole amount, the exact one and the tiers of a price or a plan in a currency."""
    is_price = hasattr(terms, "unit_amount")
    if currency in (None, terms.currency):
        if is_price:
            return terms.unit_amount, terms.unit_amount_decimal, terms.tiers
        return terms.amount, terms.amount_decimal, terms.tiers
    option = ((terms.currency_options or {}) if is_price else {}).get(currency, {})
    return tuple(option.get(key) for key in ("unit_amount", "unit_amount_decimal", "tiers"))


def amount_of(row, terms, currency):
    """What a period costs; ``None`` where that is not fixed or not known."""
    if terms is None or terms.usage_type == "metered":
        return None
    whole, exact, tiers = terms_in(terms, currency)
    quantity = 1 if row.quantity is None else row.quantity
    if terms.billing_scheme == "tiered":
        return in_tiers(tiers, terms.tiers_mode, quantity)
    is_price = hasattr(terms, "unit_amount")
    transform = terms.transform_quantity if is_price else terms.transform_usage
    return priced(packages(quantity, transform), whole, exact)


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
        plan, billed_in = self.get(Plan, it.plan_id), self.billed_in(it)
        if any(item.subscription_id == it.stripe_id for item in self.rows[SubscriptionItem]):
            items = [(item, *self.priced(item)) for item in self.items(it)]
            parts = [part for part in items if part[2] is not None]
            paced = [terms for _, terms, _ in items if terms and terms.interval]
            pace = max(paced, key=lambda terms: by_month(10**4, terms), default=plan)
            months = [(item, self.item_month(*part, it, item)) for item, *part in parts]
        else:
            amount, pace, parts = amount_of(it, plan, billed_in), plan, []
            if amount is None or plan.interval is None:
                return Fraction(0)
            months = [(None, by_month(amount, plan))]
        if not months:
            return Fraction(0)
        discounts = self.on(it, "subscription_id") or self.customers(it)
        if parts and any(self.coupon(each).applies_to is not None for each in discounts):
            return self.after_restricted(months, parts, discounts, pace, billed_in)
        return self.after(sum(month for _, month in months), discounts, pace, billed_in)

    def billed_in(self, it):
        plan = self.get(Plan, it.plan_id)
        return it.currency or (plan.currency if plan else None)

    def coupon(self, discount):
        return self.get(Coupon, discount.coupon_id)

    def is_for(self, discount, item):
        products = self.coupon(discount).applies_to
        return products is None or item.product_id in products["products"]

    def after_restricted(self, months, parts, discounts, pace, currency):
        """Percentages item by item, amounts off what these cost together."""
        left, offs = {item.stripe_id: month for item, month in months}, []
        for discount in islice(discounts, 3):
            coupon = self.coupon(discount)
            keep = 100 - Fraction(coupon.percent_off or 0)
            mine = [item.stripe_id for item, *_ in parts if self.is_for(discount, item)]
            left |= {item: down(left[item] * keep / 100) for item in mine}
            if coupon.applies_to is None:
                offs = [down(off * keep / 100) for off in offs]
            if amount := self.amount_off(coupon, currency):
                cost = sum(
                    by_month(amount, terms) for it, terms, amount in parts if it.stripe_id in mine
                )
                offs.append(min(by_month(amount, pace), cost))
        return max(sum(left.values()) - sum(offs), Fraction(0))

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
        if terms is None or terms.interval is None:
            return terms, None
        billed_in = self.billed_in(self.get(Subscription, item.subscription_id))
        return terms, amount_of(item, terms, billed_in)

    def item_month(self, terms, amount, subscription, item):
        discounts = self.on(item, "subscription_item_id")
        mine = [each for each in discounts if self.is_for(each, item)]
        return self.after(by_month(amount, terms), mine, terms, self.billed_in(subscription))

    def on(self, holder, name):
        found = [each for each in self.lasting if getattr(each, name) == holder.stripe_id]
        mine = [each for each in found if self.is_on(holder, each)]
        listed = [each if isinstance(each, str) else each["id"] for each in holder.discounts or ()]
        unlisted = [each for each in mine if each.stripe_id not in listed]
        return unlisted + sorted(
            (each for each in mine if each.stripe_id in listed),
            key=lambda each: listed.index(each.stripe_id),
        )

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
            coupon = self.coupon(discount)
            month = down(month * (100 - Fraction(coupon.percent_off or 0)) / 100)
            month -= by_month(self.amount_off(coupon, currency), pace)
            month = max(month, Fraction(0))
        return month

    def amount_off(self, coupon, currency):
        if currency in (None, coupon.currency):
            return coupon.amount_off or 0
        return (coupon.currency_options or {}).get(currency, {}).get("amount_off") or 0


def decimal(number):
    return Decimal(number.numerator) / number.denominator
