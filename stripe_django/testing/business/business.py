"""``Business``, the way in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from ..fake import Account
from . import life
from .billing.billing import Billing
from .billing.collection import Collection
from .billing.discounts import Discounts
from .billing.invoices import Invoices
from .billing.items import Items
from .billing.subscriptions import Subscriptions
from .catalogue import Catalogue
from .checkout.card_numbers import card_of
from .checkout.orders import Orders
from .checkout.payers import Payers
from .checkout.purchases import Purchases
from .checkout.sessions import Checkout
from .context import Context, Payload, Reference, id_of
from .customers import Customers
from .disputes import Disputes
from .hosted.pages import Pages
from .ledger import Ledger
from .metrics import Metrics
from .payments import Payments
from .payouts import Payouts
from .periods import months_after
from .refunds import Refunds

START = datetime(2025, 1, 1, tzinfo=UTC)


class Business:
    """A business at a ``FakeStripe``: what it sells, who buys, and all that follows from it.

    ``stripe`` is the fake, or one of the accounts that were added to it.

    Whatever happens leaves complete objects that agree with each other and events in Stripe's
    order: a subscription has items, invoices with lines, payments, charges, balance transactions
    and payouts, and the sums add up. The same ``seed`` gives the same business in every process.

    The fake's time begins at ``start`` (with the year 2025, unless another time is given), stands
    still, and moves on by seconds with what is done. ``advance()`` and ``until()`` move it further,
    and do what falls due on the way: renewals, retries, ends of trials, deadlines, payouts. With
    ``start=None`` the fake keeps its time, which runs with this machine's unless it was set.

    A subscription whose payment fails is ``past_due`` and tried again after 3, 5 and 7 days; then
    it gets the status ``after_retries``: ``canceled``, ``unpaid`` or ``past_due``.

    The requests that open checkout sessions and billing portals, and the pages at their URLs, are
    the business's. It sells the memberships and services of ``catalogue``; an ``empty`` one has no
    products, prices, coupons and taxes but those that the project or its test makes at the fake.

    What takes an object takes its payload or its id, and what is returned is a copy of the object
    as it is then. Amounts are in the smallest unit of their currency.
    """

    def __init__(
        self,
        stripe: Account,
        *,
        seed: int = 0,
        start: datetime | None = START,
        after_retries: str = "canceled",
        empty: bool = False,
    ) -> None:
        if start is not None:
            stripe.now = start
        self.stripe = stripe
        self.context = context = Context(stripe, seed)
        self.catalogue = Catalogue(context, empty)
        self.ledger = Ledger(context)
        self.customers = Customers(context)
        self.payments = Payments(context, self.customers, self.ledger)
        self.collection = Collection(context, self.payments)
        self.invoices = Invoices(context, self.catalogue, self.customers)
        self.items = Items(context, self.catalogue)
        self.discounts = Discounts(context, self.catalogue)
        parts = context, self.customers, self.discounts, self.items
        self.billing = Billing(*parts, self.invoices, self.collection, after_retries)
        self.subscriptions = Subscriptions(
            context, self.catalogue, self.customers, self.discounts, self.items, self.billing
        )
        self.refunds = Refunds(context, self.ledger, self.collection)
        self.disputes = Disputes(context, self.ledger)
        self.checkouts = Checkout(
            context,
            self.customers,
            Orders(context, self.catalogue),
            Payers(context, self.customers, self.payments),
            Purchases(context, self.payments, self.subscriptions),
        )
        self.payouts = Payouts(context, self.ledger)
        self.metrics = Metrics(
            context, self.subscriptions, self.discounts, self.payments, self.disputes
        )
        stripe.host(Pages(context, self.customers, self.subscriptions, self.checkouts))

    # Customers

    def customer(self, *, currency: str = "eur", has_card: bool = True, **values: Any) -> Payload:
        """A customer who pays in a currency, by card. ``values`` are keys of the object."""
        return self.customers.create(currency, has_card=has_card, **values)

    def add_card(self, customer: Reference) -> Payload:
        """A new card, by which the customer pays from now on. Returns the customer."""
        changed = self.customers.add_card(customer)
        method = changed["invoice_settings"]["default_payment_method"]
        self.subscriptions.pay_by(changed, method)
        return self.context.get("customer", changed)

    def fail_next_payment(self, customer: Reference, times: int = 1) -> None:
        """The bank declines the customer's next payments."""
        self.payments.failures[id_of(customer)] += times

    # Subscriptions

    def subscribe(
        self,
        customer: Reference,
        price: Reference,
        *,
        quantity: int = 1,
        trial_days: int = 0,
        coupon: Reference = "",
        promotion_code: Reference = "",
        **values: Any,
    ) -> Payload:
        """A subscription to a price, such as ``team-monthly``.

        It is ``active`` once its first invoice is paid, ``trialing`` before the end of the trial,
        or ``incomplete`` if the payment fails. Raises ``LookupError`` for an unknown price, coupon
        or promotion code, and ``ValueError`` for what Stripe would refuse.
        """
        return self.subscriptions.create(
            customer,
            price,
            quantity=quantity,
            trial_days=trial_days,
            coupon=coupon,
            promotion_code=promotion_code,
            **values,
        )

    def change(
        self,
        subscription: Reference,
        *,
        price: Reference = "",
        quantity: int | None = None,
        invoice_now: bool = False,
    ) -> Payload:
        """Another price or quantity from now on; the rest of the period is prorated.

        The proration is billed with the next period, or at once with ``invoice_now``. A price of
        another interval begins a new period and is billed at once.
        """
        return self.subscriptions.change(
            subscription, price=price, quantity=quantity, invoice_now=invoice_now
        )

    def cancel(self, subscription: Reference, *, at_period_end: bool = False) -> Payload:
        """End a subscription now, or when the period that is paid for is over."""
        return self.subscriptions.cancel(subscription, at_period_end=at_period_end)

    def reactivate(self, subscription: Reference) -> Payload:
        """Let a subscription continue that would end with its period."""
        return self.subscriptions.reactivate(subscription)

    # Payments

    def charge(
        self, customer: Reference, amount: int, currency: str = "", **values: Any
    ) -> Payload:
        """A payment of its own, in the customer's currency. Returns the charge.

        Its ``status`` is ``failed`` after ``fail_next_payment()``. ``values`` are keys of the
        payment intent.
        """
        currency = currency or self.customers.currency(customer)
        return self.payments.charge(customer, amount, currency, **values)

    def invoice(
        self,
        customer: Reference,
        *lines: str | dict[str, Any],
        days_until_due: int | None = None,
    ) -> Payload:
        """An invoice of its own, over prices by name, or dictionaries with ``price`` and
        ``quantity``, or ``amount`` and ``description``.

        It is paid at once; with ``days_until_due`` it is sent, and open until ``pay()``.
        """
        customer = self.context.get("customer", customer)
        currency = self.customers.currency(customer)
        given = [{"price": line} if isinstance(line, str) else line for line in lines]
        made = [self.items.single(customer, currency, **line) for line in given]
        invoice = self.invoices.draft(customer, made, "manual", days_until_due=days_until_due)
        invoice = self.collection.finalize(invoice)
        if invoice["status"] == "paid":
            return invoice
        if days_until_due is None:
            return self.collection.pay(invoice)
        self.context.emit("invoice.sent", invoice)
        return invoice

    def pay(self, invoice: Reference) -> Payload:
        """Collect an open invoice. Returns it, still ``open`` if that fails."""
        return self.collection.pay(invoice)

    def void(self, invoice: Reference) -> Payload:
        """Void an open invoice."""
        return self.collection.void(invoice)

    def mark_uncollectible(self, invoice: Reference) -> Payload:
        """Write an open invoice off."""
        return self.collection.mark_uncollectible(invoice)

    def refund(
        self,
        charge: Reference,
        amount: int | None = None,
        *,
        reason: str = "requested_by_customer",
    ) -> Payload:
        """Give back an amount of a charge, or all that is left of it."""
        return self.refunds.create(charge, amount, reason)

    def credit(self, invoice: Reference, amount: int | None = None) -> Payload:
        """A credit note, with a refund of what was paid of it."""
        return self.refunds.credit(invoice, amount)

    def dispute(self, charge: Reference, *, reason: str = "fraudulent") -> Payload:
        """A dispute that needs a response; without one it is lost when the evidence is due."""
        return self.disputes.create(charge, reason)

    def respond(self, dispute: Reference, **evidence: str) -> Payload:
        """Submit evidence for a dispute."""
        return self.disputes.respond(dispute, **evidence)

    def close(self, dispute: Reference, *, won: bool) -> Payload:
        """Decide a dispute."""
        return self.disputes.close(dispute, won=won)

    # Checkout

    def checkout(
        self,
        price: Reference,
        *,
        customer: Reference = "",
        quantity: int = 1,
        currency: str = "eur",
        **values: Any,
    ) -> Payload:
        """An open checkout session for a price; it expires after a day.

        Without a ``customer``, there will be a new one, who pays in ``currency``.
        """
        return self.checkouts.open(
            [(price, quantity)], customer=customer, currency=currency, **values
        )

    def complete(self, session: Reference, *, card: str = "", **customer: Any) -> Payload:
        """Pay in a checkout session, as a new customer with these values if it has none yet.

        The session is given whole, by its id, or by its URL. ``card`` is the number of one of
        Stripe's test cards, such as ``4000000000000002``, which is declined; without it, the
        customer's card is used, or a new one. Returns the session, still ``open`` if the card is
        declined.
        """
        used = card_of(card) if card else None
        return self.checkouts.complete(session, card=used, **customer)

    def check_out(self, url: str, *, card: str = "4242424242424242", **customer: Any) -> str:
        """Pay as a browser does at the URL of a session, and return where that leads to.

        It is the session's ``success_url``, with its id in it, or the same URL again if the card
        is declined. ``customer`` are values of a new customer.
        """
        session = self.complete(url, card=card, **customer)
        return url if session["status"] == "open" else self.checkouts.success_url(session)

    def expire(self, session: Reference) -> Payload:
        """Close a checkout session before its time."""
        return self.checkouts.expire(session)

    # Money

    def payout(self, currency: str = "eur") -> Payload:
        """Pay out now what is available. Raises ``ValueError`` if that is nothing."""
        return self.payouts.create(currency)

    def mrr(self) -> dict[str, Decimal]:
        """Monthly recurring revenue by currency, as ``Subscription.objects.mrr()`` must find it.

        It is worked out from what the business did, so that it can be compared with a database.
        """
        return self.metrics.mrr()

    def lifetime_value(self, customer: Reference) -> dict[str, int]:
        """What a customer has paid and not got back, by currency."""
        return self.metrics.lifetime_value(customer)

    # Time

    def advance(self, **units: float) -> None:
        """Move the time on by ``seconds``, ``minutes``, ``hours``, ``days`` or ``weeks``."""
        self.until(self.stripe.now + timedelta(**units))

    def until(self, moment: datetime) -> None:
        """Move the time on to a moment, and do what falls due on the way."""
        self.context.until(moment)

    def live(self, *, months: int, customers: int) -> None:
        """Let so many customers come within so many months, and do what customers do."""
        end = months_after(self.context.now, months)
        life.Life(self, end).begin(customers)
        self.context.until(end)
