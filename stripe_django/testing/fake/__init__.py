"""``FakeStripe``: a Stripe of one's own, with state, in this process."""

from .delivery_queue import DeliveryQueue
from .delivery_targets import Attempt
from .faults import When
from .http import Answer, Request
from .stripe import FakeStripe
from .webhooks import Deliveries, Delivery

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
