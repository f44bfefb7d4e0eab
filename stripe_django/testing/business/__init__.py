"""A scenario builder on ``FakeStripe``: a small business, and what happens to it."""

from .business import Business

__all__ = ["Business"]
