"""``FakeStripe``: a Stripe of one's own, with state, in this process."""

from .faults import When
from .http import Answer, Request
from .stripe import FakeStripe
from .webhooks import Deliveries, Delivery

__all__ = ["Answer", "Deliveries", "Delivery", "FakeStripe", "Request", "When"]
