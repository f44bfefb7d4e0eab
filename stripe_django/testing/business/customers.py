"""Customers and how they pay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .catalogue import COUNTRY
from .context import Context, Payload, Reference, id_of

GIVEN_NAMES = (
    *("Amara", "Björn", "Chloé", "Dmitri", "Elif", "Fatima", "Giulia", "Hannah", "Iker", "Jana"),
    *("Kwame", "Łukasz", "Mei", "Noah", "Olga", "Priya", "Quentin", "Rosa", "Søren", "Yuki"),
)
FAMILY_NAMES = (
    *("Andersen", "Bauer", "Castro", "Dubois", "Eriksen", "Ferrari", "Gómez", "Hoffmann", "Ito"),
    *("Jansen", "Kowalski", "Lefèvre", "Müller", "Nakamura", "O'Brien", "Rossi", "Silva", "Zhang"),
)
CITIES = {
    "DE": (("Berlin", "10115"), ("Hamburg", "20095"), ("Leipzig", "04109")),
    "US": (("Austin", "78701"), ("Portland", "97205"), ("Denver", "80203")),
    "JP": (("Osaka", "530-0001"), ("Kyoto", "600-8001"), ("Sapporo", "060-0001")),
}
BRANDS = ("visa", "visa", "mastercard", "amex")


@dataclass
class Customers:
    """Makes customers, and remembers in which currency each of them is billed."""

    context: Context
    _currencies: dict[str, str] = field(default_factory=dict)

    def create(self, currency: str, *, has_card: bool = True, **values: Any) -> Payload:
        """A customer, with a card that is charged for invoices.

        Raises ``ValueError`` for a currency in which the business does not sell.
        """
        if currency not in COUNTRY:
            raise ValueError(f"There is no currency {currency!r} here but {', '.join(COUNTRY)}.")
        random = self.context.random
        name = f"{random.choice(GIVEN_NAMES)} {random.choice(FAMILY_NAMES)}"
        new = self.context.new_id("customer")
        person = {
            "id": new,
            "name": name,
            "email": f"{new[4:12].lower()}@example.com",
            "address": self._address(COUNTRY[currency]),
            "balance": 0,
            "currency": None,  # until the first invoice
            "delinquent": False,
            "invoice_prefix": new[4:12].upper(),
            "invoice_settings": {"default_payment_method": None},
            "preferred_locales": [],
            "tax_exempt": "none",
        }
        customer = self.context.create("customer", **{**person, **values})
        self._currencies[customer["id"]] = currency
        return self.add_card(customer) if has_card else customer

    def known(self, customer: Reference) -> Payload:
        """A customer of the business, also one whom a request or the test has made.

        What such a one lacks for being billed is filled in, without an event.
        """
        found = self.context.get("customer", customer)
        settings = {"default_payment_method": None, **(found.get("invoice_settings") or {})}
        whole = {
            **found,
            "balance": found.get("balance") or 0,
            "delinquent": bool(found.get("delinquent")),
            "invoice_settings": settings,
        }
        if whole != found:
            self.context.stripe.add(whole)
        return whole

    def add_card(self, customer: Reference, **card: Any) -> Payload:
        """A new card, by which the customer pays from now on. Returns the customer.

        ``card`` are keys of the card, such as ``brand`` and ``last4``.
        """
        customer = self.context.get("customer", customer)
        method = self.attach_card(customer, **card)
        settings = {**customer["invoice_settings"], "default_payment_method": method["id"]}
        return self.context.update(customer, invoice_settings=settings)

    def attach_card(self, customer: Mapping[str, Any], **card: Any) -> Payload:
        """A payment method of the customer, who need not pay by it."""
        self.context.step()
        return self._method(customer, card, event="payment_method.attached")

    def passing_card(self, payer: Mapping[str, Any], **card: Any) -> Payload:
        """A payment method for one payment, of a customer or a guest."""
        return self._method({**payer, "id": None}, card)

    def _method(
        self, payer: Mapping[str, Any], card: Mapping[str, Any], event: str = ""
    ) -> Payload:
        country = (payer["address"] or {}).get("country") or "US"
        return self.context.create(
            "payment_method",
            event=event,
            customer=payer["id"],
            billing_details=billing_details(payer),
            card={**self._card(country), **card},
            type="card",
        )

    def payment_method(
        self, customer: Mapping[str, Any], preferred: Reference = ""
    ) -> Payload | None:
        """The preferred one, or the one that the customer pays by."""
        default = (customer["invoice_settings"] or {}).get("default_payment_method")
        method = preferred or default
        return self.context.get("payment_method", method) if method else None

    def bill_in(self, customer: Mapping[str, Any], currency: str) -> None:
        """The currency of a customer who has no invoice yet."""
        self._currencies[customer["id"]] = currency

    def currency(self, customer: Reference) -> str:
        """The currency of the customer: that of the invoices, or that was chosen before."""
        known = self.context.get("customer", customer)["currency"]
        return str(known or self._currencies.get(id_of(customer), "eur"))

    def _address(self, country: str) -> dict[str, Any]:
        random = self.context.random
        city, postal_code = random.choice(CITIES[country])
        line = f"{random.randrange(1, 200)} Market Street"
        return {
            **{"city": city, "country": country, "line1": line, "line2": None},
            **{"postal_code": postal_code, "state": None},
        }

    def _card(self, country: str) -> dict[str, Any]:
        random = self.context.random
        brand = random.choice(BRANDS)
        checks = {"address_line1_check": None, "address_postal_code_check": "pass"}
        return {
            "brand": brand,
            "display_brand": brand,
            "checks": {**checks, "cvc_check": "pass"},
            "country": country,
            "exp_month": random.randrange(1, 13),
            "exp_year": random.randrange(2030, 2036),
            "last4": f"{random.randrange(10_000):04}",
        }


def billing_details(customer: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a customer's payment method."""
    return {key: customer[key] for key in ("address", "email", "name", "phone")}
