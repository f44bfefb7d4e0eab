"""``FakeStripe``: a Stripe of one's own, with state, in this process."""

from .faults import When
from .http.messages import Answer, Request
from .stripe import FakeStripe
from .webhooks.queue import DeliveryQueue
from .webhooks.signing import Deliveries, Delivery
from .webhooks.targets import Attempt

__all__ = [
    "Answer",
    "Attempt",
    "Deliveries",
    "Delivery",
    "DeliveryQueue",
    "FakeStripe",
    "Request",
    "When",
]
