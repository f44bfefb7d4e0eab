"""The pages of a business, and the requests that lead to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from stripe_django.testing.fake.hosted import Operation
from stripe_django.testing.fake.http.protocol import Request, Response

from ..billing.subscriptions import Subscriptions
from ..checkout.sessions import Checkout
from ..context import Context
from ..customers import Customers
from .checkout_page import CheckoutPage
from .checkout_requests import CheckoutRequests
from .portal import Portal


@dataclass
class Pages:
    """Checkout at ``/c/pay/cs_…`` and the billing portal at ``/p/session/bps_…``."""

    context: Context
    customers: Customers
    subscriptions: Subscriptions
    checkouts: Checkout

    def __post_init__(self) -> None:
        self._checkout = CheckoutPage(self.context, self.checkouts)
        payers = self.checkouts.payers
        self._portal = Portal(self.context, self.customers, self.subscriptions, payers)

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        requests = CheckoutRequests(self.context, self.customers, self.checkouts)
        return {
            "/v1/billing_portal/sessions": self._portal.open,
            "/v1/checkout/sessions": requests.open,
            "/v1/checkout/sessions/{session}/expire": requests.expire,
        }

    def page(self, request: Request) -> Response | None:
        where, _, id = request.path.rpartition("/")
        match where:
            case "/c/pay":
                return self._checkout.respond(request, id)
            case "/p/session":
                return self._portal.respond(request, id)
        return None

    def catch_up(self) -> None:
        """Where the time runs, nobody calls ``advance()``."""
        if not self.context.stripe.stands_still:
            self.context.until(self.context.now)
