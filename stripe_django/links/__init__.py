"""The customers of the project's own rows: ``from stripe_django.links import customer_for``."""

from .customers import acustomer_for, customer_for

__all__ = ["acustomer_for", "customer_for"]
