"""What customers do when nobody scripts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .context import DAY, Payload
from .periods import months_after

if TYPE_CHECKING:
    from .business import Business

CURRENCIES = ("eur",) * 5 + ("usd",) * 3 + ("jpy",) * 2
MONTHLY = ("solo-monthly",) * 3 + ("team-monthly",) * 3 + ("studio-monthly",)
YEARLY = ("solo-yearly", "team-yearly", "studio-yearly")
PLANS = MONTHLY * 3 + YEARLY
SERVICES = ("data-import", "data-import", "workshop")
RUNNING = ("active", "trialing", "past_due")


@dataclass
class Life:
    """Customers come until ``end``, and each acts once a month."""

    shop: Business
    end: int

    def begin(self, customers: int) -> None:
        """Say when each of them comes."""
        context = self.shop.context
        for _ in range(customers):
            moment = context.random.randrange(context.now, self.end)
            context.at(moment, self._come)

    def _come(self) -> None:
        random = self.shop.context.random
        currency = random.choice(CURRENCIES)
        does = random.choices(
            (self._subscribe, self._check_out, self._buy, self._be_billed, self._look_around),
            (55, 20, 12, 8, 5),
        )
        does[0](currency)

    # Arrivals

    def _subscribe(self, currency: str) -> None:
        shop, random = self.shop, self.shop.context.random
        customer = shop.customer(currency=currency)
        offers = {"coupon": "NONPROFIT50"}, {"promotion_code": "WELCOME25"}
        offer = random.choice((*offers, {"promotion_code": "SPRING15"}))
        if currency == "eur" and shop.context.chance(20):
            offer = {"coupon": "FIVER"}
        if shop.context.chance(5):
            shop.fail_next_payment(customer)
        price = random.choice(PLANS)
        subscription = shop.subscribe(
            customer,
            price,
            quantity=random.randrange(2, 9) if price.startswith("team") else 1,
            trial_days=14 if shop.context.chance(20) else 0,
            **(offer if shop.context.chance(25) else {}),
        )
        self._plan(customer, subscription)

    def _check_out(self, currency: str) -> None:
        shop, random = self.shop, self.shop.context.random
        price = random.choice((*MONTHLY, *SERVICES))
        session = shop.checkout(price, currency=currency)
        if shop.context.chance(70):
            shop.context.at(shop.context.now + random.randrange(20, 900), self._complete, session)

    def _complete(self, session: Payload) -> None:
        done = self.shop.complete(session)
        customer = self.shop.context.get("customer", done["customer"])
        if done["subscription"]:
            subscription = self.shop.context.get("subscription", done["subscription"])
            self._plan(customer, subscription)
        else:
            self._plan(customer)

    def _buy(self, currency: str) -> None:
        customer = self.shop.customer(currency=currency)
        self._pay_once(customer)
        self._plan(customer)

    def _be_billed(self, currency: str) -> None:
        customer = self.shop.customer(currency=currency)
        self._order(customer)
        self._plan(customer)

    def _look_around(self, currency: str) -> None:
        self.shop.customer(currency=currency, has_card=False)

    # Later

    def _plan(self, customer: Payload, subscription: Payload | None = None) -> None:
        """Act again some time in the next month."""
        random, now = self.shop.context.random, self.shop.context.now
        moment = random.randrange(now + DAY, months_after(now, 1) + DAY)
        self.shop.context.at(moment, self._act, customer, subscription)

    def _act(self, customer: Payload, subscription: Payload | None) -> None:
        self._complain(customer)
        if subscription is None:
            if self.shop.context.chance(25):
                self.shop.context.random.choice((self._pay_once, self._order))(customer)
        elif not self._decide(self.shop.context.get("subscription", subscription)):
            return
        self._plan(customer, subscription)

    def _decide(self, subscription: Payload) -> bool:
        """Simulate a month of a subscription. Returns whether it continues."""
        shop = self.shop
        if subscription["status"] == "unpaid":
            shop.cancel(subscription)
        if subscription["ended_at"]:
            self._write_off(subscription)
        if subscription["status"] not in RUNNING or subscription["cancel_at_period_end"]:
            return False
        if shop.context.chance(4):
            shop.cancel(subscription, at_period_end=shop.context.chance(75))
        elif shop.context.chance(6):
            self._change(subscription)
        elif shop.context.chance(7):
            failures = shop.context.random.choice((1, 1, 2, 3, 4))
            shop.fail_next_payment(subscription["customer"], failures)
        return True

    def _write_off(self, subscription: Payload) -> None:
        """What an ended subscription still owes, now and then."""
        invoice = self.shop.context.get("invoice", subscription["latest_invoice"])
        if invoice["status"] == "open" and self.shop.context.chance(60):
            self.shop.mark_uncollectible(invoice)

    def _change(self, subscription: Payload) -> None:
        shop, random = self.shop, self.shop.context.random
        item = subscription["items"]["data"][0]
        if item["quantity"] > 1 and shop.context.chance(60):
            more = item["quantity"] + random.choice((-1, 1, 2))
            shop.change(subscription, quantity=more, invoice_now=shop.context.chance(30))
            return
        others = [
            name
            for name in (*MONTHLY[::3], *YEARLY)
            if shop.catalogue.price(name, subscription["currency"])["id"] != item["price"]["id"]
        ]
        shop.change(subscription, price=random.choice(others))

    def _pay_once(self, customer: Payload) -> None:
        shop = self.shop
        price = shop.catalogue.price(
            shop.context.random.choice(SERVICES), shop.customers.currency(customer)
        )
        if shop.context.chance(6):
            shop.fail_next_payment(customer)
        shop.charge(customer, price["unit_amount"], description=price["nickname"])

    def _order(self, customer: Payload) -> None:
        shop, random = self.shop, self.shop.context.random
        line = {"price": random.choice(SERVICES), "quantity": random.randrange(1, 3)}
        if shop.context.chance(50):
            shop.invoice(customer, line)
            return
        invoice = shop.invoice(customer, line, "data-import", days_until_due=14)
        if shop.context.chance(85):
            shop.context.at(shop.context.now + random.randrange(1, 20) * DAY, self._settle, invoice)

    def _settle(self, invoice: Payload) -> None:
        if self.shop.context.get("invoice", invoice)["status"] == "open":
            self.shop.pay(invoice)

    # Complaints

    def _complain(self, customer: Payload) -> None:
        shop = self.shop
        charge = shop.payments.latest(customer)
        if charge is None or charge["disputed"] or charge["refunded"]:
            return
        if shop.context.chance(2):
            self._credit(charge)
        elif shop.context.chance(3):
            half = charge["amount"] // 2
            shop.refund(charge, half if shop.context.chance(40) else None)
        elif shop.context.chance(2):
            self._dispute(charge)

    def _credit(self, charge: Payload) -> None:
        """A credit note, if the charge has paid an invoice."""
        for invoice, (_, intent) in self.shop.collection.payment_of.items():
            if intent == charge["payment_intent"]:
                whole = charge["amount"] if self.shop.context.chance(30) else charge["amount"] // 4
                left = charge["amount"] - charge["amount_refunded"]
                self.shop.credit(invoice, min(whole, left))
                return

    def _dispute(self, charge: Payload) -> None:
        shop, random = self.shop, self.shop.context.random
        dispute = shop.dispute(charge, reason=random.choice(("fraudulent", "duplicate", "general")))
        if shop.context.chance(70):
            responded = shop.context.now + random.randrange(1, 8) * DAY
            shop.context.at(responded, shop.respond, dispute)
            decided = responded + random.randrange(20, 60) * DAY
            won = shop.context.chance(50)
            shop.context.at(decided, lambda: shop.close(dispute, won=won))
