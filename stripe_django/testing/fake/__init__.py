"""``FakeStripe``: a Stripe of one's own, with state, in this process."""

from .accounts.account import Account
from .accounts.authentication import Organization
from .faults.fault import When
from .http.protocol import Request, Response
from .stripe import FakeStripe
from .webhooks.queue import DeliveryQueue
from .webhooks.signing import Deliveries, Delivery
from .webhooks.targets import Attempt

__all__ = [
    "Account",
    "Attempt",
    "Deliveries",
    "Delivery",
    "DeliveryQueue",
    "FakeStripe",
    "Organization",
    "Request",
    "Response",
    "When",
]
