"""Generated histories of subscriptions: payloads, and the events that show them."""

import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

DAY = 86_400
FIRST = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp())
LAST = int(datetime(2025, 12, 1, tzinfo=UTC).timestamp())

GRADUATED = [{"up_to": 5, "unit_amount": 700, "flat_amount": 100}]
GRADUATED += [{"up_to": None, "unit_amount": None, "unit_amount_decimal": "650.35"}]
VOLUME = [{"up_to": 10, "unit_amount": 300}, {"up_to": None, "unit_amount": 250}]


def price(number, currency, interval, amount, count=1, product=None, **more):
    recurring = {"interval": interval, "interval_count": count, "usage_type": "licensed"}
    return {
        "id": f"price_{number}",
        "object": "price",
        "currency": currency,
        "product": product or f"prod_{number % 5}",
        "unit_amount": amount,
        "unit_amount_decimal": None if amount is None else str(amount),
        "type": "recurring",
        "billing_scheme": "per_unit",
        "tiers_mode": None,
        "transform_quantity": None,
        "recurring": recurring | more.pop("recurring", {}),
    } | more


def prices():
    """By currency, the prices that a subscription may have."""
    tiered = {"billing_scheme": "tiered"}
    packages = {"divide_by": 10, "round": "up"}
    listed = [
        price(1, "eur", "month", 1_000),
        price(2, "eur", "year", 9_999),
        price(3, "eur", "week", 333),
        price(4, "eur", "month", 2_500, count=3),
        price(5, "eur", "month", None, **tiered, tiers_mode="graduated", tiers=GRADUATED),
        price(6, "eur", "month", None, **tiered, tiers_mode="volume", tiers=VOLUME),
        price(7, "eur", "month", None, recurring={"usage_type": "metered"}),
        price(8, "eur", "month", 5_000, transform_quantity=packages),
        price(9, "eur", "month", 0),
        price(11, "usd", "month", 1_200),
        price(12, "usd", "year", 10_000),
        price(13, "usd", "day", 7),
        price(21, "jpy", "month", 500),
        price(22, "jpy", "year", 4_999),
    ]
    found = {}
    for each in listed:
        found.setdefault(each["currency"], []).append(each)
    return found


COUPONS = [
    {"id": "ten", "percent_off": 10, "duration": "forever"},
    {"id": "third", "percent_off": 33.33, "duration": "repeating"},
    {"id": "half", "percent_off": 50, "duration": "once"},
    {"id": "fiver", "amount_off": 500, "currency": "eur", "duration": "forever"},
    {"id": "few", "amount_off": 99, "currency": "usd", "duration": "repeating"},
    {
        "id": "only",
        "percent_off": 20,
        "duration": "forever",
        "applies_to": {"products": ["prod_1", "prod_3"]},
    },
]
COUPONS = [{"object": "coupon", **each} for each in COUPONS]


@dataclass
class Subscription:
    """What happens to one subscription, from its creation on."""

    random: Random
    number: int
    customer: str
    clock: int
    events: list = field(default_factory=list)
    discounts: dict = field(default_factory=dict)
    items: int = 0
    shown: dict = field(default_factory=dict)

    def __post_init__(self):
        self.currency = self.random.choice(("eur", "eur", "usd", "jpy"))
        self.id = f"sub_{self.number}"
        trial = self.random.choice((0, 0, 14, 30))
        begins = "trialing" if trial else self.random.choice(("active",) * 5 + ("incomplete",))
        self.now = {
            "id": self.id,
            "object": "subscription",
            "customer": self.customer,
            "livemode": False,
            "currency": self.currency,
            "created": self.clock,
            "start_date": self.clock - self.random.choice((0, 0, 0, 40 * DAY)),
            "status": begins,
            "trial_start": self.clock if trial else None,
            "trial_end": self.clock + trial * DAY if trial else None,
            "canceled_at": None,
            "ended_at": None,
            "cancel_at_period_end": False,
            "latest_invoice": "in_1",
            "discounts": [],
            "items": {"object": "list", "has_more": False, "data": []},
        }
        for _ in range(self.random.choice((1, 1, 1, 2, 3))):
            self.add_item()
        if self.random.random() < 0.3:
            self.add_discount()
        self.emit("created")

    @property
    def data(self):
        return self.now["items"]["data"]

    def emit(self, verb):
        """An event that shows the subscription as it is now."""
        previous = {key: self.shown[key] for key in self.shown if self.shown[key] != self.now[key]}
        shown = self.shown = copy.deepcopy(self.now)
        data = {"object": shown, **({"previous_attributes": previous} if previous else {})}
        self.events.append(event(f"customer.subscription.{verb}", self.clock, data))

    # What may happen

    def add_item(self):
        self.items += 1
        chosen = self.random.choice(prices()[self.currency])
        shown = {key: value for key, value in chosen.items() if key != "tiers"}
        is_metered = chosen["recurring"]["usage_type"] == "metered"
        item = {
            "id": f"si_{self.number}_{self.items}",
            "object": "subscription_item",
            "created": self.clock,
            "subscription": self.id,
            "discounts": [],
            "price": shown,
            **({} if is_metered else {"quantity": self.random.choice((1, 1, 2, 7, 15))}),
        }
        self.data.append(item)

    def remove_item(self):
        if len(self.data) > 1:
            self.data.pop(self.random.randrange(len(self.data)))

    def change_quantity(self):
        item = self.random.choice(self.data)
        if "quantity" in item:
            item["quantity"] = max(0, item["quantity"] + self.random.choice((-3, -1, 1, 4)))

    def change_price(self):
        chosen = self.random.choice(prices()[self.currency][:3])
        item = self.random.choice(self.data)
        item["price"] = {key: value for key, value in chosen.items() if key != "tiers"}
        item.setdefault("quantity", 1)

    def add_discount(self):
        coupon = self.random.choice(COUPONS)
        item = self.random.choice((None, None, *self.data))
        holder = item or self.now
        if len(holder["discounts"]) == 2:
            return
        ends = coupon["duration"] == "repeating"
        discount = {
            "id": f"di_{self.number}_{len(self.discounts)}",
            "object": "discount",
            "coupon": coupon,
            "customer": self.customer,
            "start": self.clock,
            "end": self.clock + self.random.choice((40, 100)) * DAY if ends else None,
            "subscription": None if item else self.id,
            "subscription_item": item["id"] if item else None,
        }
        self.discounts[discount["id"]] = discount
        holder["discounts"].append(discount["id"])
        self.events.append(event("customer.discount.created", self.clock, {"object": discount}))

    def remove_discount(self):
        for holder in (self.now, *self.data):
            if holder["discounts"]:
                holder["discounts"] = holder["discounts"][1:]
                return

    def change_status(self):
        status = self.random.choice(("past_due", "active", "paused", "unpaid", "active"))
        self.now["status"] = status

    def renew(self):
        self.now["latest_invoice"] = f"in_{self.clock}"

    def cancel(self):
        self.now |= {"status": "canceled", "canceled_at": self.clock, "ended_at": self.clock}

    def cancel_at_period_end(self):
        self.now |= {"cancel_at_period_end": True, "canceled_at": self.clock}

    CHANGES = ("renew",) * 4 + ("change_quantity",) * 3 + ("change_price", "add_item")
    CHANGES += ("remove_item", "add_discount", "remove_discount", "change_status")
    CHANGES += ("cancel_at_period_end",)

    def live(self):
        while self.clock < LAST:
            self.clock += self.random.randrange(1, 60 * DAY)
            if self.now["status"] == "trialing" and self.clock >= self.now["trial_end"]:
                self.now["status"] = self.random.choice(("active", "active", "past_due"))
            if self.random.random() < 0.1 or self.now["cancel_at_period_end"]:
                self.cancel()
                self.emit("deleted")
                return
            getattr(self, self.random.choice(self.CHANGES))()
            self.emit("updated")


def event(kind, created, data):
    name = f"evt_{data['object']['id']}_{created}_{kind.rpartition('.')[2]}"
    return {
        "id": name,
        "object": "event",
        "type": kind,
        "created": created,
        "livemode": False,
        "data": data,
    }


@dataclass
class History:
    """Some customers and their subscriptions, made from a seed; the prices are the same for all."""

    seed: int

    def __post_init__(self):
        random = Random(self.seed)
        self.customers, self.subscriptions = {}, []
        for number in range(random.choice((1, 1, 2, 3))):
            name = f"cus_{self.seed}_{number}"
            country = random.choice(("DE", "FR", "US", None))
            self.customers[name] = {
                "id": name,
                "object": "customer",
                "created": FIRST,
                "livemode": False,
                "address": {"country": country} if country else None,
            }
            for _ in range(random.choice((1, 1, 2))):
                identity = f"{self.seed}_{number}_{len(self.subscriptions)}"
                began = FIRST + random.randrange(300) * DAY
                one = Subscription(random, identity, name, began)
                one.live()
                self.subscriptions.append(one)

    @property
    def events(self):
        return [event for each in self.subscriptions for event in each.events]

    @property
    def discounts(self):
        found = {}
        for each in self.subscriptions:
            found |= each.discounts
        return found
