"""The demo business at work: newcomers, renewals, single sales, refunds and farewells."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import stripe

from example import catalogue
from example.fake import CLOCK_HEADER

DAY = 24 * 60 * 60
TRADING_DAYS = 27
"""No month is shorter, so a day of one month exists in every other."""


@dataclass
class Member:
    id: str
    currency: str
    joined: int
    """Seconds after the start of a month; renewals fall on the same day of each."""
    number: int
    has_card: bool = True
    yearly: bool = False
    subscription: str = ""


@dataclass
class Shop:
    client: stripe.StripeClient
    rng: random.Random
    now: int = 0
    members: list[Member] = field(default_factory=list)
    made: Counter[str] = field(default_factory=Counter)

    def post(self, path: str, **params: Any) -> dict[str, Any]:
        return self._request("post", path, **params)

    def _request(self, method: str, path: str, **params: Any) -> dict[str, Any]:
        self.made[path.split("/")[0]] += 1
        headers = {CLOCK_HEADER: str(self.now)}
        answer = self.client.raw_request(method, f"/v1/{path}", headers=headers, **params)
        return dict(answer.data)

    def chance(self, percent: int) -> bool:
        return self.rng.randrange(100) < percent

    def open(self, day: datetime) -> None:
        self.now = int(day.timestamp())
        # The first look at the balance makes an event: better now than in the middle of a sync.
        self._request("get", "balance")
        for id, name in catalogue.PRODUCTS.items():
            self.post("products", id=id, name=name, type="service")
        for plan in catalogue.PLANS:
            self.post("plans", id=plan.id, **plan.terms)
        for coupon in catalogue.COUPONS:
            self.post("coupons", **coupon)

    def trade(self, month: datetime, newcomers: int) -> None:
        """Live through one month."""
        start = int(month.timestamp())
        for member in [member for member in self.members if member.subscription]:
            self.now = start + member.joined
            self.renew_or_leave(member)
        for _ in range(newcomers):
            joined = self.rng.randrange(TRADING_DAYS * DAY)
            self.now = start + joined
            self.welcome(joined)
        buyers = [member for member in self.members if member.has_card]
        for member in self.rng.sample(buyers, (len(buyers) + 4) // 5):
            self.now = start + TRADING_DAYS * DAY + self.rng.randrange(DAY)
            self.sell(member)

    def welcome(self, joined: int) -> None:
        currency = self.rng.choice(["eur", "eur", "usd"])
        number = len(self.members) + 1
        customer = self.post("customers", **catalogue.person(self.rng, currency, number))
        member = Member(customer["id"], currency, joined, number)
        self.members.append(member)
        self.choose_payment(member)
        if member.has_card and self.chance(80):
            self.subscribe(member)

    def choose_payment(self, member: Member) -> None:
        number = self.rng.choice(catalogue.GOOD_CARDS)
        if member.number % 10 == 3:
            self.add_payment_method(member, number)
        elif member.number % 20 == 5:
            self.add_card(member, catalogue.REFUSED_WHEN_CHARGED)
        elif member.number % 20 == 12:
            member.has_card = self.add_card(member, catalogue.REFUSED_WHEN_ADDED)
        else:
            self.add_card(member, number)
        if member.number % 15 == 4:
            self.add_card(member, self.rng.choice(catalogue.GOOD_CARDS))
        if member.number % 15 == 9:
            self.add_bank_account(member)

    def add_card(self, member: Member, number: str) -> bool:
        token = self.post("tokens", card=catalogue.card(self.rng, number))
        try:
            self.post(f"customers/{member.id}/sources", source=token["id"])
        except stripe.CardError:
            return False
        return True

    def add_bank_account(self, member: Member) -> None:
        source = self.post(
            "sources", type="sepa_debit", currency="eur", sepa_debit={"iban": catalogue.IBAN}
        )
        self.post(f"customers/{member.id}/sources", source=source["id"])

    def add_payment_method(self, member: Member, number: str) -> None:
        card = catalogue.card(self.rng, number)
        method = self.post("payment_methods", type="card", card=card)["id"]
        self.post(f"payment_methods/{method}/attach", customer=member.id)
        self.post(f"customers/{member.id}", invoice_settings={"default_payment_method": method})

    def subscribe(self, member: Member) -> None:
        plan = self.rng.choices(*catalogue.plans_in(member.currency))[0]
        quantity = self.rng.randrange(2, 13) if plan.product == "team" else 1
        trial = {"trial_end": self.now + 14 * DAY} if self.chance(15) else {}
        metadata = {}
        if not trial and self.chance(20):
            metadata["coupon"] = self.redeem(member, plan.amount * quantity)
        subscription = self.post(
            "subscriptions",
            customer=member.id,
            items=[{"plan": plan.id, "quantity": quantity}],
            metadata=metadata,
            **trial,
        )
        member.subscription = subscription["id"]
        member.yearly = plan.interval == "year"

    def redeem(self, member: Member, amount: int) -> str:
        coupon, percent = self.rng.choice(list(catalogue.FIRST_INVOICE.items()))
        self.bill(member, -amount * percent // 100, f"{percent}% off with {coupon}")
        return coupon

    def bill(self, member: Member, amount: int, description: str) -> None:
        """Put something on the member's next invoice."""
        self.post(
            "invoiceitems",
            customer=member.id,
            amount=amount,
            currency=member.currency,
            description=description,
        )

    def renew_or_leave(self, member: Member) -> None:
        if self.chance(6):
            self._request("delete", f"subscriptions/{member.subscription}")
            member.subscription = ""
        elif self.chance(4):
            self.post(f"subscriptions/{member.subscription}", cancel_at_period_end=True)
        elif not member.yearly:
            self.renew(member)

    def renew(self, member: Member) -> None:
        invoice = self.post("invoices", customer=member.id, subscription=member.subscription)
        paid = self.post(f"invoices/{invoice['id']}/pay")
        if paid["status"] == "open" and self.chance(50):
            self.post(f"invoices/{invoice['id']}/void")
            member.subscription = ""
        elif self.chance(10):
            self.bill(member, catalogue.SERVICES["Extra storage"], "Extra storage")

    def sell(self, member: Member) -> None:
        """Charge for a single service; some of these are held, some given back."""
        service = self.rng.choice(list(catalogue.SERVICES))
        amount = catalogue.SERVICES[service]
        held = self.chance(10)
        try:
            charge = self.post(
                "charges",
                customer=member.id,
                amount=amount,
                currency=member.currency,
                description=service,
                capture=not held,
            )
        except stripe.CardError:
            return
        if held and self.chance(50):
            self.post(f"charges/{charge['id']}/capture", amount=amount * 8 // 10)
        elif not held and self.chance(20):
            self.post("refunds", charge=charge["id"], amount=self.rng.choice([amount, amount // 3]))
