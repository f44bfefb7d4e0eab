"""``FakeStripe``: a Stripe of one's own, with state, in this process."""

from .fake import FakeStripe
from .faults import When
from .messages import Answer, Request
from .webhooks import Deliveries, Delivery

__all__ = ["Answer", "Deliveries", "Delivery", "FakeStripe", "Request", "When"]
