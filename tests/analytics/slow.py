"""The movements of monthly recurring revenue, the slow and obvious way: over payloads in memory."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from math import floor

from .histories import prices

A_YEAR = {"day": 365, "week": 52, "month": 12, "year": 1}
TIERS = {each["id"]: each.get("tiers") for listed in prices().values() for each in listed}
COUNTED = ("active", "past_due", "canceled", "trialing")


def down(number):
    return Fraction(floor(number * 10_000), 10_000)


def by_month(amount, recurring):
    return down(Fraction(amount * A_YEAR[recurring["interval"]], 12 * recurring["interval_count"]))


def nearest(number):
    return floor(Fraction(number) + Fraction(1, 2))


def in_tiers(tiers, mode, quantity):
    total, below = 0, 0
    for place, tier in enumerate(tiers):
        upto = tier["up_to"] or max(quantity, below + 1)
        is_last = quantity <= upto
        if place == 0 or quantity > below:
            units = min(quantity, upto) - below
            if mode == "volume":
                units = quantity if is_last else 0
            whole, exact = tier["unit_amount"], tier.get("unit_amount_decimal")
            total += whole * units if whole is not None else nearest(Fraction(exact) * units)
            if mode == "graduated" or is_last:
                total += tier.get("flat_amount") or 0
        below = upto
    return total


def amount_of(item):
    price = item["price"]
    if price["recurring"]["usage_type"] == "metered":
        return None
    quantity = item.get("quantity", 1)
    if price["billing_scheme"] == "tiered":
        return in_tiers(TIERS[price["id"]], price["tiers_mode"], quantity)
    if packages := price["transform_quantity"]:
        quantity = -(-quantity // packages["divide_by"])
    return price["unit_amount"] * quantity


class Slow:
    """All that a mirror could know of these histories."""

    def __init__(self, histories):
        self.histories = histories
        self.discounts = {}
        for each in histories:
            self.discounts |= each.discounts

    def spans(self, by):
        """Customer, currency, key, and what they bring in at a moment, as a function of it."""
        for history in self.histories:
            for subscription in history.subscriptions:
                country = (history.customers[subscription.customer]["address"] or {}).get("country")
                yield subscription, {None: "", "country": country or ""}.get(by)

    def at(self, moment, by):
        """By customer, currency and key, what is brought in just before a moment."""
        found = defaultdict(Fraction)
        for subscription, key in self.spans(by):
            shown = self.shown(subscription, moment)
            for item, amount in self.items_at(shown, moment):
                price = item["price"]
                mine = {"product": price["product"], "price": price["id"], "plan": price["id"]}
                group = subscription.customer, subscription.currency, mine.get(by, key)
                found[group] += amount
        return {group: amount for group, amount in found.items() if amount}

    def shown(self, subscription, moment):
        """The subscription as of a moment; as it was first, before that."""
        events = [each for each in subscription.events if "subscription." in each["type"]]
        past = [each for each in events if each["created"] < moment]
        return (past or events[:1])[-1]["data"]["object"]

    def items_at(self, shown, moment):
        """The items, each with its share of what the subscription brings in."""
        if not self.is_paid_for(shown, moment):
            return []
        items = [each for each in shown["items"]["data"] if each["created"] < moment]
        items = sorted(
            (each for each in items if amount_of(each) is not None), key=lambda each: each["id"]
        )
        months = [self.month_of(each, moment) for each in items]
        if not sum(months):
            return []
        total = self.after_all(shown, items, months, moment)
        shares, below = [], Fraction(0)
        for month in months:
            shares.append(
                down(total * (below + month) / sum(months)) - down(total * below / sum(months))
            )
            below += month
        return zip(items, shares, strict=True)

    def is_paid_for(self, shown, moment):
        if shown["status"] not in COUNTED or shown["start_date"] >= moment:
            return False
        if shown["ended_at"] is not None and shown["ended_at"] < moment:
            return False
        return shown["trial_end"] is None or shown["trial_end"] < moment

    def lasting(self, holder, moment):
        found = [self.discounts[name] for name in holder["discounts"]]
        return [
            each
            for each in found
            if each["coupon"]["duration"] != "once"
            and each["start"] < moment
            and (each["end"] is None or each["end"] >= moment)
        ]

    def month_of(self, item, moment):
        recurring = item["price"]["recurring"]
        month = by_month(amount_of(item), recurring)
        for discount in self.lasting(item, moment):
            if is_for(discount, item):
                month = cheaper(month, discount["coupon"], item["price"]["currency"], recurring)
        return max(month, Fraction(0))

    def after_all(self, shown, items, months, moment):
        discounts = self.lasting(shown, moment)
        often = max((each["price"]["recurring"] for each in shown_items(shown, moment)), key=rate)
        if not any("applies_to" in each["coupon"] for each in discounts):
            total = sum(months)
            for discount in discounts:
                total = cheaper(total, discount["coupon"], shown["currency"], often)
            return max(total, Fraction(0))
        return self.after_restricted(shown, items, months, discounts, often)

    def after_restricted(self, shown, items, months, discounts, often):
        left, offs = list(months), []
        for discount in discounts:
            coupon = discount["coupon"]
            keep = 1 - Fraction(str(coupon.get("percent_off", 0))) / 100
            for place, item in enumerate(items):
                if is_for(discount, item):
                    left[place] = down(left[place] * keep)
            if "applies_to" not in coupon:
                offs = [down(each * keep) for each in offs]
            if coupon.get("currency") == shown["currency"]:
                cost = sum(by_month(amount_of(it), it["price"]["recurring"]) for it in items)
                offs.append(min(by_month(coupon["amount_off"], often), cost))
        return max(sum(left) - sum(offs), Fraction(0))

    # Movements

    def movements(self, bounds, by=None):
        """By currency and key, for each month between these moments, what moved and how many."""
        values = [self.at(each, by) for each in bounds]
        groups = {group for each in values for group in each}
        found = defaultdict(lambda: [defaultdict(Fraction) for _ in bounds[1:]])
        for customer, currency, key in groups:
            for place, begin in enumerate(bounds[:-1]):
                group = customer, currency, key
                before, after = (values[each].get(group, 0) for each in (place, place + 1))
                sums = found[currency, key][place]
                sums["opening"] += before
                sums["closing"] += after
                if name := self.kind(before, after, group, begin, by):
                    sums[name] += after - before
        return found

    def kind(self, before, after, group, begin, by):
        if before == after:
            return None
        if before and after:
            return "expansion" if after > before else "contraction"
        if before:
            return "churn"
        return "reactivation" if self.was_there(group, begin, by) else "new"

    def was_there(self, group, begin, by):
        """Whether a group ever brought in anything before a moment."""
        moments = set()
        for subscription, _ in self.spans(None):
            if subscription.customer != group[0]:
                continue
            for each in subscription.events:
                shown = each["data"]["object"]
                dates = [each["created"], shown.get("start_date"), shown.get("trial_end")]
                moments |= {date + 1 for date in dates if date is not None}
            for discount in subscription.discounts.values():
                moments |= {discount["end"] + 1} if discount["end"] else set()
        return any(self.at(each, by).get(group) for each in moments if each <= begin)


def shown_items(shown, moment):
    return [each for each in shown["items"]["data"] if each["created"] < moment]


def rate(recurring):
    return Fraction(A_YEAR[recurring["interval"]], recurring["interval_count"])


def is_for(discount, item):
    products = discount["coupon"].get("applies_to", {}).get("products")
    return products is None or item["price"]["product"] in products


def cheaper(month, coupon, currency, recurring):
    month = down(month * (1 - Fraction(str(coupon.get("percent_off", 0))) / 100))
    if coupon.get("currency") == currency:
        month -= by_month(coupon["amount_off"], recurring)
    return month


def decimal(number):
    return Decimal(number.numerator) / Decimal(number.denominator)
