"""Half a minute in the life of fifty customers, told by webhooks.

Things happen now, so that Stripe's signatures are of now too. Only what localstripe has events for
happens; Stripe has many more.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import stripe

from example import catalogue
from example.fill import connect

PLANS = {"starter": 900, "studio": 4900}  # cents a month


@dataclass
class Life:
    client: stripe.StripeClient
    rng: random.Random
    requests: int = 0

    def post(self, path: str, **params: Any) -> dict[str, Any]:
        return self._request("post", path, **params)

    def _request(self, method: str, path: str, **params: Any) -> dict[str, Any]:
        self.requests += 1
        return dict(self.client.raw_request(method, f"/v1/{path}", **params).data)

    def open(self) -> None:
        self.post("products", id="membership", name="Membership", type="service")
        for plan, amount in PLANS.items():
            terms = {"amount": amount, "currency": "eur", "interval": "month"}
            self.post("plans", id=plan, product="membership", **terms)

    def welcome(self, number: int) -> str:
        """A newcomer with a card; the second change falls into the second of the first, mostly."""
        customer = self.post("customers", **catalogue.person(self.rng, "eur", number))["id"]
        card = catalogue.card(self.rng, self.rng.choice(catalogue.GOOD_CARDS))
        token = self.post("tokens", card=card)
        self.post(f"customers/{customer}/sources", source=token["id"])
        self.post(f"customers/{customer}", description=f"Customer {number}")
        return str(customer)

    def go_on(self, customer: str, number: int) -> None:
        """Most subscribe; some change their minds, some twice; some cancel."""
        if number % 5:
            plan = self.rng.choice(list(PLANS))
            subscription = self.post("subscriptions", customer=customer, items=[{"plan": plan}])
            if number % 7 == 1:
                self._request("delete", f"subscriptions/{subscription['id']}")
        for change in range(1 + number % 3):
            self.post(f"customers/{customer}", description=f"Change {change}")


def live(address: str, *, customers: int = 50, say: Callable[[str], None] = print) -> int:
    """Live through it at a loopback address, and return the number of requests."""
    life = Life(connect(address), random.Random(2016))
    life.open()
    known = [life.welcome(number) for number in range(1, customers + 1)]
    say(f"  {customers} customers came, after {life.requests} requests")
    time.sleep(1)  # so that not all is of one second
    for number, customer in enumerate(known, start=1):
        life.go_on(customer, number)
    say(f"  they subscribed, changed and canceled, after {life.requests} requests")
    return life.requests
